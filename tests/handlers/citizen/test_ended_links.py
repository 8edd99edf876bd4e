"""A citizen's link ends: by a coordinator's press, and a year after the closing."""

from flask.testing import FlaskClient

from tests.handlers.citizen.visiting import claimed, old_path, path_of, send, short_path
from tests.handlers.city_hall import CityHall, csrf_of, field_of, said_on


def end_link(rina: FlaskClient, number: str) -> int:
    """What the form on the ticket's page is answered with."""
    page = rina.get(f"/console/tickets/{number}")
    form = {"csrf_token": csrf_of(page), "seen": field_of(page, "seen"), "round": field_of(page, "round")}
    return rina.post(f"/console/tickets/{number}/end-link", data=form | {"sure": "yes"}).status_code


def test_an_ended_link_opens_nothing_in_any_of_its_forms(hall: CityHall) -> None:
    rina, number = hall.coordinator(), claimed(hall)
    before = [path_of(hall, number), short_path(hall, number), old_path(number)]
    assert end_link(rina, number) == 303
    for path in before:
        assert hall.browser().get(path).status_code == 404
    assert hall.browser().get(path_of(hall, number)).status_code == 200
    assert "link_ended" in hall.kinds(number)


def test_with_an_ended_link_nothing_is_sent(hall: CityHall) -> None:
    rina, number = hall.coordinator(), claimed(hall)
    browser, path = hall.browser(), path_of(hall, number)
    browser.get(path)
    end_link(rina, number)
    assert browser.post(f"{path}/confirm", data={}).status_code in (400, 404)
    assert hall.find(number).outcome is None


def test_pressed_twice_it_ends_one_link(hall: CityHall) -> None:
    rina, number = hall.coordinator(), claimed(hall)
    page = rina.get(f"/console/tickets/{number}")
    form = {
        "csrf_token": csrf_of(page),
        "seen": field_of(page, "seen"),
        "round": field_of(page, "round"),
        "sure": "yes",
    }
    for _ in range(2):
        assert rina.post(f"/console/tickets/{number}/end-link", data=form).status_code == 303
    assert hall.find(number).link_round == 1


def test_without_the_tick_nothing_ends(hall: CityHall) -> None:
    rina, number = hall.coordinator(), claimed(hall)
    page = rina.get(f"/console/tickets/{number}")
    form = {"csrf_token": csrf_of(page), "seen": field_of(page, "seen"), "round": "0"}
    assert rina.post(f"/console/tickets/{number}/end-link", data=form).status_code == 409
    assert hall.find(number).link_round == 0


def test_neither_the_citizen_nor_the_agency_reads_of_it(hall: CityHall) -> None:
    rina = hall.coordinator()
    number, token = hall.forwarded()
    end_link(rina, number)
    assert "Tautan warga" not in said_on(hall.browser().get(path_of(hall, number)))
    assert "Tautan warga" not in said_on(hall.browser().get(f"/agency/{token}"))


def test_a_year_after_the_closing_the_page_is_closed(hall: CityHall) -> None:
    number = claimed(hall)
    path = path_of(hall, number)
    send(hall.browser(), path, "confirm")
    hall.leave(days=364)
    assert hall.browser().get(path).status_code == 200
    hall.leave(days=2)
    gone = hall.browser().get(path)
    assert gone.status_code == 410
    assert "sudah lama selesai" in said_on(gone)

"""Links that lead nowhere, no more, or to something that cannot be done; and forms over https."""

from bot import agency_mail, tickets
from tests.handlers.city_hall import CityHall, act, agency_form, csrf_of, field_of, said_on


def test_an_unknown_link(hall: CityHall) -> None:
    page = hall.browser().get("/agency/AAAAAAAAAAAAAAAAAAAAAA")
    assert page.status_code == 404
    assert "tidak dikenal" in said_on(page)


def test_an_expired_link(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    form = {**agency_form(browser, token), "note": "Sudah ditambal kemarin"}
    hall.wait(days=91)
    assert browser.get(f"/agency/{token}").status_code == 410
    late = browser.post(f"/agency/{token}/claim", data=form)
    assert late.status_code == 410
    assert "Sudah ditambal kemarin" in said_on(late)
    assert hall.find(number).status == "waiting"


def test_a_revoked_link(hall: CityHall) -> None:
    number, token = hall.forwarded()
    with hall.database.begin() as session:
        agency_mail.revoke_links(session, tickets.by_number(session, number), hall.now)
    page = hall.browser().get(f"/agency/{token}")
    assert page.status_code == 410
    assert "tidak berlaku" in said_on(page)
    assert hall.browser().get(f"/agency/{token}/returned").status_code == 303


def test_an_unknown_step(hall: CityHall) -> None:
    _, token = hall.forwarded()
    assert act(hall.browser(), token, "withdraw").status_code == 404


def test_forms_work_over_https(hall: CityHall) -> None:
    """A browser tells the address that a form stands on only as far as our headers let it."""
    number, token = hall.forwarded()
    browser = hall.browser()
    page = browser.get(f"/agency/{token}", base_url="https://localhost")
    assert page.headers["Referrer-Policy"] == "same-origin"
    form = {"csrf_token": csrf_of(page), "moves": field_of(page, "moves")}
    browser.post(
        f"/agency/{token}/accept",
        data=form,
        base_url="https://localhost",
        headers={"Referer": f"https://localhost/agency/{token}"},
    )
    assert hall.find(number).status == "in_progress"

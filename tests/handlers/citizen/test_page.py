"""The citizen's page: where one ticket stands, and the citizen's word on it, by a link that cannot be guessed."""

import pytest

from bot.tickets import tickets
from tests.handlers.citizen import visiting
from tests.handlers.citizen.visiting import path_of, send
from tests.handlers.city_hall import CityHall, csrf_of


@pytest.fixture
def claimed(hall: CityHall) -> str:
    """A pothole of which its agency says that it is mended."""
    return visiting.claimed(hall)


def test_it_tells_where_the_ticket_stands_and_nothing_about_the_person(hall: CityHall, claimed: str) -> None:
    page = hall.browser().get(path_of(hall, claimed))
    assert page.status_code == 200
    for told in (claimed, "Jalan rusak", "Dinas Bina Marga", "Klaim selesai", "Sudah ditambal tadi pagi."):
        assert told in page.text
    for hidden in ("Sari", "62800", "Jalan berlubang di depan pasar"):
        assert hidden not in page.text
    assert "<script" not in page.text


def test_yes_closes_and_is_rated_once(hall: CityHall, claimed: str) -> None:
    browser, path = hall.browser(), path_of(hall, claimed)
    assert send(browser, path, "confirm").status_code == 303
    assert hall.find(claimed).outcome == "confirmed"
    assert send(browser, path, "rate", stars="4").status_code == 303
    assert hall.find(claimed).rating == 4
    page = browser.get(path)
    assert 'name="stars"' not in page.text


def test_no_reopens_with_what_is_still_wrong(hall: CityHall, claimed: str) -> None:
    browser, path = hall.browser(), path_of(hall, claimed)
    assert send(browser, path, "deny", note="Masih berlubang").status_code == 303
    assert hall.find(claimed).status == "reopened"
    assert [event.note for event in hall.history(claimed) if event.kind == "deny"] == ["Masih berlubang"]


def test_a_form_sent_twice_changes_nothing_more(hall: CityHall, claimed: str) -> None:
    browser, path = hall.browser(), path_of(hall, claimed)
    form = {"csrf_token": csrf_of(browser.get(path))}
    assert browser.post(f"{path}/confirm", data=form).status_code == 303
    assert browser.post(f"{path}/confirm", data=form).status_code == 409
    assert hall.kinds(claimed).count("confirm") == 1


@pytest.mark.parametrize("stars", ["0", "6", "-1", "5000000000", "lima", ""])
def test_only_one_to_five_stars(hall: CityHall, claimed: str, stars: str) -> None:
    browser, path = hall.browser(), path_of(hall, claimed)
    form = {"csrf_token": csrf_of(browser.get(path)), "stars": stars}
    send(browser, path, "confirm")
    assert browser.post(f"{path}/rate", data=form).status_code == 409
    assert hall.find(claimed).rating == 0


def test_what_was_typed_too_long_is_shown_again(hall: CityHall, claimed: str) -> None:
    answer = send(hall.browser(), path_of(hall, claimed), "deny", note="x" * 1_001)
    assert answer.status_code == 409
    assert "x" * 1_001 in answer.text
    assert hall.find(claimed).status == "claimed_done"


@pytest.mark.parametrize(
    "wrong", ["/t/{number}/0000000000000000000000", "/t/JK-7Q2M9X-4/{secret}", "/t/{number}/é"]
)
def test_a_wrong_link_leads_nowhere(hall: CityHall, claimed: str, wrong: str) -> None:
    secret = path_of(hall, claimed).rpartition("/")[2]
    assert hall.browser().get(wrong.format(number=claimed, secret=secret)).status_code == 404


def test_looking_changes_nothing(hall: CityHall, claimed: str) -> None:
    before = hall.everything()
    for more in ("", "/confirm", "/deny", "/rate"):
        hall.browser().get(path_of(hall, claimed) + more)
    assert hall.everything() == before


def test_another_site_cannot_answer_for_the_citizen(hall: CityHall, claimed: str) -> None:
    assert hall.browser().post(f"{path_of(hall, claimed)}/confirm").status_code == 400
    assert hall.find(claimed).status == "claimed_done"


def test_of_a_sealed_matter_nothing_is_shown(hall: CityHall, claimed: str) -> None:
    with hall.database.begin() as session:
        tickets.by_number(session, claimed).sealed = True
    page = hall.browser().get(path_of(hall, claimed))
    for hidden in ("Jalan rusak", "Bina Marga", "ditambal"):
        assert hidden not in page.text


def test_after_erasing_the_link_is_dead(hall: CityHall, claimed: str) -> None:
    with hall.database.begin() as session:
        tickets.by_number(session, claimed).citizen.erased_at = hall.now
    page = hall.browser().get(path_of(hall, claimed))
    assert page.status_code == 410
    assert "sudah dihapus" in page.text


def test_it_speaks_the_language_that_the_citizen_is_written_to(hall: CityHall, claimed: str) -> None:
    with hall.database.begin() as session:
        tickets.by_number(session, claimed).conversation.language = "en"
    browser, path = hall.browser(), path_of(hall, claimed)
    page = browser.get(path)
    for told in ('<html lang="en"', "Is it fixed, in your opinion?", "Claimed done"):
        assert told in page.text
    form = {"csrf_token": csrf_of(page), "stars": "9"}
    assert "Choose from 1 to 5." in browser.post(f"{path}/rate", data=form).text
    assert browser.post(f"{path}/confirm", data=form).status_code == 303
    assert "Thank you, we have closed this report." in browser.get(path).text


def test_a_language_that_pages_do_not_speak_is_indonesian(hall: CityHall, claimed: str) -> None:
    with hall.database.begin() as session:
        tickets.by_number(session, claimed).conversation.language = "jv"
    assert '<html lang="id"' in hall.browser().get(path_of(hall, claimed)).text


def test_in_an_emergency_the_telephone_comes_first(hall: CityHall) -> None:
    urgent, calm = hall.ticket("Kebakaran", kind="darurat", urgent=True), hall.ticket()
    page = hall.browser().get(path_of(hall, urgent)).text
    assert page.index('href="tel:112"') < page.index(urgent, page.index("<main>"))
    other = hall.browser().get(path_of(hall, calm)).text
    assert other.index(calm, other.index("<main>")) < other.index('href="tel:112"'), "else it stands at the end"

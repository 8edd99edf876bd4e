"""The links to the page: short ones, old ones, wrong ones, those of the erased; and what goes along with it."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from bot.status import Move
from bot.tickets import tickets
from bot.tickets.numbers import LOOKALIKES
from tests.handlers.citizen.visiting import claimed, fields, old_path, path_of, post, send, short_path
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.console.test_media_pages import send as send_by_message
from tests.support.pictures import jpeg

LIGHT = 14 * 1024
STATIC = Path(__file__).parents[3] / "handlers" / "static"


def test_old_links_hold(hall: CityHall) -> None:
    number = claimed(hall)
    browser = hall.browser()
    assert number in browser.get(old_path(number)).text
    assert send(browser, old_path(number), "confirm").status_code == 303
    assert hall.find(number).outcome == "confirmed"


def test_the_short_link_shows_the_same_page(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    browser = hall.browser()
    path = short_path(hall, number)
    assert len(path) == len("/t/") + 23
    assert said_on(browser.get(path)) == said_on(browser.get(path_of(hall, number)))
    assert browser.get(path.upper().replace("/T/", "/t/")).status_code == 200, "typed from a paper"


def test_a_secret_typed_from_a_paper_may_be_mistaken_for_what_it_looks_like(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    head, _, secret = path_of(hall, number).rpartition("/")
    likened = secret.upper().translate({value: chr(key) for key, value in LOOKALIKES.items()})
    assert hall.browser().get(f"{head}/{likened}").status_code == 200


@pytest.mark.parametrize("cut", [1, 4, 16])
@pytest.mark.parametrize("put", ["", "!", "0000000000000000", "éééé"])
def test_a_forged_link_leads_nowhere(hall: CityHall, cut: int, put: str) -> None:
    number = claimed(hall)
    for path in (path_of(hall, number), short_path(hall, number), old_path(number)):
        assert hall.browser().get(path[:-cut] + put).status_code == 404


def test_the_secret_of_one_ticket_opens_no_other(hall: CityHall) -> None:
    first, second = claimed(hall), claimed(hall)
    secret = path_of(hall, first).rpartition("/")[2]
    browser = hall.browser()
    form = fields(browser.get(path_of(hall, first)))
    assert browser.get(f"/t/{second}/{secret}").status_code == 404
    assert post(browser, f"/t/{second}/{secret}", "confirm", **form).status_code == 404
    assert hall.find(second).status == "claimed_done"


def test_one_tickets_photo_is_not_had_through_another(hall: CityHall) -> None:
    first, _ = hall.forwarded()
    second, _ = hall.forwarded()
    [photo] = send_by_message(hall, first, jpeg())
    assert hall.browser().get(f"{path_of(hall, first)}/file/{photo}").status_code == 200
    assert hall.browser().get(f"{path_of(hall, second)}/file/{photo}").status_code == 404
    with hall.database.begin() as session:
        tickets.by_number(session, first).sealed = True
    assert hall.browser().get(f"{path_of(hall, first)}/file/{photo}").status_code == 404


def test_where_photos_may_be_of_papers_they_are_not_shown(hall: CityHall) -> None:
    services = hall.rulebook.city.services.items()
    number = hall.ticket(service=next(code for code, s in services if not s.needs_place and not s.sealed))
    [photo] = send_by_message(hall, number, jpeg())
    assert "/file/" not in hall.browser().get(path_of(hall, number)).text
    assert hall.browser().get(f"{path_of(hall, number)}/file/{photo}").status_code == 404


def test_of_the_erased_it_says_that_it_is_gone(hall: CityHall) -> None:
    number = claimed(hall)
    with hall.database.begin() as session:
        tickets.by_number(session, number).citizen.erased_at = hall.now
    for path in (path_of(hall, number), short_path(hall, number), old_path(number)):
        page = hall.browser().get(path)
        assert page.status_code == 410
        assert "sudah dihapus" in page.text


@pytest.mark.parametrize("what", ["page", "refused", "photo"])
def test_nothing_is_stored_found_or_told_to_other_sites(hall: CityHall, what: str) -> None:
    number = claimed(hall)
    browser, path = hall.browser(), path_of(hall, number)
    [photo] = send_by_message(hall, number, jpeg())
    answer = {
        "page": lambda: browser.get(path),
        "refused": lambda: send(browser, path, "deny", note="x" * 2_000),
        "photo": lambda: browser.get(f"{path}/file/{photo}?size=small"),
    }[what]()
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"].startswith("private")
    if what != "photo":
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "geolocation=(self)" in answer.headers["Permissions-Policy"]
        assert 'href="http' not in answer.text, "no way out, so nothing can be told on the way"
    console = hall.coordinator().get("/console/")
    assert "geolocation=()" in console.headers["Permissions-Policy"]


@pytest.mark.parametrize("language", ["id", "en"])
def test_it_is_light(hall: CityHall, language: str) -> None:
    """Everything but photos, as it goes over the wire, of a page with all that a page can have."""
    number, _ = hall.forwarded(place="Pasar Cikini")
    send_by_message(hall, number, *[jpeg()] * 6)
    for note in ("Di RT berapa?", "Sudah ditambal. " * 20):
        hall.moved(number, Move.ASK, "agency:bina_marga", note)
        hall.moved(number, Move.ANSWER, note="RT 5")
        hall.moved(number, Move.CLAIM, "agency:bina_marga", note)
        hall.moved(number, Move.DENY, note="Belum")
    hall.moved(number, Move.ASK, "agency:bina_marga", "Ada fotonya?")
    with hall.database.begin() as session:
        tickets.by_number(session, number).conversation.language = language
    page = hall.browser().get(path_of(hall, number))
    sizes = [len(gzip.compress(content, 6)) for content in (page.data, *(
        (STATIC / name).read_bytes() for name in ("citizen.css", "citizen.js", "mark.svg")))]  # fmt: skip
    assert sum(sizes) < LIGHT, sizes
    assert "Di RT berapa?" in page.text
    assert page.text.count("<img") == page.text.count('width="160" height="120"') == 6


def test_too_many_forms_are_refused_until_a_moment_that_is_told(any_hall: CityHall) -> None:
    number, _ = any_hall.forwarded()
    browser, path = any_hall.browser(), path_of(any_hall, number)
    form = {name: value for name, value in fields(browser.get(path)).items() if name != "key"}
    for n in range(20):
        assert post(browser, path, "add", place=f"Jalan {n}", **form).status_code == 303
    answer = post(browser, path, "add", place="Jalan Melati", **form)
    assert answer.status_code == 429
    assert "terlalu sering" in answer.text
    assert 'value="Jalan Melati"' in answer.text
    any_hall.wait(minutes=11)
    assert post(browser, path, "add", place="Jalan Melati", **form).status_code == 303


def test_photos_are_fewer(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    browser, path = hall.browser(), path_of(hall, number)
    answers = [send(browser, path, "add", jpeg()).status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]


def test_after_closing_there_are_two_weeks_to_reopen_it(hall: CityHall) -> None:
    number = claimed(hall)
    browser, path = hall.browser(), path_of(hall, number)
    send(browser, path, "confirm")
    assert "Ternyata belum beres?" in browser.get(path).text
    hall.wait(days=15)
    page = browser.get(path)
    assert "Ternyata belum beres?" not in page.text
    assert "Kirim pesan baru" in page.text
    assert send(browser, path, "deny", note="Berlubang lagi").status_code == 409
    hall.times.append(hall.now - timedelta(days=2))
    assert send(browser, path, "deny", note="Berlubang lagi").status_code == 303
    assert hall.find(number).status == "reopened"


def test_the_language_is_switched_without_script_and_stays(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    browser, path = hall.browser(), path_of(hall, number)
    page = browser.get(path)
    assert '<html lang="id"' in page.text
    form = {"csrf_token": fields(page)["csrf_token"], "next": path, "language": "en"}
    answer = browser.post("/language", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert '<html lang="en"' in browser.get(path).text
    assert '<html lang="en"' in browser.get("/t").text


def test_several_matters_of_one_message_lead_to_each_other(hall: CityHall) -> None:
    first, second, secret = (hall.forwarded()[0] for _ in range(3))
    with hall.database.begin() as session:
        root = tickets.by_number(session, first)
        for number in (second, secret):
            ticket = tickets.by_number(session, number)
            ticket.linked_to, ticket.citizen_id = root.id, root.citizen_id
        tickets.by_number(session, secret).sealed = True
    page = hall.browser().get(path_of(hall, second)).text
    assert path_of(hall, first) in page
    assert secret not in page

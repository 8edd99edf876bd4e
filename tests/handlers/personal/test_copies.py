"""The link to the copy of one's data: once, for a day, for whoever knows the number; and by the words for it."""

import json
from io import BytesIO
from zipfile import ZipFile

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.personal import copy_links, reminding, rights
from storage.models import Citizen, Conversation, RightsRequest, Ticket
from tests.handlers.city_hall import NAME, CityHall, csrf_of, said_on


def link_of(hall: CityHall) -> tuple[str, str]:
    """Where the copy is, and the last four digits of the number."""
    number, _ = hall.forwarded("Pipa bocor di gang saya")
    with hall.database.begin() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        link = copy_links.offer(session, hall.rulebook, ticket.citizen_id, hall.now)
        digits = ticket.conversation.address[-4:]
    return link.removeprefix(hall.rulebook.base_url), digits


def fetch(browser: FlaskClient, path: str, digits: str) -> TestResponse:
    page = browser.get(path)
    return browser.post(path, data={"csrf_token": csrf_of(page), "digits": digits})


def test_it_works_once(hall: CityHall) -> None:
    path, digits = link_of(hall)
    for _ in range(3):  # programs that look at links in messages
        assert hall.browser().get(path).status_code == 200
    answer = fetch(hall.browser(), path, digits)
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.data)) as archive:
        assert json.loads(archive.read("data-saya.json"))["person"]["name"] == NAME
        assert "Pipa bocor di gang saya" in archive.read("data-saya.html").decode()
    with hall.database.read() as session:
        row = session.scalars(select(RightsRequest)).one()
    assert (row.outcome, row.done_at, len(row.proof or "")) == ("done", hall.now, 64)
    assert hall.browser().get(path).status_code == 410


def test_the_page_itself_tells_nothing(hall: CityHall) -> None:
    path, digits = link_of(hall)
    page = hall.browser().get(path)
    assert [word for word in (NAME, digits, "Pipa") if word in page.text] == []
    assert page.headers["Cache-Control"] == "private, no-store"


def test_it_ends_after_a_day(hall: CityHall) -> None:
    path, _ = link_of(hall)
    hall.wait(hours=23, minutes=59)
    assert hall.browser().get(path).status_code == 200
    hall.wait(minutes=1)
    assert hall.browser().get(path).status_code == 410
    reminding.run_due(hall.database, hall.rulebook, hall.now)
    hall.wait(minutes=1)
    assert reminding.run_due(hall.database, hall.rulebook, hall.now) in (0, 1)
    with hall.database.read() as session:
        assert session.scalars(select(RightsRequest.outcome)).one() == rights.NOT_FETCHED


def test_a_new_link_ends_the_one_before_and_erasing_ends_all(hall: CityHall) -> None:
    path, _ = link_of(hall)
    with hall.database.begin() as session:
        citizen = session.scalars(select(Citizen)).one()
        newer = copy_links.offer(session, hall.rulebook, citizen.id, hall.now).removeprefix(hall.rulebook.base_url)
    assert [hall.browser().get(one).status_code for one in (path, newer)] == [410, 200]
    with hall.database.begin() as session:
        session.scalars(select(Citizen)).one().erased_at = hall.now
    assert hall.browser().get(newer).status_code == 410


def test_who_does_not_know_the_number_gets_nothing_and_guesses_five_times(hall: CityHall) -> None:
    path, digits = link_of(hall)
    browser = hall.browser()
    wrong = "0000" if digits != "0000" else "1111"
    assert [fetch(browser, path, wrong).status_code for _ in range(6)] == [409] * 5 + [429]
    assert fetch(browser, path, digits).status_code == 429
    hall.wait(minutes=16)
    assert fetch(browser, path, digits).status_code == 200


def test_a_wrong_secret_or_number_is_not_found(hall: CityHall) -> None:
    path, _ = link_of(hall)
    head, _, secret = path.rpartition("/")
    addresses = (f"{head}/{secret[:-1]}0x", f"/salinan/999/{secret}", f"{head}/%C3%A9")
    assert [hall.browser().get(one).status_code for one in addresses] == [404] * 3
    assert hall.browser().post(path, data={}).status_code == 400


def test_who_has_no_telephone_number_needs_no_digits(hall: CityHall) -> None:
    path, _ = link_of(hall)
    with hall.database.begin() as session:
        session.scalars(select(Conversation)).one().address = "whatsapp:ID.4566"
    page = hall.browser().get(path)
    assert "Empat angka" not in said_on(page)
    browser = hall.browser()
    assert fetch(browser, path, "").status_code == 200

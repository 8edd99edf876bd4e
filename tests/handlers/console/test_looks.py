"""Who reads what citizens wrote leaves a row in the audit: one for each page that is opened, none for polls."""

import pytest
from sqlalchemy import func, select, update

from bot import audit
from handlers.console.staff.audit_words import SUBJECTS, link, subject
from storage.models import Announcement, AuditEntry, CannedReply, SavedView, StandingAnswer
from tests.handlers.city_hall import CityHall
from tests.handlers.sealed_cases import log_in
from tests.handlers.walking import PEOPLE, World, addresses, is_page, world

WORDS = "Lubang besar sekali"
STAFFS = "Tulisan petugas"


@pytest.fixture
def full(hall: CityHall) -> World:
    """A city in which only citizens use these words."""
    there = world(hall, WORDS)
    with hall.database.begin() as session:
        session.execute(update(Announcement).values(text=STAFFS))
        session.execute(update(SavedView).values(name=STAFFS))
        session.execute(update(CannedReply).values(title=STAFFS, text=STAFFS))
        session.execute(
            update(StandingAnswer).values(question=STAFFS, text_id=STAFFS, text_en=STAFFS, source=STAFFS)
        )
    return there


def newest(hall: CityHall) -> int:
    with hall.database.read() as session:
        return session.scalar(select(func.max(AuditEntry.id))) or 0


def since(hall: CityHall, before: int) -> list[AuditEntry]:
    with hall.database.read() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.id > before)))


@pytest.mark.parametrize(("role", "agency"), PEOPLE)
def test_a_page_with_what_citizens_wrote_is_one_look(
    hall: CityHall, full: World, role: str, agency: str | None
) -> None:
    browser, wrong, read = log_in(hall, role, agency), {}, 0
    for address in addresses(hall, full, role):
        if not is_page(browser, address):
            continue
        hall.wait(minutes=11)  # a list that renews itself is one look for ten minutes
        before = newest(hall)
        shows = WORDS.encode() in browser.get(address).data
        looks = [row.subject for row in since(hall, before) if row.action == audit.LOOKED]
        read += shows
        if len(looks) != 1 if shows else len(looks) > 1:
            wrong[address] = looks
    assert read > (2 if agency else 8), "the walk means something only where it reads something"
    assert list(wrong.items()) == [], "call looked() of handlers.audit once when such a page is opened"


def test_a_list_that_renews_itself_is_one_look(hall: CityHall, full: World) -> None:
    browser, before = log_in(hall, "administrator"), newest(hall)
    for _ in range(5):
        browser.get("/console/queue/all", headers={"HX-Request": "true"})
        hall.wait(minutes=1)
    looks = [row.subject for row in since(hall, before) if row.action == audit.LOOKED]
    assert looks == ["queue:all"], "and the first is one, whatever the browser says"


@pytest.mark.parametrize("path", ["/console/pulse", "/console/triage/list", "/console/questions/list"])
def test_a_poll_is_no_look(hall: CityHall, full: World, path: str) -> None:
    browser, before = log_in(hall, "administrator"), newest(hall)
    assert browser.get(path).status_code in (200, 204)
    assert [row.subject for row in since(hall, before) if row.action == audit.LOOKED] == []


def test_every_subject_has_words(hall: CityHall, full: World) -> None:
    for role, agency in PEOPLE:
        browser = log_in(hall, role, agency)
        for address in addresses(hall, full, role):
            browser.get(address).get_data()
    with hall.database.read() as session:
        subjects = set(session.scalars(select(AuditEntry.subject).where(AuditEntry.subject != WORDS)))
    with hall.app.test_request_context():
        unnamed = {one for one in subjects if one.partition(":")[0] not in SUBJECTS and not link(one)}
        assert all(subject(one) for one in subjects)
    assert unnamed - {"audit:export"} == set(), "name them in handlers/console/staff/audit_words.py"

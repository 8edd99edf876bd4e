"""Pages with names and numbers of people: every look is written down, and those who only read find no forms."""

import pytest
from sqlalchemy import select

from storage.models import AuditEntry
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.sealed_cases import log_in


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("servants", "servants"),
        ("blocked", "blocked"),
        ("duty", "duty"),
        ("praise", "praise:2026-11"),
        ("praise?month=2026-09", "praise:2026-09"),
    ],
)
def test_a_look_at_people_is_written_down(hall: CityHall, path: str, subject: str) -> None:
    rina = hall.coordinator()
    assert rina.get(f"/console/{path}").status_code == 200
    with hall.database.read() as session:
        looks = session.execute(
            select(AuditEntry.user_id, AuditEntry.subject).where(AuditEntry.action == "looked")
        )
        assert [tuple(look) for look in looks] == [(hall.user_id(), subject)]


def test_the_leadership_has_nothing_to_tick_off(hall: CityHall) -> None:
    number = hall.ticket("Terima kasih petugas taman", kind="apresiasi", service="taman", place="RPTRA Kenanga")
    page = log_in(hall, "leadership").get("/console/praise")
    assert number in said_on(page)
    assert f"/praise/{number}/called" not in page.text
    assert f"/praise/{number}/called" in hall.coordinator().get("/console/praise").text

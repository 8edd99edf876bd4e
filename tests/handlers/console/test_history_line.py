"""The audit's page says when the histories were verified last, and whether they were whole."""

from storage.models import HistoryCheck
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.sealed_cases import log_in


def check(hall: CityHall, problems: int, *, finished: bool = True) -> None:
    with hall.database.begin() as session:
        session.add(HistoryCheck(begun_at=hall.now, finished_at=hall.now if finished else None,
                                 reached="" if finished else "tickets:7", rows=9, problems=problems))  # fmt: skip


def test_when_and_how_it_went(any_hall: CityHall) -> None:
    browser = log_in(any_hall, "administrator")
    assert "diverifikasi" not in said_on(browser.get("/console/audit"))
    check(any_hall, 0)
    assert "semua 9 baris sesuai segelnya" in said_on(browser.get("/console/audit"))
    check(any_hall, 2)
    check(any_hall, 0, finished=False)
    assert "2 temuan tidak sesuai segelnya" in said_on(browser.get("/console/audit"))

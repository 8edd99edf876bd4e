"""``flask figures recount``: what was counted by other rules is counted anew."""

from datetime import date

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import update

from handlers.commands.figures import figures
from storage.models import Figures
from tests.handlers.city_hall import CityHall
from tests.support.clock import MoveableClock
from tests.support.counted import Figured

MONDAY = date(2026, 11, 23)


@pytest.fixture
def figured(hall: CityHall) -> Figured:
    """The hall's tickets, three of them in three days, counted wrongly."""
    for _ in range(3):
        hall.ticket()
        hall.wait(days=1)
    figured = Figured(hall.database, hall.rulebook, MoveableClock(hall.now))
    figured.count()
    with hall.database.begin() as session:
        session.execute(update(Figures).values(filed=7))
    return figured


def recount(app: Flask, *arguments: str) -> Result:
    app.cli.add_command(figures)
    return app.test_cli_runner().invoke(args=["figures", "recount", *arguments])


def test_all_days_are_counted_anew(hall: CityHall, figured: Figured) -> None:
    assert recount(hall.app).output == "4 days counted, 2026-11-23 to 2026-11-26.\n"
    assert [figured.counts(date(2026, 11, day)).filed for day in (23, 24, 25, 26)] == [1, 1, 1, 0]
    assert figured.counts(date(2026, 11, 1), span="month").filed == 3


def test_only_the_days_that_are_wanted(hall: CityHall, figured: Figured) -> None:
    done = recount(hall.app, "--from", "2026-11-24", "--to", "2026-11-24")
    assert done.output == "1 days counted, 2026-11-24 to 2026-11-24.\n"
    assert [figured.counts(date(2026, 11, day)).filed for day in (23, 24, 25)] == [7, 1, 7]


def test_what_has_not_come_yet_is_not_counted(hall: CityHall, figured: Figured) -> None:
    assert recount(hall.app, "--to", "2030-01-01").exit_code == 0
    assert figured.keys("all", date(2026, 11, 27)) == {}


@pytest.mark.parametrize("days", [("--from", "2026-12-01"), ("--from", "gestern"), ("--to", "2026-11-01")])
def test_days_that_make_no_sense_are_said(hall: CityHall, figured: Figured, days: tuple[str, str]) -> None:
    done = recount(hall.app, *days)
    assert done.exit_code != 0
    assert "--" in done.output
    assert figured.counts(MONDAY).filed == 7


def test_where_nothing_has_happened_there_is_nothing_to_count(hall: CityHall) -> None:
    assert "nothing to count" in recount(hall.app).output

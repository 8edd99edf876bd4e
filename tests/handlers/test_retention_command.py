"""``flask retention``: what would go is counted, and then it goes."""

from dataclasses import replace
from typing import Any

import pytest
from click.testing import Result

from bot.city.retention_policy import RetentionPolicy
from bot.status import Move
from handlers.commands.retention import commands
from handlers.edge import KEY
from storage.models import OutboundMessage
from tests.handlers.city_hall import CityHall


def retention(hall: CityHall, *arguments: str, **policy: Any) -> Result:
    edge = hall.app.extensions[KEY]
    named = edge.rulebook.city.model_copy(update={"retention": RetentionPolicy.model_validate(policy)})
    hall.app.extensions[KEY] = replace(edge, rulebook=replace(edge.rulebook, city=named))
    hall.app.cli.add_command(commands)
    return hall.app.test_cli_runner().invoke(args=["retention", *arguments])


YEAR = {"tickets": {"anonymised": "12 months"}}


@pytest.fixture
def old(hall: CityHall) -> str:
    number = hall.ticket()
    hall.moved(number, Move.CONFIRM)
    with hall.database.begin() as session:
        for row in session.query(OutboundMessage):
            row.state = "delivered"
    hall.wait(days=400)
    return number


def test_a_plan_and_then_the_run(hall: CityHall, old: str) -> None:
    planned = retention(hall, "plan", **YEAR).output
    assert "tickets anonymised" in planned
    assert " 1 " in planned
    assert hall.find(old).story
    done = retention(hall, "run", **YEAR).output
    assert "tickets anonymised: tickets" in done
    assert done.endswith("Nothing is left to do.\n")
    assert hall.find(old).story == ""
    assert " 1 " not in retention(hall, "plan", **YEAR).output


def test_without_any_time_named_nothing_is_done(hall: CityHall, old: str) -> None:
    assert "everything is kept" in retention(hall, "plan").output
    done = retention(hall, "run")
    assert done.exit_code == 1
    assert hall.find(old).story


def test_the_room_is_given_back(hall: CityHall, old: str) -> None:
    assert retention(hall, "run", "--vacuum", **YEAR).exit_code == 0


def test_the_citizens_page_says_that_it_is_long_over(hall: CityHall, old: str) -> None:
    from bot.tickets.citizen_page import path_of

    path = path_of(hall.find(old))
    retention(hall, "run", **YEAR)
    page = hall.browser().get(path)
    assert page.status_code == 410
    assert "permintaan" not in page.text


def test_days_that_are_gone_are_not_counted_again(hall: CityHall, old: str) -> None:
    from handlers.commands.figures import figures

    hall.wait(days=2_000)
    retention(hall, "run", tickets={"anonymised": "12 months", "deleted": "2 years"})
    hall.app.cli.add_command(figures)
    done = hall.app.test_cli_runner().invoke(args=["figures", "recount", "--from", "2026-11-23"])
    assert done.exit_code == 1
    assert "have been deleted" in done.output
    assert hall.app.test_cli_runner().invoke(args=["figures", "recount"]).exit_code == 0

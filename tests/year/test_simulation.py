"""Some weeks of a small city through the real code, in seconds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from benchmarks.year.__main__ import run
from benchmarks.year.demand import Year
from benchmarks.year.figures import Figures, Run, figures_of
from benchmarks.year.parts import BEGIN, Asked, Ended
from benchmarks.year.profile import load_profile
from benchmarks.year.report import page, summary
from benchmarks.year.rules import BrokenError, rules_of
from benchmarks.year.story import story_of
from benchmarks.year.town import Town, found_town, sample_rulebook
from benchmarks.year.year import Simulation
from bot.settings import ROOT
from storage.models import FollowUp, Ticket
from tests.support.clock import at

FORTNIGHT = Asked(scale=0.002, seed=3, profile="jakarta", days=14)
FOUR_DAYS = Asked(scale=0.002, seed=3, profile="jakarta", days=4)


def figures(ended: Ended) -> Figures:
    return figures_of(ended.seen, Run("jakarta", 0.002, 3, 1, "sqlite", 1.0, 3, ()))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = found_town(f"sqlite:///{tmp_path / 'year.db'}", load_profile("jakarta"), BEGIN, tmp_path)
    yield town
    town.database.dispose()


def test_a_fortnight_keeps_every_rule_and_comes_out_the_same_again(tmp_path: Path) -> None:
    ended = [run(FORTNIGHT, 1, f"sqlite:///{tmp_path / name}.db", tmp_path) for name in ("one", "two")]
    one, two = map(figures, ended)
    assert [end.broken for end in ended] == ["", ""]
    assert one.tickets > 5
    assert set(one.checked) >= {"deadlines", "lost", "doubled", "quiet", "opted_out"}
    assert one == two
    _tells_of_everything(page(one, sample_rulebook(tmp_path).city), summary(one))


def _tells_of_everything(html: str, text: str) -> None:
    for title in ("Tickets a day", "Closing by agency", "Unasked messages a week", "Rules that were checked"):
        assert title in html
    assert html.count("<svg") >= 14
    assert "dealt with in time" in text


def test_another_seed_is_another_city(tmp_path: Path) -> None:
    one, two = (Year(load_profile("jakarta"), 0.002, seed, 3) for seed in (1, 2))
    assert list(one.wishes()) != list(two.wishes())


def test_some_days_on_either_database(empty_database_url: str, tmp_path: Path) -> None:
    ended = run(FOUR_DAYS, 1, empty_database_url, tmp_path)
    assert ended.broken == ""
    assert ended.seen.matters


def test_a_ticket_that_nothing_happens_to_any_more_stops_the_run_with_its_story(town: Town) -> None:
    simulation = Simulation(town, Year(town.profile, 0.004, 5, 30), rules_of(ROOT / "config.yml"), "5")
    with pytest.raises(BrokenError, match=r"JK-\w{6}-\w is \w+, and nothing is to happen any more") as error:
        _run_with_fault(simulation, town)
    story = story_of(town.database, error.value.ticket or 0)
    assert "citizen            filed -> " in story
    assert "its follow-ups:" in story


def test_a_deadline_that_somebody_changed_is_noticed(town: Town) -> None:
    simulation = Simulation(town, Year(town.profile, 0.004, 5, 10), rules_of(ROOT / "config.yml"), "5")
    simulation.rules.city["deadlines"]["verify"] = "4 working days"
    with pytest.raises(BrokenError, match=r"must be dealt with \(verify\) by"):
        list(simulation.run(at("2026-01-11T00:00+07:00")))


def _run_with_fault(simulation: Simulation, town: Town) -> None:
    for now in simulation.run(at("2026-01-30T00:00+07:00")):
        if now > at("2026-01-05T12:00+07:00"):
            _forget_steps(town)


def _forget_steps(town: Town) -> None:
    """As a fault would: the steps that were ahead are gone."""
    with town.database.begin() as session:
        waiting = select(Ticket.id).where(Ticket.status == "waiting")
        session.execute(delete(FollowUp).where(FollowUp.ticket_id.in_(waiting), FollowUp.state == "waiting"))

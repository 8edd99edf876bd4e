"""10,000 messages, 180 a second, and every process killed with -9 at random: nothing is lost, nothing is doubled.

Texts, photos, pins, buttons, emergencies, by WhatsApp and SMS; one in twenty comes again, at once or much later.
Web, worker, language model and the supervisor with all of them die amid their work and are started again, while
follow-ups of every kind fall due, alarms go out to a telephone and a list is written.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.audit import audit
from tests.faults.cost import cost_of, note, tell
from tests.faults.posting import webhooks_of
from tests.faults.storm import Storm, rage
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town
from tests.support import databases
from tests.support.databases import PostgresTemplate

pytestmark = pytest.mark.processes

QUICK = Storm(messages=100, kills=5, a_second=40, of_each=2, within=timedelta(seconds=20))
LONG = Storm(messages=10_000, kills=75, reached=170, of_each=20)
CALM = Storm(messages=1_000, kills=0, a_second=40)
SETTLED_WITHIN_S = 2_400
LONG_ONE = pytest.param(LONG, marks=pytest.mark.faults, id="long")


@pytest.mark.parametrize("storm", [pytest.param(QUICK, id="quick"), LONG_ONE])
def test_a_storm_over_one_worker_on_sqlite(tmp_path: Path, storm: Storm) -> None:
    with town(tmp_path, specs=specs()) as place:
        _passes_over(place, storm, "SQLite")


@pytest.mark.parametrize("storm", [pytest.param(QUICK, marks=pytest.mark.faults_quick, id="quick"), LONG_ONE])
def test_a_storm_over_two_workers_on_postgresql(
    tmp_path: Path, request: pytest.FixtureRequest, storm: Storm
) -> None:
    if databases.POSTGRESQL not in databases.kinds():
        pytest.skip("No PostgreSQL to be used is here.")
    template: PostgresTemplate = request.getfixturevalue("postgresql_template")
    with template.empty() as url, town(tmp_path, url, specs(), workers=2) as place:
        _passes_over(place, storm, "PostgreSQL")


@pytest.mark.faults
def test_a_calm_day_to_compare_with(tmp_path: Path) -> None:
    with town(tmp_path, specs=specs()) as place:
        _passes_over(place, CALM, "SQLite")


def _passes_over(place: Town, storm: Storm, kind: str) -> None:
    with webhooks_of(place) as webhooks:
        weather = rage(place, storm, webhooks)
        found = audit(place, weather.sent, SETTLED_WITHIN_S)
    tell(f"{kind}: {weather}")
    tell(f"{kind}: {found}")
    note(cost_of(place, f"{storm.kills or 'no'} kills, {kind}", webhooks, found))
    assert weather.pace.a_second >= storm.reached, "it waited for answers, or had no time to post"
    assert weather.kills.total() == storm.kills
    assert weather.amid_work.total() >= storm.kills * 2 // 3, "kills that meet nobody at work show nothing"

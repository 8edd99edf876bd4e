"""``flask trace``: one message's road out of the database, and nothing that anybody said."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import Result

from bot.rulebook import Rulebook
from handlers.commands.trace import trace
from handlers.edge import Edge
from handlers.web import create_web
from storage.database import Database
from storage.models import InboundMessage, OutboundMessage
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning
from tests.support.settings import isolated_settings

SAID = "jalan di Jl. Melati berlubang parah"


@pytest.fixture
def number(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[Number]:
    with ThreadPoolExecutor(4) as pool:
        yield Number(database, rulebook, clock, pool)


def run(number: Number, of: str) -> Result:
    app = create_web(Edge(isolated_settings(), number.rulebook, number.database, number.clock, None))
    return app.test_cli_runner().invoke(trace, [of])


def test_the_road_of_a_message(number: Number) -> None:
    number.hears(SAID, meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    number.clock.move(seconds=7)
    number.work()
    [line, *others] = run(number, "1").output.splitlines()
    assert line.endswith("message 1 received by simulator, normal lane")
    assert "+0.000 s" in line
    assert any("+7.000 s  message 1 decided: filed" in other for other in others)
    assert any("outbound 1 written (report_filed) for simulator" in other for other in others)
    assert any("outbound 1 delivered" in other for other in others)


def test_the_road_of_a_ticket_has_its_history_and_its_letters(number: Number) -> None:
    number.says(SAID, meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    number.clock.move(minutes=4)
    number.work()
    told = run(number, number.ticket().number.lower()).output
    for part in ("message 1 received", "ticket: filed by citizen", "(mail) for email"):
        assert part in told, told
    for part in ("Melati", "berlubang", "62", "@"):
        assert part not in told.replace("2026", ""), part


def test_what_is_stuck_is_said(number: Number) -> None:
    number.hears(SAID)
    assert "message 1 is new: not answered yet" in run(number, "1").output
    number.work()
    with number.database.begin() as session:
        row = session.get_one(OutboundMessage, 1)
        row.state, row.failure, row.error, row.delivered_at = "failed", "address", "63024", None
        of = session.get_one(InboundMessage, 1).done_at
    assert of is not None
    assert "outbound 1 is failed (address, 63024) after 1 attempts" in run(number, "1").output


@pytest.mark.parametrize("of", ["99", "JK-000000-0", "x" * 40, "9" * 30, "-1"])
def test_what_there_is_not_is_one_sentence(number: Number, of: str) -> None:
    answer = run(number, of if not of.startswith("-") else "JK--1")
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: There is no ")

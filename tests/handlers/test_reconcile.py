"""What the webhook lost is found again: many messages over real HTTP, and the command that looks on demand."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from bot.delivery.copies import Copies
from bot.intake import inbox
from bot.intake.reconciliation import Reconciler
from bot.rulebook import Rulebook
from bot.settings import Settings
from handlers.channels.twilio_archive import lines_of
from handlers.commands.reconcile import reconcile
from handlers.edge import Edge, install
from handlers.web import create_web
from storage.database import Database
from storage.models import InboundMessage, MediaFile
from tests.standins.citizen import MESSAGES, Line
from tests.support.clock import MoveableClock
from tests.support.outbox import Post
from tests.support.ports import free_port
from tests.support.serving import serving
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN, isolated_settings
from tests.support.twilio import Twilio

LATE, TWICE, PEOPLE = 100, 50, 150


@pytest.fixture
def served(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Iterator[str]:
    """The web application on a port of its own; its URL."""
    port = free_port()
    settings = isolated_settings(public_url=f"http://127.0.0.1:{port}")
    with serving(create_web(Edge(settings, rulebook, database, clock, None)), port) as url:
        yield url


def written(count: int, clock: MoveableClock) -> list[dict[str, Any]]:
    """What citizens wrote during the last hours, some of it by SMS."""
    found: list[dict[str, Any]] = []
    for n in range(count):
        number, at = f"+62800000{n % PEOPLE:04d}", clock.now() - timedelta(minutes=5, seconds=5 * (count - n))
        by = {"from": number, "to": OUR_SMS} if n % 10 == 0 else {"from": f"whatsapp:{number}", "to": OUR_WHATSAPP}
        found.append({**by, "body": f"laporan {n}", "at": at.isoformat()})
    return found


def sids(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.scalars(select(InboundMessage.external_id)))


@pytest.mark.processes
def test_where_5_percent_of_2000_webhooks_are_lost_every_message_is_stored_once(
    twilio: Twilio, database: Database, rulebook: Rulebook, clock: MoveableClock, served: str
) -> None:
    count = 2_000 if database.is_sqlite else 600
    messages = written(count, clock)
    came = twilio.comes(*messages[:-LATE], webhook=served + MESSAGES, drop=0.05, seed=7)
    late = twilio.comes(*messages[-LATE:], drop=0.05, seed=8)  # their webhooks come while we look
    dropped = sum(one["dropped"] for one in (*came, *late))
    assert 0.04 < dropped / count < 0.06
    assert len(sids(database)) == sum(not one["dropped"] for one in came)

    archive, lines = twilio.archive(timeout_s=30), lines_of(isolated_settings())
    reconciler = Reconciler(database, rulebook.words, archive, clock, lines)
    again = [one["form"] for one in (*late, *came[:TWICE]) if not one["dropped"]]
    line = Line(served, ACCOUNT, TOKEN)
    with ThreadPoolExecutor(3) as pool, httpx.Client(trust_env=False, verify=False, timeout=15) as client:
        looking = pool.submit(reconciler.run)
        answers = list(pool.map(lambda form: line.post(form, client=client).status_code, again))
        found = looking.result()

    assert set(answers) == {200}
    assert [one.error for one in found] == [None, None]
    assert sids(database) == sorted(one["sid"] for one in (*came, *late))
    assert dropped <= sum(one.stored for one in found) <= dropped + LATE
    assert sum(one.listed for one in found) == count
    assert [one.stored for one in reconciler.run()] == [0, 0]
    assert len(sids(database)) == count
    assert twilio.get("violations") == []


@pytest.mark.processes
def test_what_was_found_and_what_was_answered_is_deleted_at_twilio_in_its_time(
    twilio: Twilio, local_post: Post, rulebook: Rulebook, clock: MoveableClock
) -> None:
    database, archive, lines = local_post.database, twilio.archive(), lines_of(isolated_settings())
    photo = {"from": "whatsapp:+628000000001", "to": OUR_WHATSAPP, "media": [{"content_type": "image/jpeg"}] * 2}
    twilio.comes({**photo, "at": (clock.now() - timedelta(hours=1)).isoformat()})
    Reconciler(database, rulebook.words, archive, clock, lines).run()
    answer = twilio.client().messages.create(to="whatsapp:+628000000001", from_=OUR_WHATSAPP, body="Sudah.")
    local_post.write(provider_id=answer.sid, state="delivered", sent_at=clock.now())
    with database.begin() as session:
        inbox.place_new(session, clock.now())
        session.execute(update(InboundMessage).values(state="done"))
        session.execute(update(MediaFile).values(state="kept"))
    copies = Copies(database, archive, clock, lines, timedelta(days=30))
    clock.move(days=31)
    assert copies.tick() == 1, "the answer has not come to its end at Twilio, whatever we believe"
    assert [(kept["sid"], kept["media"]) for kept in twilio.get("kept")] == [(answer.sid, [])]
    assert (copies.tick(), twilio.get("violations")) == (0, [])
    assert list(copies.later) == [(False, 1)]


# -- the command ------------------------------------------------------------------------------------------------


def run(settings: Settings, database: Database, rulebook: Rulebook, clock: MoveableClock, *more: str) -> Result:
    app = Flask("reconcile")
    install(app, Edge(settings, rulebook, database, clock, None))
    app.cli.add_command(reconcile)
    return app.test_cli_runner().invoke(args=["reconcile", *more])


@pytest.fixture
def shop(sqlite_database: Database, rulebook: Rulebook, clock: MoveableClock) -> tuple[Any, ...]:
    return sqlite_database, rulebook, clock


@pytest.mark.processes
def test_the_command_says_one_line_a_number(twilio: Twilio, shop: tuple[Any, ...], clock: MoveableClock) -> None:
    twilio.comes(*written(20, clock))
    settings = isolated_settings(twilio_api_base=twilio.url)
    first, second = run(settings, *shop), run(settings, *shop)
    assert (first.exit_code, first.output.splitlines()[-2:]) == (
        0,
        [
            "whatsapp (...0000): 18 listed, 18 were missing and are stored now.",
            "sms (...0001): 2 listed, 2 were missing and are stored now.",
        ],
    )
    assert "18 listed, 0 were missing" in second.output


@pytest.mark.processes
def test_the_command_looks_back_as_far_as_it_is_told(
    twilio: Twilio, shop: tuple[Any, ...], clock: MoveableClock
) -> None:
    old = {"from": "whatsapp:+628000000001", "to": OUR_WHATSAPP}
    twilio.comes({**old, "at": "2026-11-19T16:59:00+00:00"}, {**old, "at": "2026-11-19T17:00:00+00:00"})
    settings = isolated_settings(twilio_api_base=twilio.url)
    assert "0 listed" in run(settings, *shop).output
    assert "1 listed, 1 were missing" in run(settings, *shop, "--since", "2026-11-20").output, "a day in Jakarta"
    assert "2 listed, 1 were missing" in run(settings, *shop, "--since", "2026-11-19T23:59").output


@pytest.mark.processes
def test_the_command_tells_of_a_twilio_that_is_away(twilio: Twilio, shop: tuple[Any, ...]) -> None:
    twilio.fails("500", on="list")
    told = run(isolated_settings(twilio_api_base=twilio.url), *shop)
    assert told.exit_code == 1
    assert told.output.splitlines()[-1] == (
        "Error: Twilio has no time or an error of its own (20500); try again later."
    )


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("kemarin", "'kemarin' is no day; write for example 2026-11-20."),
        ("2026-13-01", "'2026-13-01' is no day; write for example 2026-11-20."),
        ("0001-01-01", "'0001-01-01' is no day; write for example 2026-11-20."),
        ("2026-12-01", "2026-12-01 is still to come; write an earlier day."),
        ("2016-11-20", "2016-11-20 is more than 400 days ago; write a later day."),
    ],
)
def test_a_day_that_cannot_be_meant_is_refused(shop: tuple[Any, ...], since: str, said: str) -> None:
    told = run(isolated_settings(), *shop, "--since", since)
    assert (told.exit_code, told.output) == (1, f"Error: --since: {said}\n")


def test_without_an_account_there_is_nothing_to_compare_with(shop: tuple[Any, ...]) -> None:
    told = run(isolated_settings(twilio_account_sid="", twilio_auth_token=""), *shop)
    assert (told.exit_code, told.output.count("\n")) == (1, 1)
    assert "set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and a sender." in told.output

"""A city in which people write what they should not; then everything that it gave out or keeps is searched.

What may stand where, and why, is said in :data:`MAY_STAND`; whatever else is found is a leak.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.figures import counting, weekly
from bot.figures.warehouse import Warehouse
from bot.following import digests, followups, overdue_questions
from bot.rulebook import Rulebook
from handlers.edge import Edge
from storage.database import Database
from storage.models import OutboundMessage, Ticket
from tests.security import crowd, outputs, tally
from tests.security.markers import ALL, MASKED, NAMES, PROFILES, SENDERS, found_in
from tests.security.outputs import Output
from tests.security.place import SECRETS, Place, settled
from tests.security.sizes import many
from tests.support.settings import isolated_settings

pytestmark = pytest.mark.processes

JAKARTA = ZoneInfo("Asia/Jakarta")
MESSAGES = many(100, 2_000)
PAGES_OF = many(2, 40)  # tickets whose pages are opened

TOLD = NAMES - MASKED  # plates, addresses, names, health: no plain rule tells whose they are
NOTHING: frozenset[str] = frozenset()
# Whoever adds a way out adds a line.
MAY_STAND: dict[str, tuple[frozenset[str], str]] = {
    "language model": (TOLD, "it reads what people wrote, masked, on loopback, and keeps nothing"),
    "mail to agencies": (TOLD, "whom and where a report is about, so that somebody can go there"),
    "webhook to agencies": (TOLD - {"name", "health"}, "the place; the story stands behind the link"),
    "mail to coordinators": (TOLD, "what is stuck, as the agency has it"),
    "weekly report": (NOTHING, "figures and links"),
    "agency's page": (TOLD | {PROFILES.name}, "as its letters; the name of who did not ask to have it hidden"),
    "citizen's page": (TOLD, "what they wrote themselves, masked, behind a secret link"),
    "webhook to others": (NOTHING, "numbers, services and statuses"),
    "answers to citizens": (TOLD, "their own words come back to themselves"),
    "console": (
        TOLD | {PROFILES.name},
        "staff, behind a log-in, audited; a report is about somebody and somewhere",
    ),
    "pages without a log-in": (NOTHING, ""),
    "Open311": (NOTHING, ""),
    "health and figures": (NOTHING, ""),
    "error pages": (NOTHING, "what was asked is not repeated"),
    "nightly export": (NOTHING, "codes, times and areas"),
    "logs": (NOTHING, "ids only"),
    "process list": (NOTHING, ""),
    "media folder": (NOTHING, "encrypted"),
    "database file": (TOLD, "masked texts are searched, so they are plain; all else is encrypted"),
}


@pytest.fixture(scope="module")
def told(the_place: Place, rulebook: Rulebook) -> list[Output]:
    """Everything that came out of it."""
    with the_place.database() as database:
        outputs.subscribe(the_place, database, rulebook.city)
    written = crowd.write(the_place, MESSAGES)
    settled(the_place, 240)
    written += crowd.add(the_place, MESSAGES)
    written += crowd.by_gateway(the_place, MESSAGES // 20, SECRETS["GATEWAY_SECRET"])
    settled(the_place, 240)
    with the_place.database() as database:
        _time_goes_by(database, rulebook)
        settled(the_place, 240)
        with database.read() as session:
            numbers = list(session.scalars(select(Ticket.number).order_by(Ticket.id)))
        Warehouse(database, rulebook, the_place.exports).write(datetime.now(JAKARTA).date(), _in_days(2))
        app = outputs.url_map(Edge(isolated_settings(), rulebook, database, None, None))  # type: ignore[arg-type]
        step = max(1, len(numbers) // PAGES_OF)
        written_out = [*outputs.mails(the_place), *outputs.sent_to_citizens(the_place)]
        gathered = list(
            chain(
                written_out,
                outputs.behind_links(the_place, written_out),
                outputs.pages(the_place, app, numbers[::step]),
                outputs.errors(the_place, f"NIK 3171014503990001 hubungi {SENDERS.write(1)} kenangaungu"),
                outputs.posts(the_place),
                outputs.to_other_systems(database),
                outputs.shown_to_nlu(the_place),
                outputs.files(the_place),
                outputs.process_list(the_place),
            )
        )
    tally.note(
        "leaks", "messages with ten kinds of personal data", written, f"{len(numbers)} reports came of them"
    )
    return gathered


def _time_goes_by(database: Database, rulebook: Rulebook) -> None:
    """The weeks in which agencies are reminded, citizens asked, lists and the weekly report written."""
    for days in (1, 4, 8, 15):
        later = _in_days(days)
        # Each to its end: a report waits for steps that are still to come to its list.
        for due in (counting, followups, digests, overdue_questions, weekly):
            while due.run_due(database, rulebook, later):
                pass
    with database.begin() as session:  # what was written for later goes out now
        session.execute(
            update(OutboundMessage).where(OutboundMessage.state == "waiting").values(due_at=datetime.now(UTC))
        )


def _in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def test_nothing_stands_where_it_does_not_belong(told: list[Output]) -> None:
    leaks: dict[str, Counter[str]] = defaultdict(Counter)
    example: dict[tuple[str, str], str] = {}
    searched, size = Counter[str](), Counter[str]()
    for output in told:
        searched[output.where] += 1
        size[output.where] += len(output.content)
        for kind, count in output.found.items():
            if kind not in MAY_STAND[output.where][0]:
                leaks[output.where][kind] += count
                example.setdefault((output.where, kind), output.name)
    for where in MAY_STAND:
        may = ", ".join(sorted(MAY_STAND[where][0])) or "nothing"
        tally.note("leaks", where, searched[where], f"{size[where] // 1024} KB searched; may hold: {may}")
    assert not leaks, "\n".join(
        f"{where}: {kind} {count} times, as in {example[where, kind]}"
        for where, kinds in leaks.items()
        for kind, count in kinds.items()
    )


def test_no_page_breaks(told: list[Output]) -> None:
    broken = [f"{output.name}: {output.status}" for output in told if output.status >= 500]
    assert [each for each in broken if not each.startswith("/healthz?deep")] == []


def test_every_way_out_was_searched(told: list[Output]) -> None:
    """And what was sought is really in there, where it may stand."""
    searched = Counter(output.where for output in told)
    assert [where for where in MAY_STAND if not searched[where]] == []
    for where in ("language model", "mail to agencies", "console", "database file", "answers to citizens"):
        held = sum((output.found for output in told if output.where == where), Counter())
        assert held, where
    heard = sum((output.found for output in told if output.where == "language model"), Counter())
    assert set(heard) == TOLD


def test_each_kind_is_known_again() -> None:
    for kind in ALL:
        for n in (0, 1, 2, 1999):
            assert set(found_in(kind.write(n))) == {kind.name}, kind.name

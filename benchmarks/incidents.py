"""What looking for the same matter costs at filing: ``python benchmarks/incidents.py [tickets]``.

A SQLite file with so many open tickets (50,000 unless told); then reports are filed without and with the look.
Wall-clock milliseconds a report, the median and the slowest twentieth.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.incidents import incidents
from bot.messages import Location
from bot.privacy import mask
from bot.rulebook import Rulebook, load_rulebook
from bot.settings import Settings
from bot.tickets import tickets
from bot.tickets.tickets import Report
from storage import keyring, migrate
from storage.database import Database, open_database
from storage.keyring import Keyring
from storage.models import Citizen, Conversation, Ticket

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
ROUNDS = 200
PEOPLE = 20_000
STREETS = ("Kemuning", "Melati", "Bendi", "Sawo", "Delima", "Kramat", "Bungur", "Cikini", "Otista", "Warakas")
SPOTS = ("depan masjid Al Hidayah", "dekat pasar", "samping SDN 05", "perempatan", "RT 03 RW 02", "depan Alfamart")
AREAS = tuple(f"Kelurahan {n}" for n in range(267))
SERVICES = ("banjir", "jalan_rusak", "sampah", "lampu_jalan", "pohon", "saluran_air", "listrik", "parkir_liar")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    keyring.use(Keyring(("benchmark",)))
    rulebook, dice = load_rulebook(Settings(_env_file=None)), random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/test.db")
        migrate.upgrade(database.engine)
        _fill(database, count, dice)
        print(f"{count} open tickets, {ROUNDS} reports each, ms a report (median, 95th percentile)")
        _line("filing alone", database, rulebook, dice, lambda session, ticket: None)
        look = lambda session, ticket: incidents.settle(session, rulebook, ticket, NOW)  # noqa: E731
        _line("filing, and looking for the same", database, rulebook, dice, look)
        database.dispose()


def _line(name: str, database: Database, rulebook: Rulebook, dice: random.Random,
          then: Callable[[Session, Ticket], object]) -> None:  # fmt: skip
    spent = []
    for _ in range(ROUNDS):
        report = _report(dice)
        began = time.perf_counter()
        with database.begin() as session:
            talk = session.get_one(Conversation, 1 + dice.randrange(PEOPLE))
            ticket = tickets.open_ticket(session, rulebook, talk, report, NOW)
            then(session, ticket)
        spent.append((time.perf_counter() - began) * 1_000)
    slow = statistics.quantiles(spent, n=20)[-1]
    print(f"  {name:34} {statistics.median(spent):7.1f} {slow:7.1f}")


def _report(dice: random.Random) -> Report:
    place = f"Jalan {dice.choice(STREETS)} {dice.choice(SPOTS)}"
    pin = Location(-6.1 - dice.random() / 4, 106.7 + dice.random() / 4) if dice.random() < 0.4 else None
    service = dice.choice(SERVICES)
    return Report("lapor", service, f"{service} parah di {place}, tolong", place, dice.choice(AREAS), None, pin)


def _fill(database: Database, count: int, dice: random.Random) -> None:
    with database.begin() as session:
        people = [{"created_at": NOW, "hide_name": False} for _ in range(PEOPLE)]
        session.execute(insert(Citizen), people)
        session.execute(insert(Conversation), [_talk(n) for n in range(1, PEOPLE + 1)])
        for start in range(0, count, 5_000):
            session.execute(insert(Ticket), [_row(n, dice) for n in range(start, min(count, start + 5_000))])


def _talk(n: int) -> dict[str, object]:
    return {"channel": "sms", "address_hash": str(n), "address": str(n), "citizen_id": n, "language": "id",
            "created_at": NOW, "dialogue": {}, "lane": 1, "attempts": 0, "lease_token": 0}  # fmt: skip


def _row(n: int, dice: random.Random) -> dict[str, object]:
    report, filed = _report(dice), NOW - timedelta(minutes=dice.randrange(60 * 24 * 28))
    pin = report.location
    return {
        "number": f"JK-{n:06d}", "citizen_id": 1 + n % PEOPLE, "conversation_id": 1 + n % PEOPLE, "kind": "lapor",
        "service": report.service, "agency": "sda", "status": "waiting", "urgent": False, "story": report.story,
        "masked_story": mask(report.story), "place": report.place, "area": report.kelurahan,
        "latitude": pin.latitude if pin else None, "longitude": pin.longitude if pin else None,
        "created_at": filed, "forward_at": filed, "forwarded_at": filed, "verify_by": NOW, "answer_by": NOW,
        "solve_by": NOW, "sealed": False, "on_behalf": False, "reopened": 0, "moves": 0, "clocks": 0, "version": 1,
    }  # fmt: skip


if __name__ == "__main__":
    main()

"""One city's number on a database of its own: the real parts, a clock that jumps, and stand-ins at the edges."""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog
from sqlalchemy import event

from benchmarks.year.agenda import Agenda
from benchmarks.year.ledger import Ledger
from benchmarks.year.post import InLine, Post
from benchmarks.year.profile import Profile
from benchmarks.year.speech import RecordedNlu
from bot.casework.bursts import Burst
from bot.casework.rounds import Worker
from bot.delivery.delivery import Courier
from bot.messages import EMAIL, SMS, WHATSAPP
from bot.rulebook import Rulebook, load_rulebook
from bot.settings import Settings
from scheduler import worker as real_worker
from storage import keyring, migrate
from storage.database import Database, open_database
from storage.keyring import Keyring
from storage.models import User

# What makes a job worth running. Those behind the alarms nobody waits for: they are looked at once an hour. From
# what is counted nothing follows, so that no simulated hour is spent on it.
KNOWN_DUE = {
    "bot.following.followups": frozenset({"follow_up", "notice"}),
    "bot.following.digests": frozenset({"digest"}),
    "bot.following.rechecks": frozenset({"recheck"}),
    "bot.duty.duty": frozenset({"alarm"}),
    "bot.agencies.claim_sample": frozenset({"draw"}),
    "bot.desk.holding": frozenset({"hold"}),
    "bot.following.overdue_questions": frozenset({"question"}),
    "bot.incidents.members": frozenset({"behind"}),
    "bot.following.delivery_alerts": frozenset({"dead"}),
    "bot.figures.counting": frozenset(),
    "bot.figures.weekly": frozenset(),
}
UNKNOWN = "unknown"  # runs once an hour, whatever there is to do


@dataclass
class VirtualClock:
    """Stands still until it is told another time."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class Loud(Worker):
    """A worker that does not put up with what goes wrong: a run ends with the error itself."""

    def _set_aside(self, burst: Burst) -> None:
        raise


@dataclass
class Town:
    """What the people of the simulation share."""

    database: Database
    rulebook: Rulebook
    profile: Profile
    clock: VirtualClock
    nlu: RecordedNlu = field(default_factory=RecordedNlu)
    agenda: Agenda = field(default_factory=Agenda)
    ledger: Ledger = field(default_factory=Ledger)
    has_mail: bool = False

    def worker(self) -> Worker:
        return Loud(self.database, self.rulebook, self.nlu, self.clock, "year")

    def courier(self, post: Post) -> Courier:
        return Courier(self.database, dict.fromkeys((WHATSAPP, SMS, EMAIL), post), self.clock, "year", InLine(1))

    def add_coordinator(self) -> int:
        """The account of whoever sits at the desk."""
        with self.database.begin() as session:
            user = User(email="desk@jakarta.example", password_hash="", role="coordinator",
                        phone="+628001119999", created_at=self.clock.now())  # fmt: skip
            session.add(user)
            session.flush()
            return user.id


def tick_jobs() -> list[ModuleType]:
    """Every module whose ``run_due`` the real scheduler calls, so that a new one is called here as well."""
    found = (value for value in vars(real_worker).values() if isinstance(value, ModuleType))
    return [module for module in found if callable(getattr(module, "run_due", None))]


def due_kinds(job: ModuleType) -> frozenset[str]:
    """The kinds of work that ``job`` does; one that is not known here runs once an hour."""
    return KNOWN_DUE.get(job.__name__, frozenset({UNKNOWN}))


def found_town(url: str, profile: Profile, begin: datetime, folder: Path) -> Town:
    """A migrated, empty database with the sample city's rules."""
    keyring.use(Keyring(("a simulated year",)))  # nobody real is in it
    database = open_database(url)
    if database.is_sqlite:
        event.listen(database.engine, "connect", needs_no_durability)
    migrate.upgrade(database.engine)
    return Town(database, sample_rulebook(folder), profile, VirtualClock(begin))


def sample_rulebook(folder: Path) -> Rulebook:
    """The sample city's rules, whatever this machine's own settings are."""
    rulebook = load_rulebook(_Alone(secret_key="x", nlu_url="http://nlu.invalid", media_folder=folder))
    names = [sentence.template for sentence in rulebook.wording.sentences[rulebook.language].values()]
    approved = {name: f"HX{number:032x}" for number, name in enumerate(filter(None, names), 1)}
    city = rulebook.city.model_copy(update={"templates": approved})
    return replace(rulebook, city=city, gives_unverified=True, forward_delay=timedelta(minutes=3))


class _Alone(Settings):
    """Settings that look neither at the environment nor at a file."""

    @classmethod
    def settings_customise_sources(cls, settings_cls: Any, init_settings: Any, **_: Any) -> tuple[Any, ...]:
        return (init_settings,)


def be_silent() -> None:
    """No log: a year has millions of lines. Errors of the code under test are raised all the same."""
    logging.disable(logging.WARNING)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[_silent])


def _silent(_logger: object, _name: str, _event: Any) -> str:
    raise structlog.DropEvent


def needs_no_durability(connection: Any, _record: object) -> None:
    """What is made up and interrupted is made up anew; nobody's disk need be asked 5 million times."""
    connection.execute("PRAGMA synchronous=OFF")

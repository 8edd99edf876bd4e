"""Everything that ``make run`` starts, with a table in place of the language model."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from bot.clock import LOOK_EVERY_S, simulated_clock
from bot.settings import ROOT
from storage import keyring
from storage.database import Database
from storage.models import SimulatedTime
from tests.journeys.town import wait_for
from tests.support.clock import at
from tests.support.databases import opened
from tests.support.folders import short_lived_folder
from tests.support.ports import free_port
from tests.support.processes import running

SECRET = "the secret of a place"
ADMIN, PASSWORD = "admin@jakarta.example", "an invented password"
READY_WITHIN_S = 120
JAKARTA = ZoneInfo("Asia/Jakarta")
# A Tuesday morning, whatever the hour of the machine: quiet hours and weekends are where a test expects them.
MORNING = at("2026-11-24T10:00+07:00")
# The first has no window and takes a third less of the processor.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = (
    "WARNING: THE PAGES ARE NOT TESTED IN A BROWSER: there is no chromium here. Install it (Debian: "
    "apt-get install chromium-headless-shell), or set CHROMIUM to its program."
)


def chromium() -> str | None:
    """The browser's program: the one that CHROMIUM names, or the system's. None is ever downloaded."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUMS)), None)


@dataclass(frozen=True)
class Place:
    """A running system on an empty database."""

    url: str
    database_url: str

    @contextmanager
    def database(self) -> Iterator[Database]:
        keyring.use(keyring.Keyring((SECRET,)))
        with opened(self.database_url) as database:
            yield database

    def set_clock(self, moment: datetime = MORNING) -> None:
        """Put the simulated time to ``moment``."""
        ahead_s = round((moment - datetime.now(UTC)).total_seconds())
        with self.database() as database, database.begin() as session:
            session.merge(SimulatedTime(id=1, ahead_s=ahead_s))
        time.sleep(2 * LOOK_EVERY_S)  # until every process has noticed

    def wait_for_hour(self, hour: int, minute: int) -> None:
        """Go to the next time that it is so late in Jakarta."""
        with self.database() as database:
            now = simulated_clock(database).now().astimezone(JAKARTA)
        then = now.replace(hour=hour, minute=minute, second=0)
        self.set_clock(then if then > now else then + timedelta(days=1))


@contextmanager
def place() -> Iterator[Place]:
    """Start everything, wait until it is ready, and stop it at the end."""
    with short_lived_folder() as folder, running("tests.standins.nlu_table") as nlu:
        here = Place(f"http://127.0.0.1:{free_port()}", f"sqlite:///{folder}/place.db")
        with _supervised(here, nlu.url, folder / "supervisor.log"):
            here.set_clock()
            wait_for(lambda: _is_ready(here), 30, "the worker's life after the clock was set")
            yield here


@contextmanager
def _supervised(here: Place, nlu_url: str, log: Path) -> Iterator[None]:
    with log.open("wb") as file:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "scheduler.supervisor"],
            cwd=ROOT,
            env=_environment(here, nlu_url),
            stdout=file,
            stderr=file,
        )
        try:
            wait_for(lambda: _is_up(supervisor, here, log), READY_WITHIN_S, "the system")
            yield
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(30)


def _environment(here: Place, nlu_url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PORT": here.url.rpartition(":")[2],
        "PUBLIC_URL": here.url,
        "DATABASE_URL": here.database_url,
        "MEDIA_FOLDER": str(Path(here.database_url.removeprefix("sqlite:///")).with_name("media")),
        "SECRET_KEY": SECRET,
        "ADMIN_EMAIL": ADMIN,
        "ADMIN_PASSWORD": PASSWORD,
        "NLU_URL": nlu_url,
        "SIMULATOR": "on",
        # A developer's .env must not make it speak to the world.
        "TWILIO_ACCOUNT_SID": "",
        "SMTP_URL": "",
    }


def _is_up(supervisor: "subprocess.Popen[bytes]", here: Place, log: Path) -> bool:
    assert supervisor.poll() is None, f"The supervisor ended:\n{log.read_text(errors='replace')[-2000:]}"
    return _is_ready(here)


def _is_ready(here: Place) -> bool:
    try:
        return httpx.get(f"{here.url}/healthz?deep=1", trust_env=False, verify=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False

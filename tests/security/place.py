"""A city that runs as real processes, with everything around it that could be told something.

As ``make run`` starts it, but for the language model, in whose place somebody listens. One place serves all tests
of a session; it has an account with Twilio, a gateway, a mail server, an agency with a system of its own, and a
folder for the nightly export.
"""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from bot.settings import ROOT
from storage import keyring
from storage.database import Database
from tests.journeys.town import wait_for
from tests.security.posted import Catcher, catching
from tests.standins.citizen import Citizen, Line
from tests.support.databases import opened
from tests.support.folders import short_lived_folder
from tests.support.gateway import OUR_GATEWAY
from tests.support.ports import free_port
from tests.support.processes import running
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP

READY_WITHIN_S = 120
# Each is as random as a real one: found anywhere, it has leaked.
SECRETS = {
    name: secrets.token_urlsafe(24)
    for name in (
        "SECRET_KEY",
        "TWILIO_AUTH_TOKEN",
        "GATEWAY_SECRET",
        "GATEWAY_TOKEN",
        "AGENCY_WEBHOOK_SECRET",
        "ADMIN_PASSWORD",
        "META_APP_SECRET",
        "META_TOKEN",
        "META_VERIFY_TOKEN",
    )
}
MAIL_PASSWORD = secrets.token_urlsafe(24)
ADMIN = "admin@jakarta.example"
BY_WEBHOOK = "tamhut"


@dataclass(frozen=True)
class Place:
    """The running city and what stands around it."""

    supervisor: "subprocess.Popen[bytes]"
    url: str
    folder: Path
    twilio_url: str
    agency: Catcher

    @property
    def log(self) -> Path:
        """What all its processes wrote to stdout and stderr."""
        return self.folder / "processes.log"

    @property
    def heard_by_nlu(self) -> Path:
        return self.folder / "heard.jsonl"

    @property
    def mails(self) -> Path:
        return self.folder / "mails"

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    @property
    def media(self) -> Path:
        return self.folder / "media"

    @property
    def database_files(self) -> list[Path]:
        return sorted(self.folder.glob("place.db*"))

    def line(self) -> Line:
        return Line(self.url, ACCOUNT, SECRETS["TWILIO_AUTH_TOKEN"])

    def citizen(self, by_sms: bool = False, **more: str) -> Citizen:
        return Citizen(self.line(), OUR_SMS if by_sms else OUR_WHATSAPP, **more)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Read with its own keys, which are then those of this process until the next test."""
        keyring.use(keyring.Keyring((SECRETS["SECRET_KEY"],)))
        with opened(f"sqlite:///{self.folder}/place.db") as database:
            yield database

    def processes(self) -> dict[int, str]:
        """All processes under the supervisor, itself with them: id and command line."""
        listed = subprocess.run(
            ["ps", "-eww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        family, found = {self.supervisor.pid}, {}
        for pid, parent, command in sorted((int(r[0]), int(r[1]), r[2]) for r in rows if len(r) == 3):
            if pid in family or parent in family:
                family.add(pid)
                found[pid] = command
        return found

    def web_processes(self) -> list[int]:
        return sorted(pid for pid, command in self.processes().items() if "gunicorn" in command)

    def memory_kb(self) -> dict[int, int]:
        """Resident memory of the web processes."""
        return {pid: _resident_kb(pid) for pid in self.web_processes()}

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, trust_env=False, verify=False, timeout=30)

    def environment(self) -> dict[str, str]:
        """What the processes were started with, for commands of one's own."""
        return _environment(self.folder, self.url, {}, self.agency.url)

    def flask(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command, as an operator gives it."""
        env = self.environment()
        command = [str(ROOT / ".venv/bin/flask"), "--app", "app", *arguments]
        return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)


@contextmanager
def place() -> Iterator[Place]:
    """Start everything, wait until it is ready, and stop it at the end."""
    with short_lived_folder() as folder, catching() as agency:
        (folder / "heard.jsonl").touch()
        with (
            running(
                "tests.standins.twilio", "--account", ACCOUNT, "--token", SECRETS["TWILIO_AUTH_TOKEN"]
            ) as twilio,
            running("tests.standins.smtp", "--folder", str(folder / "mails")) as smtp,
            running("tests.security.listening_nlu", str(folder / "heard.jsonl")) as nlu,
        ):
            url = f"http://127.0.0.1:{free_port()}"
            around = {
                "TWILIO_API_BASE": twilio.url,
                "SMTP_URL": f"smtp://127.0.0.1:{smtp.port}",
                "NLU_URL": nlu.url,
            }
            env = _environment(folder, url, around, agency.url)
            with (folder / "processes.log").open("wb") as log:
                supervisor = subprocess.Popen(
                    [sys.executable, "-m", "scheduler.supervisor"], cwd=ROOT, env=env, stdout=log, stderr=log
                )
                here = Place(supervisor, url, folder, twilio.url, agency)
                try:
                    wait_for(lambda: _is_ready(here), READY_WITHIN_S, "the city", every_s=0.3)
                    yield here
                finally:
                    supervisor.send_signal(signal.SIGTERM)
                    supervisor.wait(30)


def settled(here: Place, within_s: float = 60) -> None:
    """Until nothing that came in is unread and nothing that is due is unsent."""
    time.sleep(0.5)
    with here.client() as client:
        wait_for(lambda: _nothing_waits(client), within_s, "the end of all work", every_s=0.3)


def _nothing_waits(client: httpx.Client) -> bool:
    parts = client.get("/healthz?deep=1").json()
    if "unprocessed" not in parts:  # on a busy machine the database may be slow, and then nobody knows
        return False
    return not any(
        (parts[name]["oldest_s"] or 0) > 0 or parts[name]["oldest_s"] == 0 for name in ("unprocessed", "unsent")
    )


def _environment(folder: Path, url: str, around: dict[str, str], agency: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PORT": url.rpartition(":")[2],
        "PUBLIC_URL": url,
        "DATABASE_URL": f"sqlite:///{folder}/place.db",
        "MEDIA_FOLDER": str(folder / "media"),
        "EXPORT_FOLDER": str(folder / "exports"),
        "ERASURE_LEDGER": str(folder / "erasures.jsonl"),
        "CONFIG_FILE": str(_city(folder, agency)),
        "ADMIN_EMAIL": ADMIN,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_WHATSAPP_FROM": OUR_WHATSAPP,
        "TWILIO_SMS_FROM": OUR_SMS,
        "GATEWAY_FROM": OUR_GATEWAY,
        "FORWARD_DELAY_S": "0",
        "UNVERIFIED_ANSWERS": "give",
        "SIMULATOR": "off",
        **SECRETS,
        **around,
    }


def _city(folder: Path, agency: str) -> Path:
    """The sample city, awake at any hour; one agency has its cases posted to a system of its own."""
    city = yaml.safe_load((ROOT / "config.yml").read_text())
    city["calendar"] |= {"quiet_from": "00:00", "quiet_until": "00:00"}
    city["agencies"][BY_WEBHOOK] |= {"by": "webhook", "webhook": agency}
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(city, allow_unicode=True))
    return path


def _is_ready(here: Place) -> bool:
    assert here.supervisor.poll() is None, here.log.read_text(errors="replace")[-2_000:]
    try:
        return httpx.get(f"{here.url}/healthz?deep=1", trust_env=False, verify=False).status_code == 200
    except httpx.HTTPError:
        return False


def _resident_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError(f"{pid} has no memory.")

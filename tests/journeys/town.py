"""A whole town for a test: everything that ``make run`` starts, with stand-ins for Twilio and the mail server."""

import email
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import httpx
import yaml

from bot.settings import ROOT
from storage import keyring
from storage.database import Database
from tests.standins.citizen import Citizen, Line
from tests.support.databases import opened
from tests.support.ports import free_port
from tests.support.processes import Started, running
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN

SECRET = "the secret of a town"
READY_WITHIN_S = 240  # a first start trains the model
LOOKS_FOR_S = 60
# By what stands in its command line.
KINDS = {"gunicorn": "web", "app worker": "worker", "commands.py serve": "nlu"}
Found = TypeVar("Found")


@dataclass
class Town:
    """The running system and what surrounds it. ``env``: its settings; ``log``: what its processes say."""

    supervisor: "subprocess.Popen[bytes]"
    url: str
    database_url: str
    twilio: Started
    mails: Path
    env: Mapping[str, str] = field(repr=False)
    log: Path

    def citizen(self, our_address: str = OUR_WHATSAPP) -> Citizen:
        return Citizen(Line(self.url, ACCOUNT, TOKEN), our_address)

    def messages_to(self, citizen: Citizen) -> list[str]:
        """What the citizen was sent, oldest first."""
        sent = self.sent_messages()
        return [message["body"] for message in sent if message["to"] == citizen.address]

    def sent_messages(self) -> list[dict[str, Any]]:
        """What Twilio accepted, oldest first, each with its ``form`` and when (``at``, Unix time)."""
        return self._at_twilio("messages")

    def callbacks(self) -> list[dict[str, Any]]:
        """What Twilio reported to us: ``sid``, ``status``, and ``outcome``, a status code or an error's name."""
        return self._at_twilio("callbacks")

    def violations(self) -> list[Any]:
        """Where our requests were not as Twilio's description has them."""
        return self._at_twilio("violations")

    def _at_twilio(self, what: str) -> list[Any]:
        url = f"{self.twilio.url}/_standin/{what}"
        found: list[Any] = httpx.get(url, trust_env=False, verify=False, timeout=LOOKS_FOR_S).json()
        return found

    def letters(self) -> list[EmailMessage]:
        """The e-mails that arrived, oldest first."""
        parsed = (
            email.message_from_bytes(p.read_bytes(), policy=default) for p in sorted(self.mails.glob("*.eml"))
        )
        return [mail for mail in parsed if isinstance(mail, EmailMessage)]

    @contextmanager
    def database(self) -> Iterator[Database]:
        keyring.use(keyring.Keyring((SECRET,)))
        with opened(self.database_url) as database:
            yield database

    def processes(self) -> list["Process"]:
        """Everything that runs under the supervisor, and itself."""
        listed = subprocess.run(
            ["ps", "-ww", "-e", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
        found = [Process(self.supervisor.pid, "supervisor")]
        for parent in found:  # it grows meanwhile: children of children are found as well
            mine = [(int(pid), command) for pid, ppid, command in rows if int(ppid) == parent.pid]
            found += [Process(pid, _kind_of(parent, command)) for pid, command in mine]
        return found

    def children(self) -> dict[str, int]:
        """Process ids by what they are: web, worker (one of them), nlu."""
        return {one.kind: one.pid for one in self.processes() if one.kind in KINDS.values()}

    def start_again(self) -> None:
        """A new supervisor where the last one has ended, with the same settings; it is not waited for."""
        assert self.supervisor.poll() is not None, "The supervisor is still running."
        self.supervisor = _supervisor(self.env, self.log)


@dataclass(frozen=True)
class Process:
    """``kind``: supervisor, web, worker or nlu; ``web process`` is one that gunicorn started."""

    pid: int
    kind: str


def _kind_of(parent: Process, command: str) -> str:
    kind = next((name for sign, name in KINDS.items() if sign in command), "other")
    return f"{parent.kind} process" if parent.kind in KINDS.values() else kind


@contextmanager
def town(
    folder: Path,
    database_url: str = "",
    specs: Path | None = None,
    workers: int = 1,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Town]:
    """Start everything, wait until it is ready, and stop it at the end; ``settings`` come over the town's own."""
    stand_in = ["--account", ACCOUNT, "--token", TOKEN, *(["--specs", str(specs)] if specs else [])]
    with (
        running("tests.standins.twilio", *stand_in) as twilio,
        running("tests.standins.smtp", "--folder", str(folder / "mails")) as smtp,
    ):
        url = f"http://127.0.0.1:{free_port()}"
        database_url = database_url or f"sqlite:///{folder}/town.db"
        # What else this machine does is no webhook of this town: its worker does not stand back behind that.
        more = {"WORKERS": str(workers), "WORKER_NICE": "0", **settings}
        env = environment(folder, url, database_url, twilio, smtp) | more
        log = folder / "supervisor.log"
        place = Town(_supervisor(env, log), url, database_url, twilio, folder / "mails", env, log)
        try:
            wait_for(lambda: _is_ready(place), READY_WITHIN_S, f"the town ({log})", every_s=0.3)
            yield place
        finally:
            place.supervisor.send_signal(signal.SIGTERM)
            place.supervisor.wait(30)


def _supervisor(env: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as said:
        command = [sys.executable, "-m", "scheduler.supervisor"]
        return subprocess.Popen(command, cwd=ROOT, env=dict(env), stdout=said, stderr=said)


def wait_for(find: Callable[[], Found], seconds: float = 20, what: str = "it", every_s: float = 0.1) -> Found:
    """The first thing that ``find`` returns that is not empty; an AssertionError when that takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := find():
            return found
        time.sleep(every_s)
    raise AssertionError(f"{what} did not come within {seconds} s.")


def link_in(mail: EmailMessage) -> str:
    """The agency's link in a mail."""
    body = mail.get_body(("plain",))
    found = re.search(r"http://\S+/agency/[\w-]+", body.get_content() if body else "")
    assert found, "The mail has no link."
    return found[0]


def number_in(text: str) -> str:
    """The ticket number in a reply."""
    found = re.search(r"JK-\w{6}-\w", text)
    assert found, f"There is no ticket number in: {text}"
    return found[0]


@dataclass(frozen=True)
class Officer:
    """Someone at an agency, with a browser and a link."""

    link: str
    browser: httpx.Client

    def sees(self) -> str:
        """The page behind the link."""
        return self.browser.get(self.link).text

    def does(self, action: str, photo: bytes | None = None, **fields: str) -> str:
        """Fill in a form of the page and send it; the page that comes back."""
        hidden = dict(re.findall(r'name="(csrf_token|moves)" value="([^"]*)"', self.sees()))
        files = {"photo": ("bukti.png", photo, "image/png")} if photo else None
        answer = self.browser.post(f"{self.link}/{action}", data=hidden | fields, files=files)
        assert answer.status_code == 200, answer.text
        return answer.text


@contextmanager
def officer_with(link: str) -> Iterator[Officer]:
    """Someone who opened the link in a browser, which is closed at the end."""
    with httpx.Client(trust_env=False, verify=False, follow_redirects=True) as browser:
        yield Officer(link, browser)


def environment(folder: Path, url: str, database_url: str, twilio: Started, smtp: Started) -> dict[str, str]:
    """The settings of a city at ``url`` that sends by these stand-ins."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PORT": url.rpartition(":")[2],
        "PUBLIC_URL": url,
        "DATABASE_URL": database_url,
        "MEDIA_FOLDER": str(folder / "media"),
        "CONFIG_FILE": str(_city_without_night(folder)),
        "SECRET_KEY": SECRET,
        "ADMIN_EMAIL": "admin@jakarta.example",
        "ADMIN_PASSWORD": "an invented password",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_FROM": OUR_WHATSAPP,
        "TWILIO_SMS_FROM": OUR_SMS,
        "TWILIO_API_BASE": twilio.url,
        "SMTP_URL": f"smtp://{smtp.host}:{smtp.port}",
        "FORWARD_DELAY_S": "1",
        "UNVERIFIED_ANSWERS": "give",
    }


def _city_without_night(folder: Path) -> Path:
    """The sample city, awake at any hour: a test may run at night."""
    city = yaml.safe_load((ROOT / "config.yml").read_text())
    city["calendar"] |= {"quiet_from": "00:00", "quiet_until": "00:00"}
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(city, allow_unicode=True))
    return path


def _is_ready(place: Town) -> bool:
    assert place.supervisor.poll() is None, "The supervisor ended."
    try:
        return (
            httpx.get(f"{place.url}/healthz?deep=1", trust_env=False, verify=False).status_code == httpx.codes.OK
        )
    except httpx.HTTPError:
        return False

"""A whole town for a test: everything that ``make run`` starts, with stand-ins for Twilio and the mail server."""

import email
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
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
Found = TypeVar("Found")


@dataclass(frozen=True)
class Town:
    """The running system and what surrounds it."""

    supervisor: "subprocess.Popen[bytes]"
    url: str
    database_url: str
    twilio: Started
    mails: Path

    def citizen(self, our_address: str = OUR_WHATSAPP) -> Citizen:
        return Citizen(Line(self.url, ACCOUNT, TOKEN), our_address)

    def messages_to(self, citizen: Citizen) -> list[str]:
        """What the citizen was sent, oldest first."""
        sent = self.sent_messages()
        return [message["body"] for message in sent if message["to"] == citizen.address]

    def sent_messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(
            f"{self.twilio.url}/_standin/messages", trust_env=False, verify=False
        ).json()
        return found

    def violations(self) -> list[Any]:
        found: list[Any] = httpx.get(
            f"{self.twilio.url}/_standin/violations", trust_env=False, verify=False
        ).json()
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

    def children(self) -> dict[str, int]:
        """Process ids by what they are: web, worker (one of them), nlu."""
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.supervisor.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        kinds = {"gunicorn": "web", "app worker": "worker", "commands.py serve": "nlu"}
        found = {}
        for line in listed.stdout.splitlines():
            pid, _, command = line.strip().partition(" ")
            found |= {name: int(pid) for sign, name in kinds.items() if sign in command}
        return found


@contextmanager
def town(folder: Path, database_url: str = "", specs: Path | None = None, workers: int = 1) -> Iterator[Town]:
    """Start everything, wait until it is ready, and stop it at the end."""
    stand_in = ["--account", ACCOUNT, "--token", TOKEN, *(["--specs", str(specs)] if specs else [])]
    with (
        running("tests.standins.twilio", *stand_in) as twilio,
        running("tests.standins.smtp", "--folder", str(folder / "mails")) as smtp,
    ):
        url = f"http://127.0.0.1:{free_port()}"
        database_url = database_url or f"sqlite:///{folder}/town.db"
        env = _environment(folder, url, database_url, twilio, smtp) | {"WORKERS": str(workers)}
        log = (folder / "supervisor.log").open("wb")
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "scheduler.supervisor"], cwd=ROOT, env=env, stdout=log, stderr=log
        )
        place = Town(supervisor, url, database_url, twilio, folder / "mails")
        try:
            wait_for(lambda: _is_ready(place), READY_WITHIN_S, f"the town ({folder}/supervisor.log)", every_s=0.3)
            yield place
        finally:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(30)
            log.close()


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


def _environment(folder: Path, url: str, database_url: str, twilio: Started, smtp: Started) -> dict[str, str]:
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
        "SMTP_URL": f"smtp://127.0.0.1:{smtp.port}",
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

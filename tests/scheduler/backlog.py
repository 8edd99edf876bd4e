"""A number in a flood: what came while nobody worked, and a worker as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select

from bot.clock import Clock, system_clock
from bot.intake import inbox
from bot.messages import WHATSAPP
from bot.rulebook import Rulebook
from bot.settings import ROOT
from bot.words import BULK_LANE
from handlers.edge import Edge
from handlers.web import create_web
from storage.database import Database
from storage.models import InboundMessage, OutboundMessage
from tests.standins.citizen import Citizen
from tests.support.messages import by_whatsapp
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN, isolated_settings
from tests.support.twilio import Twilio
from tests.support.web import LINE, MESSAGES

SECRET = "the secret of a flood"
GREETING = "halo, selamat pagi"
EMERGENCY = "Tolong, ada kebakaran di Jl. Kenanga 4, rumah terbakar"
# A contract for more than one number may send in a second: what is tried here is the worker.
RATES = {"whatsapp": {"per_second": 1_000, "with_inbound": True}}
AT_ONCE = 1_000
SENT = ("accepted", "sent", "delivered")


@dataclass(frozen=True)
class Running:
    """A worker process and its log."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def has_started(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return "worker_started" in self.log.read_text()

    def processor_s(self) -> float:
        """How many seconds of processor time it has taken so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Flood:
    """A database with its web process (this one) and Twilio; :meth:`worker` adds the worker."""

    database: Database
    rulebook: Rulebook
    twilio: Twilio
    folder: Path
    clock: Clock = field(default_factory=system_clock)

    def __post_init__(self) -> None:
        settings = isolated_settings(public_url=LINE.public_url, media_folder=self.folder, secret_key=SECRET)
        self.web = create_web(Edge(settings, self.rulebook, self.database, self.clock, None)).test_client()

    def comes(self, messages: int, citizens: int) -> None:
        """So many messages, from so many people in turn; the newest came two minutes ago."""
        now, step = self.clock.now() - timedelta(minutes=2), timedelta(milliseconds=5)
        for start in range(0, messages, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, messages))
            some = [(by_whatsapp(GREETING, f"+628001{n % citizens:06d}"), now + n * step) for n in numbers]
            with self.database.begin() as session:
                inbox.store_all(session, [(one, at - messages * step) for one, at in some], self.rulebook.words)

    def is_to_send(self, notices: int) -> None:
        """One text to many, due now."""
        now = self.clock.now()
        with self.database.begin() as session:
            session.add_all(
                OutboundMessage(
                    key=f"notice {n}", channel=WHATSAPP, recipient=f"whatsapp:+628002{n:06d}", sender=OUR_WHATSAPP,
                    wording="notice", body={"text": "Pemberitahuan"}, lane=BULK_LANE, created_at=now, due_at=now,
                )
                for n in range(notices)
            )  # fmt: skip

    def hears(self, text: str, number: str) -> float:
        """Twilio posts a message, which is taken at the first time; seconds until it is acknowledged."""
        form = Citizen(LINE, OUR_WHATSAPP, number).form(text)
        began = time.monotonic()
        code = self.web.post(MESSAGES, data=form, headers=LINE.headers(MESSAGES, form)).status_code
        took = time.monotonic() - began
        assert code == 200, f"A message was answered {code} after {took:.1f} s."
        return took

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = self.web.get("/healthz?deep=1").json
        return found

    def metric(self, name: str) -> float:
        line = next(line for line in self.web.get("/metrics").text.splitlines() if line.startswith(name))
        return float(line.rpartition(" ")[2])

    def unread(self) -> int:
        return self._count(InboundMessage, InboundMessage.state != "done")

    def notices_sent(self) -> int:
        return self._count(OutboundMessage, OutboundMessage.lane == BULK_LANE, OutboundMessage.state.in_(SENT))

    def unsent(self) -> int:
        return self._count(OutboundMessage, OutboundMessage.state.not_in((*SENT, "cancelled")))

    def sent_to(self, number: str) -> list[dict[str, Any]]:
        """What Twilio accepted for somebody, each with when (``at``, Unix time)."""
        return [one for one in self.twilio.get("messages") if one["to"] == f"whatsapp:{number}"]

    def answered(self) -> int:
        """How many people have had a reply."""
        with self.database.read() as session:
            mine = select(func.count(OutboundMessage.conversation_id.distinct()))
            return session.scalars(mine.where(OutboundMessage.state.in_(SENT))).one()

    def _count(self, model: Any, *conditions: Any) -> int:
        with self.database.read() as session:
            return session.scalars(select(func.count()).select_from(model).where(*conditions)).one()

    @contextmanager
    def worker(self) -> Iterator[Running]:
        """Until left; its log is in the folder."""
        command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log)
        try:
            yield Running(process, self.folder / "worker.log")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def _environment(self) -> dict[str, str]:
        city = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
        city["rates"] |= RATES
        (self.folder / "config.yml").write_text(yaml.safe_dump(city, allow_unicode=True), encoding="utf-8")
        return {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": self.database.engine.url.render_as_string(hide_password=False),
            "MEDIA_FOLDER": str(self.folder / "media"),
            "CONFIG_FILE": str(self.folder / "config.yml"),
            "SECRET_KEY": SECRET,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_WHATSAPP_FROM": OUR_WHATSAPP,
            "TWILIO_SMS_FROM": OUR_SMS,
            "TWILIO_API_BASE": self.twilio.url,
            "PUBLIC_URL": "http://127.0.0.1:9",
            "SMTP_URL": "",
            "NLU_URL": "",
        }

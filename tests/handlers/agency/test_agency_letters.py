"""Letters to agencies that do not arrive: what the mail server says is seen, told, and put right."""

import email
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.delivery.delivery import Courier
from bot.delivery.failing import BACK_OFF
from bot.following import delivery_alerts
from bot.messages import EMAIL
from handlers.channels.email import EmailChannel
from storage.models import OutboundMessage
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in
from tests.support.clock import MoveableClock
from tests.support.processes import running

pytestmark = pytest.mark.processes
MAILBOX, DESK = "bina.marga@jakarta.example", "koordinator.pengaduan@jakarta.example"


class Mail:
    """A courier that writes to a mail server with a mind of its own."""

    def __init__(self, hall: CityHall, folder: Path, channel: EmailChannel, pool: ThreadPoolExecutor) -> None:
        self.hall, self.folder = hall, folder
        self.clock = MoveableClock(hall.now)
        self.courier = Courier(hall.database, {EMAIL: channel}, self.clock, "one", pool)

    def goes_out(self) -> None:
        self.clock.at = self.hall.now
        self.courier.round()

    def goes_out_until_given_up(self) -> None:
        for pause in (0, *BACK_OFF):
            self.hall.wait(seconds=pause)
            self.goes_out()

    def is_mended(self) -> None:
        (self.folder / "mended").touch()

    def arrived(self) -> list[tuple[str, str]]:
        """To whom, and under which Message-ID."""
        found = (email.message_from_bytes(path.read_bytes()) for path in sorted(self.folder.glob("*.eml")))
        return [(mail["To"], mail["Message-ID"]) for mail in found]

    def letter(self) -> OutboundMessage:
        with self.hall.database.read() as session:
            mine = select(OutboundMessage).where(OutboundMessage.key.startswith("mail:forward"))
            return session.scalars(mine).one()

    def alerts(self) -> list[str]:
        delivery_alerts.run_due(self.hall.database, self.hall.rulebook, self.hall.now)
        with self.hall.database.read() as session:
            rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
            return [row.body["subject"] for row in rows if row.recipient == DESK]


@pytest.fixture
def server(hall: CityHall, tmp_path: Path) -> "Iterator[Server]":
    with ThreadPoolExecutor(2) as pool:
        yield Server(hall, tmp_path / "mails", pool)


class Server:
    def __init__(self, hall: CityHall, folder: Path, pool: ThreadPoolExecutor) -> None:
        self.hall, self.folder, self.pool = hall, folder, pool

    @contextmanager
    def that(self, *arguments: str) -> Iterator[Mail]:
        with running("tests.standins.smtp", "--folder", str(self.folder), *arguments) as started:
            channel = EmailChannel(f"smtp://127.0.0.1:{started.port}")
            yield Mail(self.hall, self.folder, channel, self.pool)


def test_an_address_that_does_not_exist_is_told_put_right_and_sent_again(hall: CityHall, server: Server) -> None:
    """The agency's mailbox is gone: a case lies about that nobody there knows of."""
    number, _ = hall.forwarded()
    with server.that("--refuse", "550") as mail:
        mail.goes_out()
        letter = mail.letter()
        assert (letter.state, letter.failure, letter.error) == ("failed", "final", "smtp_550")
        assert mail.alerts() == [f"[{number}] Surat ke instansi tidak sampai"]
        rina = log_in(hall, "coordinator")
        told = f"tidak sampai ke Dinas Bina Marga ({MAILBOX}) (smtp_550)"
        assert told in said_on(rina.get(f"/console/tickets/{number}"))
        assert "gagal terkirim (smtp_550)" in said_on(rina.get(f"/console/tickets/{number}"))
        assert "kode smtp_550" in said_on(rina.get("/console/undelivered"))

        mail.is_mended()
        form = {"csrf_token": csrf_of(rina.get("/console/undelivered"))}
        assert rina.post(f"/console/undelivered/{letter.id}/retry", data=form).status_code == 303
        mail.goes_out()
        assert (MAILBOX, letter.body["message_id"]) in mail.arrived()
        assert mail.letter().state == "accepted"
        assert told not in said_on(rina.get(f"/console/tickets/{number}"))
        assert "Semua pesan terkirim" in said_on(rina.get("/console/undelivered"))


def test_a_server_that_is_busy_gets_it_later_under_the_same_id(hall: CityHall, server: Server) -> None:
    hall.forwarded()
    with server.that("--refuse", "451") as mail:
        mail.goes_out()
        assert (mail.letter().state, mail.letter().error) == ("waiting", "smtp_451")
        assert mail.alerts() == []
        mail.is_mended()
        hall.wait(seconds=BACK_OFF[0])
        mail.goes_out()
        assert mail.arrived() == [(MAILBOX, mail.letter().body["message_id"])]


def test_a_server_that_is_busy_for_ever(hall: CityHall, server: Server) -> None:
    number, _ = hall.forwarded()
    with server.that("--refuse", "451") as mail:
        mail.goes_out_until_given_up()
        letter = mail.letter()
        assert (letter.state, letter.failure, letter.error) == ("failed", "given_up", "smtp_451")
        assert f"[{number}] Surat ke instansi tidak sampai" in mail.alerts()


def test_a_connection_that_drops_while_the_mail_is_handed_over(hall: CityHall, server: Server) -> None:
    """Perhaps it was taken, so it goes out again; by its Message-ID a mailbox knows that it is one."""
    hall.forwarded()
    with server.that("--drop") as mail:
        mail.goes_out()
        assert mail.letter().state == "waiting"
        assert mail.arrived() == []
        mail.is_mended()
        hall.wait(seconds=BACK_OFF[0])
        mail.goes_out()
        assert mail.arrived() == [(MAILBOX, mail.letter().body["message_id"])]

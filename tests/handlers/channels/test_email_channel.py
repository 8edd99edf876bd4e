"""E-mails to agencies, sent to a mail server that is a process of its own."""

import email
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.delivery import Courier
from bot.delivery.failing import BACK_OFF
from bot.messages import EMAIL, Outgoing, SendError
from handlers.channels.email import EmailChannel
from storage.database import Database
from tests.support.clock import MoveableClock
from tests.support.outbox import Post
from tests.support.ports import free_port
from tests.support.processes import running

pytestmark = pytest.mark.processes
AGENCY, SENDER = "sda@jakarta.example", "pengaduan@jakarta.example"


@contextmanager
def server(folder: Path, *arguments: str) -> Iterator[EmailChannel]:
    with running("tests.standins.smtp", "--folder", str(folder), *arguments) as started:
        yield EmailChannel(f"smtp://127.0.0.1:{started.port}")


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="module")
def process(mails: Path) -> Iterator[EmailChannel]:
    with server(mails) as channel:
        yield channel


@pytest.fixture
def channel(process: EmailChannel, mails: Path) -> EmailChannel:
    for mail in mails.iterdir():
        mail.unlink()
    return process


def letter(**fields: Any) -> Outgoing:
    usual = {
        "id": 1,
        "channel": EMAIL,
        "recipient": AGENCY,
        "sender": SENDER,
        "text": "Warga melaporkan banjir.",
        "subject": "[JK-7Q2M9X-4] Banjir: laporan warga",
        "html": "<p>Warga melaporkan <b>banjir</b>.</p>",
        "message_id": "<forward.1@jakarta.example>",
    }
    return Outgoing(**(usual | fields))


def read(folder: Path) -> list[EmailMessage]:
    parsed = (email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml")))
    return [mail for mail in parsed if isinstance(mail, EmailMessage)]


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part
    return str(part.get_content()).strip()


def error_of(channel: EmailChannel, message: Outgoing) -> tuple[str, str]:
    with pytest.raises(SendError) as caught:
        channel.send(message)
    return caught.value.kind, caught.value.code


def test_a_letter_arrives_as_text_and_html(channel: EmailChannel, mails: Path) -> None:
    assert channel.send(letter()).provider_id == "<forward.1@jakarta.example>"
    [mail] = read(mails)
    assert (mail["From"], mail["To"]) == (SENDER, AGENCY)
    assert mail["Subject"] == "[JK-7Q2M9X-4] Banjir: laporan warga"
    assert mail["Message-ID"] == "<forward.1@jakarta.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime
    assert body(mail, "plain") == "Warga melaporkan banjir."
    assert body(mail, "html") == "<p>Warga melaporkan <b>banjir</b>.</p>"


@pytest.mark.parametrize("text", ["Banjir 🚨 – café", "x" * 5_000, ".\n..\n.", "a\x00b"])
def test_any_text_arrives(channel: EmailChannel, mails: Path, text: str) -> None:
    channel.send(letter(text=text, subject=text[:100]))
    [mail] = read(mails)
    assert body(mail, "plain").splitlines() == text.splitlines()


@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\u2028", "\x0b", "\x85", "\x1c"])
def test_a_citizens_words_in_the_subject_cannot_add_a_header(
    channel: EmailChannel, mails: Path, break_: str
) -> None:
    channel.send(letter(subject=f"Banjir{break_}Bcc: korban@jakarta.example{break_}{break_}Halo"))
    [mail] = read(mails)
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Banjir")
    assert body(mail, "plain") == "Warga melaporkan banjir."


@pytest.mark.parametrize(("code", "kind"), [(451, "later"), (421, "later"), (550, "final"), (553, "final")])
def test_a_refused_recipient(tmp_path: Path, code: int, kind: str) -> None:
    with server(tmp_path, "--refuse", str(code)) as channel:
        assert error_of(channel, letter()) == (kind, f"smtp_{code}")
    assert read(tmp_path) == []


def test_a_refused_mail_is_tried_again(tmp_path: Path) -> None:
    with server(tmp_path, "--refuse-data", "452") as channel:
        assert error_of(channel, letter()) == ("later", "smtp_452")


def test_nobody_listening_is_worth_another_try() -> None:
    channel = EmailChannel(f"smtp://127.0.0.1:{free_port()}")
    assert error_of(channel, letter())[0] == "later"


@pytest.mark.parametrize("url", ["", "localhost:25", "http://mail.example", "smtp://", "smtp:mail.example"])
def test_a_wrong_address_of_the_server_is_told(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL must look like smtp://host:port"):
        EmailChannel(url)


def test_a_mail_that_is_sent_again_keeps_its_id(
    tmp_path: Path, sqlite_database: Database, clock: MoveableClock
) -> None:
    """A server that turns half of them away gets every one in the end."""
    office = Post(sqlite_database, clock)
    for n in range(10):
        content = {
            "text": f"{n}",
            "html": f"<p>{n}</p>",
            "subject": f"{n}",
            "message_id": f"<{n}@jakarta.example>",
        }
        office.write(channel=EMAIL, recipient=AGENCY, sender=SENDER, body=content, at_least_once=True)
    with server(tmp_path, "--refuse", "451:0.5") as channel, ThreadPoolExecutor(4) as pool:
        courier = Courier(sqlite_database, {EMAIL: channel}, clock, "one", pool)
        for wait in BACK_OFF:
            courier.round()
            clock.move(seconds=wait)
    assert set(office.states()) == {"accepted"}
    assert sorted(mail["Message-ID"] for mail in read(tmp_path)) == [f"<{n}@jakarta.example>" for n in range(10)]

"""A real worker process and Twilio's stand-in: photos are fetched beside the messages, and survive a kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.clock import system_clock
from bot.intake import inbox
from bot.messages import Content, Media
from bot.rulebook import Rulebook
from bot.settings import ROOT
from storage import keyring
from storage.database import Database
from storage.files import LocalFolder
from storage.keyring import Keyring
from storage.models import InboundMessage, MediaFile
from tests.journeys.town import wait_for
from tests.support.messages import by_whatsapp
from tests.support.pictures import jpeg
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN
from tests.support.twilio import Twilio

pytestmark = pytest.mark.processes
SECRET = "the secret of a worker"
WITHIN_S = 30


@contextmanager
def worker(database: Database, twilio: Twilio, folder: Path) -> "Iterator[subprocess.Popen[bytes]]":
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "MEDIA_FOLDER": str(folder / "media"),
        "SECRET_KEY": SECRET,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_FROM": OUR_WHATSAPP,
        "TWILIO_SMS_FROM": OUR_SMS,
        "TWILIO_API_BASE": twilio.url,
        "SMTP_URL": "",
        "NLU_URL": "",
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def comes(database: Database, rulebook: Rulebook, text: str, *urls: str) -> None:
    content = Content(text, media=tuple(Media(url, "image/jpeg") for url in urls))
    with database.begin() as session:
        inbox.store(session, by_whatsapp(text, content=content), rulebook.words, system_clock().now())


def kept(database: Database) -> list[MediaFile]:
    with database.read() as session:
        return list(session.scalars(select(MediaFile).where(MediaFile.state == "kept")))


def answered(database: Database) -> bool:
    with database.read() as session:
        return {m.state for m in session.scalars(select(InboundMessage))} == {"done"}


def test_a_slow_photo_delays_no_message_and_a_killed_worker_loses_none(
    sqlite_database: Database, rulebook: Rulebook, twilio: Twilio, tmp_path: Path
) -> None:
    keyring.use(Keyring((SECRET,)))
    slow, photo = twilio.puts(jpeg(), pause_s=8), twilio.puts(jpeg())
    comes(sqlite_database, rulebook, "jalan berlubang di depan pasar", slow, slow)  # both loops have to wait
    with worker(sqlite_database, twilio, tmp_path) as process:
        wait_for(lambda: len(twilio.asked()) >= 4, WITHIN_S, "the fetching")
        comes(sqlite_database, rulebook, "halo", photo)
        wait_for(lambda: answered(sqlite_database), 6, "the answer to both messages")
        assert kept(sqlite_database) == []
        process.kill()
    with sqlite_database.begin() as session:  # so long does nobody want to wait for a lease
        session.execute(update(MediaFile).values(lease_until=system_clock().now()))
    with worker(sqlite_database, twilio, tmp_path):
        wait_for(lambda: len(kept(sqlite_database)) == 3, WITHIN_S, f"all three photos ({tmp_path}/worker.log)")
    store = LocalFolder(tmp_path / "media")
    assert {store.get(file.store_key)[:3] for file in kept(sqlite_database)} == {b"\xff\xd8\xff"}
    assert len([path for path in store._folder.rglob("*") if path.is_file()]) == 6

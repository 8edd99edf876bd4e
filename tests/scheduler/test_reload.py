"""``systemctl reload``: the web process takes a new program while webhooks come; none is refused, none is lost."""

import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.settings import ROOT
from storage.database import Database
from storage.models import InboundMessage
from tests.faults.posting import Webhooks
from tests.journeys.town import wait_for
from tests.standins.citizen import Citizen, Line
from tests.support.ports import free_port
from tests.support.settings import ACCOUNT, OUR_WHATSAPP, TOKEN

pytestmark = pytest.mark.processes

UNIT = ROOT / "docs" / "operations" / "systemd" / "suarakota-web.service"
AT_ONCE, PAUSE_S = 4, 0.05
RELOADS = 2
LOADED_WITHIN_S = 120  # of the test, on a machine that does other things


def test_a_reload_refuses_no_webhook(sqlite_database: Database, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with _web(sqlite_database, url, tmp_path) as process, _posted(Line(url, ACCOUNT, TOKEN)) as webhooks:
        for _ in range(RELOADS):
            _reload(process.pid)
    print(f"{len(webhooks.took)} webhooks, longest wait {max(webhooks.took):.1f} s")  # noqa: T201
    assert webhooks.answers == {httpx.codes.OK: len(webhooks.first)}
    with sqlite_database.read() as session:
        stored = session.scalars(select(InboundMessage.external_id)).all()
    assert sorted(stored) == sorted(webhooks.first)


@contextmanager
def _web(database: Database, url: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """As systemd runs it, but for the socket."""
    env = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "SECRET_KEY": "test secret",
        "MEDIA_FOLDER": str(folder / "media"),
        "PUBLIC_URL": url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_FROM": OUR_WHATSAPP,
    }
    command = [*_command(), "--bind", url.removeprefix("http://")]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        try:
            wait_for(lambda: _answers(url), LOADED_WITHIN_S, f"the web process ({folder}/web.log)")
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _command() -> list[str]:
    line = next(line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart="))
    return shlex.split(line.removeprefix("ExecStart=").replace("/opt/suarakota", str(ROOT)))


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=5, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


@contextmanager
def _posted(line: Line) -> Iterator[Webhooks]:
    """Messages come all the while, each on a connection of its own, and for a second before and after."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    ended = threading.Event()
    with (
        httpx.Client(trust_env=False, timeout=LOADED_WITHIN_S, limits=limits) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        webhooks = Webhooks(line, client)
        posting = [pool.submit(_post, webhooks, line, ended) for _ in range(AT_ONCE)]
        try:
            time.sleep(1)
            yield webhooks
            time.sleep(1)
        finally:
            ended.set()
        for posts in posting:
            posts.result()


def _post(webhooks: Webhooks, line: Line, ended: threading.Event) -> None:
    citizen = Citizen(line, OUR_WHATSAPP)
    while not ended.wait(PAUSE_S):
        webhooks.post(citizen.form("lampu jalan mati"))


def _reload(pid: int) -> None:
    """As the unit's ExecReload; until the processes with the old program have ended."""
    old = _children(pid)
    os.kill(pid, signal.SIGHUP)
    wait_for(lambda: _children(pid) and not _children(pid) & old, LOADED_WITHIN_S, "new processes alone")


def _children(pid: int) -> set[str]:
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())

"""No secret of the settings leaves the processes that need it: not by a log, a page, an error, the process list.

The language model's process, which needs none, has none: neither in its environment nor in its command line.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from bot.settings import ROOT
from nlu import environment
from tests.journeys.town import wait_for
from tests.security import outputs, tally
from tests.security.place import MAIL_PASSWORD, SECRETS, Place
from tests.security.sizes import FULL
from tests.support.folders import short_lived_folder
from tests.support.ports import free_port

# Whatever the language model's process could do harm with; each is in the supervisor's own environment.
FORBIDDEN = re.compile(r"SECRET|TOKEN|PASSWORD|DATABASE|TWILIO|GATEWAY|META_|SMTP|ADMIN|MEDIA|EXPORT|LEDGER|KEY")
PAGES = (
    "/",
    "/login",
    "/login/forgot",
    "/t",
    "/healthz",
    "/healthz?deep=1",
    "/nowhere",
    "/console/",
    "/openapi.json",
    "/open311/v2/discovery.json",
    "/webhooks/twilio/messages",
    "/webhooks/meta?hub.mode=subscribe&hub.verify_token=x",
    "/agency/AAAAAAAAAAAAAAAAAAAAAA",
    "/static/nothing",
    "/simulator",
    "/.env",
    "/static/../.env",
    "/config.yml",
    "/metrics",
    "/.well-known/security.txt",
)
STAFF_PAGES = (
    "/console/",
    "/console/account",
    "/console/accounts",
    "/console/audit",
    "/console/api-keys",
    "/console/costs",
    "/console/directory",
    "/console/duty",
)


@pytest.mark.processes
def test_no_secret_is_given_out(the_place: Place) -> None:
    """Not when somebody knocks wrongly, and not to an administrator either."""
    told = list(_asked_wrongly(the_place))
    shown = [name for name, content in told for secret in SECRETS.values() if secret.encode() in content]
    assert not shown
    assert _secrets_in(the_place.log.read_bytes()) == set()
    listed = the_place.processes()
    assert the_place.supervisor.pid in listed
    assert _secrets_in("\n".join(listed.values()).encode()) == set()
    tally.note("secrets", f"{len(SECRETS)} secrets in pages and errors", len(told), "none found")
    tally.note(
        "secrets", "logs and process list", 2, f"none found ({the_place.log.stat().st_size // 1024} KB of logs)"
    )


@pytest.mark.processes
def test_no_secret_is_kept(the_place: Place) -> None:
    """Neither in the database, nor among files, nor in what was sent to anybody."""
    for output in (
        *outputs.files(the_place),
        *outputs.mails(the_place),
        *outputs.posts(the_place),
        *outputs.shown_to_nlu(the_place),
        *outputs.sent_to_citizens(the_place),
    ):
        assert _secrets_in(output.content) == set(), output.name
    with the_place.database() as database, database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$%'"))


@pytest.mark.processes
def test_the_city_really_has_those_secrets(the_place: Place) -> None:
    """What is sought is there to be found: the web processes know all of them."""
    held = Path(f"/proc/{the_place.web_processes()[0]}/environ").read_bytes()
    assert _secrets_in(held) == set(SECRETS)


@pytest.mark.processes
@pytest.mark.skipif(not FULL, reason="starts the program four times: the long form")
def test_what_goes_wrong_at_start_tells_no_secret(tmp_path: Path) -> None:
    """A setting that is wrong is named, not shown; nor are the others."""
    nowhere = f"postgresql://user:{MAIL_PASSWORD}@127.0.0.1:1/x"
    wrong = (
        ("DATABASE_URL", nowhere, ["db", "upgrade"]),
        ("DATABASE_URL", nowhere.replace("postgresql", "nosuch"), ["db", "upgrade"]),
        ("CONFIG_FILE", str(tmp_path / "none.yml"), ["check-config"]),
        ("TRIAL_NUMBERS", "nobody", ["check-config"]),
    )
    for name, value, command in wrong:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            **SECRETS,
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "SMTP_URL": f"smtps://user:{MAIL_PASSWORD}@mail.example:465",
            name: value,
        }
        flask = [str(ROOT / ".venv/bin/flask"), "--app", "app", *command]
        said = subprocess.run(flask, env=env, cwd=ROOT, capture_output=True, check=False)
        assert said.returncode != 0, name
        assert _secrets_in(said.stdout + said.stderr) == set(), name
        assert MAIL_PASSWORD.encode() not in said.stdout + said.stderr, f"{name}: {said.stderr.decode()[-300:]}"


# -- the language model's process --------------------------------------------------------------------------------

ASIDE = """
import sys, time, threading
from pathlib import Path
from nlu import environment
from scheduler.live_model import LiveModel

folder = Path(sys.argv[1])
def serve(model, port):
    return [sys.executable, "-m", "tests.standins.nlu", "--port", str(port), "--model", model]
server = LiveModel(folder / "live", folder / "model", serve, environment.clean_environment())
server.start()
print(server._child.process.pid, server.live.url.rpartition(":")[2], flush=True)
sys.stdin.readline()
server.stop()
"""


@pytest.mark.processes
def test_the_language_models_process_knows_no_secret(tmp_path: Path) -> None:
    """Started as the supervisor starts it, by a process that has them all; the program is a stand-in's."""
    (tmp_path / "model").write_text("")
    env = {
        **SECRETS,
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "DATABASE_URL": "sqlite:///x.db",
        "SMTP_URL": f"smtps://user:{MAIL_PASSWORD}@mail.example:465",
    }
    starter = subprocess.Popen(
        [sys.executable, "-c", ASIDE, str(tmp_path)],
        cwd=ROOT,
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert starter.stdout
        pid, port = map(int, starter.stdout.readline().split())
        assert _secrets_in(Path(f"/proc/{starter.pid}/environ").read_bytes()) == set(SECRETS)
        _knows_nothing(pid)
        wait_for(lambda: _listens(port), 20, "the stand-in")
        _is_on_loopback(pid, port)
    finally:
        starter.communicate("\n", timeout=20)
    tally.note(
        "secrets", "language model's process (stand-in)", 1, "no secret in its environment; on loopback only"
    )


@pytest.mark.processes
@pytest.mark.skipif(not FULL, reason="loads the real model: the long form")
@pytest.mark.skipif(not environment.PYTHON.exists(), reason="there is no Rasa environment here")
def test_the_real_language_model_knows_no_secret() -> None:
    """As ``make run`` starts it."""
    with _supervised() as (supervisor, url):
        pid = wait_for(lambda: _child_of(supervisor, "commands.py serve"), 200, "the language model", every_s=0.5)
        wait_for(lambda: _nlu_is_well(url), 200, "its readiness", every_s=1)
        _knows_nothing(pid)
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        _is_on_loopback(pid, int(command[command.index("--port") + 1]))
    tally.note("secrets", "language model's process (real)", 1, "no secret in its environment; on loopback only")


def _knows_nothing(pid: int) -> None:
    held = Path(f"/proc/{pid}/environ").read_bytes()
    assert _secrets_in(held) == set()
    names = {entry.partition("=")[0] for entry in held.decode(errors="replace").split("\0") if entry}
    assert not [name for name in names if FORBIDDEN.search(name)]
    assert _secrets_in(Path(f"/proc/{pid}/cmdline").read_bytes()) == set()


def _is_on_loopback(pid: int, port: int) -> None:
    """Every socket on which somebody listens there, IPv4 and IPv6, as the kernel tells it."""
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, at = local.partition(":")
            if state == "0A" and int(at, 16) == port:
                found.append(address)
    assert found, f"nobody listens on {port}"
    assert set(found) <= {"0100007F", "00000000000000000000000001000000"}, found


def _asked_wrongly(here: Place) -> Iterator[tuple[str, bytes]]:
    with here.client() as client:
        for page in PAGES:
            yield page, _whole(client.get(page))
            yield (
                f"POST {page}",
                _whole(client.post(page, content=b"\x00{", headers={"Content-Type": "application/json"})),
            )
    with outputs.logged_in(here) as staff:
        for page in STAFF_PAGES:
            yield page, _whole(staff.get(page))


def _whole(answer: httpx.Response) -> bytes:
    return f"{answer.headers}".encode() + answer.content


def _secrets_in(content: bytes) -> set[str]:
    return {name for name, secret in SECRETS.items() if secret.encode() in content}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _supervised() -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """``make run`` with secrets of its own and the real model."""
    with short_lived_folder() as folder:
        port = free_port()
        env = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PORT": str(port),
            **SECRETS,
            "ADMIN_EMAIL": "admin@jakarta.example",
            "DATABASE_URL": f"sqlite:///{folder}/x.db",
            "SIMULATOR": "on",
            "MEDIA_FOLDER": str(folder / "media"),
            "TWILIO_ACCOUNT_SID": "",
            "GATEWAY_URL": "",
        }
        log = (folder / "log").open("wb")
        started = subprocess.Popen(
            [sys.executable, "-m", "scheduler.supervisor"], cwd=ROOT, env=env, stdout=log, stderr=log
        )
        try:
            yield started, f"http://127.0.0.1:{port}"
            assert _secrets_in((folder / "log").read_bytes()) == set()
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(60)
            log.close()


def _child_of(parent: "subprocess.Popen[bytes]", sign: str) -> int | None:
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent.pid)], capture_output=True, text=True, check=False
    ).stdout
    return next((int(line.split()[0]) for line in listed.splitlines() if sign in line), None)


def _nlu_is_well(url: str) -> bool:
    try:
        return bool(httpx.get(f"{url}/healthz?deep=1", trust_env=False, verify=False).json()["nlu"]["ok"])
    except (httpx.HTTPError, ValueError, KeyError):
        return False

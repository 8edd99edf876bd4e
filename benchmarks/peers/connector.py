"""Rasa's own server with its own Twilio connector, on the NLU side's Python: trained once, then run as documented.

What is given to it beyond its defaults, all in its favour: our server's quiet settings (see ``rasa_cli``), no
access log, a tracker file in write-ahead mode, conversations that are new to it, and a Twilio without TLS.
"""

import hashlib
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import yaml

from benchmarks.load.town import wait_until_ready
from bot.settings import ROOT
from nlu import environment
from tests.support.ports import free_port
from tests.support.settings import ACCOUNT, TOKEN

PROJECT = Path(__file__).parent / "rasa_project"
BUILD = ROOT / "var" / "benchmarks" / "rasa"
PATH = "/webhooks/twilio/webhook"
STOP_WITHIN_S = 10


def model() -> Path:
    """Our data and pipeline with Rasa's rules on top; trained where that has not been done (two minutes)."""
    path = BUILD / f"rasa-{_fingerprint()}.tar.gz"
    if not path.is_file():
        _train(path)
    return path


def config() -> dict[str, object]:
    """Our pipeline as it is, our messages through our importer, and Rasa's policy for rules."""
    ours = yaml.safe_load((environment.FOLDER / "config.yml").read_text("utf-8"))
    return {**ours, "importers": [{"name": "with_rules.WithRules"}], "policies": [{"name": "RulePolicy"}]}


def _train(path: Path) -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        written = Path(folder, "config.yml")
        written.write_text(yaml.safe_dump(config(), sort_keys=False), "utf-8")
        named = ["--config", str(written), "--domain", str(PROJECT / "domain.yml")]
        data = ["--data", str(environment.FOLDER / "data"), "--skip-validation"]
        out = ["--out", folder, "--fixed-model-name", path.name]
        subprocess.run(_rasa("train", *named, *data, *out), env=_environment(), cwd=folder, check=True)
        shutil.move(Path(folder, path.name), path)


@contextmanager
def serving(api_base: str, number: str) -> Iterator[tuple[str, int]]:
    """The running server's address and its process id. It sends from ``number``, to a Twilio at ``api_base``."""
    trained, port = model(), free_port()
    with tempfile.TemporaryDirectory(prefix="suarakota-rasa-") as folder:
        _write(Path(folder), api_base, number)
        command = _rasa("run", "--model", str(trained), "--interface", "127.0.0.1", "--port", str(port),
                        "--credentials", "credentials.yml", "--endpoints", "endpoints.yml")  # fmt: skip
        process = subprocess.Popen(command, env=_environment(), cwd=folder)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(f"{url}/webhooks/twilio/")
            yield url, process.pid
        finally:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """An overloaded one does not listen."""
    process.terminate()
    try:
        process.wait(timeout=STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _write(folder: Path, api_base: str, number: str) -> None:
    """Who it is at Twilio, and where it keeps conversations."""
    account = {"account_sid": ACCOUNT, "auth_token": TOKEN, "twilio_number": number, "api_base": api_base}
    tracker = folder / "tracker.db"
    with closing(sqlite3.connect(tracker)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # stays with the file, and halves the syncs
    store = {"type": "SQL", "dialect": "sqlite", "db": str(tracker)}
    for name, content in (
        ("credentials", {"at_standin.TwilioAtStandIn": account}),
        ("endpoints", {"tracker_store": store}),
    ):
        (folder / f"{name}.yml").write_text(yaml.safe_dump(content), "utf-8")


def _rasa(*arguments: str) -> Sequence[str]:
    return [str(environment.PYTHON), str(PROJECT / "rasa_cli.py"), *arguments]


def _environment() -> dict[str, str]:
    return environment.clean_environment() | {"SANIC_ACCESS_LOG": "false", "PYTHONDONTWRITEBYTECODE": "1"}


def _fingerprint() -> str:
    """Changes with our data and pipeline, and with the rules."""
    told = subprocess.run(environment.command(["fingerprint"]), capture_output=True, text=True, check=False)
    digest = hashlib.sha256(told.stdout.split()[0].encode())
    for path in sorted(PROJECT.glob("*.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]

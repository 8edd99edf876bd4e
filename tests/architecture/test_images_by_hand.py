"""Each image followed by hand: what the Containerfile copies and runs, in an empty folder, started as it says.

With the environment that compose.yml gives, on SQLite. Only what installs is left out: the environments are ours.
"""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from bot.settings import ROOT
from tests.architecture.containerfile import IMAGES, THERE, follow, stages
from tests.journeys.town import wait_for
from tests.support.ports import free_port

pytestmark = pytest.mark.processes

SERVICES = yaml.safe_load((IMAGES / "compose.yml").read_text())["services"]
TOKEN = "a token for Prometheus"
READY_WITHIN_S = 90


def command_of(image: str, instruction: str, here: Path, port: int) -> list[str]:
    """What the image starts, or is asked for its health, with our folder and port in place of its own."""
    step = next(step for step in stages()[image] if step.startswith(instruction))
    text, address = step[step.index("[") :], f"127.0.0.1:{port}"
    own = {THERE: str(here), "0.0.0.0:8000": address, "127.0.0.1:8000": address, "127.0.0.1:8100": address,
           '"8100"': f'"{port}"'}  # fmt: skip
    for theirs, ours in own.items():
        text = text.replace(theirs, ours)
    return list(json.loads(text))


def environment(folder: Path) -> dict[str, str]:
    """As compose.yml has it, with the sample settings and folders of ours."""
    lines = (IMAGES / "settings.env.example").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    given = settings | SERVICES["web"]["environment"]
    ours = {"/run/secrets": "secrets", "/var/lib/suarakota": "data", "/run/suarakota": "run"}
    for theirs, name in ours.items():
        (folder / name).mkdir(mode=0o700)
        given = {key: value.replace(theirs, str(folder / name)) for key, value in given.items()}
    secrets = dict.fromkeys(SERVICES["web"]["secrets"], "") | {
        "secret_key": "an invented secret of more than thirty-two characters",
        "database_url": f"sqlite:///{folder}/city.db",
        "twilio_auth_token": "invented",
        "metrics_token": TOKEN,
    }
    for name, content in secrets.items():
        (folder / "secrets" / name).write_text(f"{content}\n" if content else "")
    return {"PATH": os.environ["PATH"], **given}


@contextmanager
def started(
    command: list[str], here: Path, env: Mapping[str, str], log: Path
) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=here, env=dict(env), stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def is_healthy(image: str, here: Path, port: int, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    """By the image's own question."""
    assert process.poll() is None, log.read_text()[-2_000:]
    question = command_of(image, "HEALTHCHECK", here, port)
    return subprocess.run(question, cwd=here, capture_output=True, check=False).returncode == 0


def test_the_app_starts_from_what_its_image_has(tmp_path: Path) -> None:
    here, env, port, log = (
        follow("app-build", tmp_path / "image"),
        environment(tmp_path),
        free_port(),
        tmp_path / "log",
    )
    tables = [word.replace(THERE, str(here)) for word in SERVICES["migrate"]["command"]]
    subprocess.run(tables, cwd=here, env=env, check=True)
    with started(command_of("app", "CMD", here, port), here, env, log) as process:
        wait_for(lambda: is_healthy("app", here, port, process, log), READY_WITHIN_S, "its health")
        request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics")
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=10)
        request.add_header("Authorization", f"Bearer {TOKEN}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert b"suarakota_counts_together 1" in answer.read()
    subprocess.run([here / "docs/operations/systemd/daily-backup", tmp_path, "1"], env=env, check=True)
    assert len(list(tmp_path.glob("[0-9]*Z/manifest.json"))) == 1


@pytest.mark.skipif(not list((ROOT / "nlu/rasa/models").glob("*.tar.gz")), reason="no model is trained here")
def test_the_model_starts_from_what_its_image_has(tmp_path: Path) -> None:
    rasa, port, log = follow("nlu-build", tmp_path / "image"), free_port(), tmp_path / "log"
    (rasa / "models").symlink_to(ROOT / "nlu/rasa/models")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "RASA_TELEMETRY_ENABLED": "false"}
    with started(command_of("nlu", "CMD", tmp_path / "image", port), rasa, env, log) as process:
        wait_for(
            lambda: is_healthy("nlu", tmp_path / "image", port, process, log), READY_WITHIN_S, "the model", 0.5
        )

"""The other environment: runs the Rasa project's commands as processes of their own.

The app never imports Rasa, and Rasa's processes get no secret: only the few variables named here.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dotenv import dotenv_values

from nlu.client import NluUnavailableError, Understanding, read_result

FOLDER = Path(__file__).parent / "rasa"
MODELS = FOLDER / "models"
PYTHON = FOLDER / ".venv" / "bin" / "python"
OF_THE_DATA = ("train", "fingerprint", "serve", "parse-lines", "thresholds", "learn-history")
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


class EnvironmentMissingError(Exception):
    """The Rasa environment is not installed; the message says what to do."""


def command(arguments: Sequence[str]) -> list[str]:
    """The command line for ``arguments`` in the Rasa environment."""
    if not PYTHON.exists():
        raise EnvironmentMissingError(
            "The Rasa environment is missing (it needs Python 3.10); run 'make install' and see what it says."
        )
    return [str(PYTHON), str(FOLDER / "commands.py"), *_with_data(arguments)]


def city_data() -> Path | None:
    """Training data of the city that CITY_FOLDER names, if it has its own; None: the project's."""
    named = os.environ.get("CITY_FOLDER") or dotenv_values(".env").get("CITY_FOLDER")
    data = Path(named).resolve() / "nlu" if named else None
    return data if data and data.is_dir() else None


def _with_data(arguments: Sequence[str]) -> list[str]:
    """Commands that depend on the data are told which, unless they were."""
    data = city_data()
    asked = any(word.startswith("--data") for word in arguments)
    if data is None or asked or not arguments or arguments[0] not in OF_THE_DATA:
        return list(arguments)
    return [arguments[0], "--data", str(data), *arguments[1:]]


def clean_environment() -> dict[str, str]:
    """What Rasa's processes may know: no database, no token, no key."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed, "RASA_TELEMETRY_ENABLED": "false"}


def parse(texts: Sequence[str]) -> list[Understanding]:
    """Understand ``texts`` without a server: loads the newest model once, which takes some seconds.

    EnvironmentMissingError where there is no Rasa environment, NluUnavailableError where there is no model.
    """
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(  # noqa: S603
        command(["parse-lines", "--json"]),
        env=clean_environment(),
        input=lines,
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise NluUnavailableError(done.stderr.strip().rpartition("\n")[2] or "The model could not be loaded.")
    return [read_result(json.loads(line)) for line in done.stdout.splitlines()]


def run(arguments: Sequence[str]) -> int:
    """Run a command of the Rasa project and wait for it; its exit code."""
    return subprocess.run(command(arguments), env=clean_environment(), check=False).returncode  # noqa: S603

"""Several hosts that start at the same moment, the first time or after an upgrade: each finds what it needs."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from bot.settings import ROOT
from storage import migrate
from storage.models import User
from tests.support.databases import opened

pytestmark = pytest.mark.processes

HOSTS = 3


def on_every_host(url: str, *command: str) -> None:
    """What ``make run`` does before it starts anything; each must succeed."""
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "SECRET_KEY": "a secret of thirty-two characters",
           "ADMIN_EMAIL": "rina@kota.go.id", "ADMIN_PASSWORD": "an invented password"}  # fmt: skip
    flask = [sys.executable, "-m", "flask", "--app", "app", *command]
    started = [
        subprocess.Popen(flask, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(HOSTS)
    ]
    said = [process.communicate(timeout=240)[0] for process in started]
    for process, words in zip(started, said, strict=True):
        assert process.returncode == 0, words[-2_000:]


def test_tables_and_the_first_account_are_made_once(empty_database_url: str) -> None:
    on_every_host(empty_database_url, "db", "upgrade")
    on_every_host(empty_database_url, "first-account")
    with opened(empty_database_url) as database:
        assert migrate.is_current(database.engine)
        with database.read() as session:
            assert session.scalar(select(func.count(User.id))) == 1

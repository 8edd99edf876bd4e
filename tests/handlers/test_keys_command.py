"""``flask keys``: an operator sees what is written with which secret, and gets the oldest out of use."""

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from handlers.commands.keys import commands
from storage import keyring
from storage.keyring import Keyring
from storage.models import Citizen, Conversation
from tests.handlers.city_hall import NAME, PHONE, CityHall

OLD, BOTH = "a secret for tests", ("a newer secret", "a secret for tests")


def keys(app: Flask, *arguments: str) -> Result:
    app.cli.add_command(commands)
    return app.test_cli_runner().invoke(args=["keys", *arguments])


@pytest.fixture
def begun(hall: CityHall) -> CityHall:
    """Two reports of before, and a new secret in front."""
    for _ in range(2):
        hall.ticket()
    with hall.database.begin() as session:
        for talk in session.scalars(select(Conversation)):
            talk.address_hash = keyring.current().lookup(talk.address)
            talk.citizen.phone_hash = keyring.current().lookup(talk.address.removeprefix("whatsapp:"))
    keyring.use(Keyring(BOTH))
    return hall


def test_the_whole_change(begun: CityHall) -> None:
    before = keys(begun.app, "status").output
    assert "still need an older secret: run flask --app app keys rotate." in before
    assert "still need an older secret: run flask --app app keys reindex." in before
    assert "Verified" in keys(begun.app, "rotate").output
    assert "Verified" in keys(begun.app, "reindex").output
    oldest = keyring.current().fingerprints[1]
    assert f"Nothing needs {oldest} any more" in keys(begun.app, "status").output
    keyring.use(Keyring(BOTH[:1]))
    with begun.database.read() as session:
        for talk in session.scalars(select(Conversation)):
            assert talk.address.startswith(f"whatsapp:{PHONE}")
            assert talk.address_hash == keyring.current().lookup(talk.address)
            assert talk.citizen.name == NAME


def test_nothing_that_is_secret_is_shown(begun: CityHall) -> None:
    said = "".join(keys(begun.app, command).output for command in ("status", "rotate", "reindex", "status"))
    assert not [secret for secret in (*BOTH, NAME, PHONE) if secret in said]


@pytest.mark.parametrize("command", ["rotate", "reindex"])
def test_with_one_secret_there_is_nothing_to_change_to(hall: CityHall, command: str) -> None:
    done = keys(hall.app, command)
    assert done.exit_code == 1
    assert "Add the new one" in done.output


def test_a_missing_secret_is_told(begun: CityHall) -> None:
    with begun.database.begin() as session:
        keyring.use(Keyring(("lost",)))
        session.add(Citizen(created_at=begun.now, name="Sari"))
    keyring.use(Keyring(BOTH))
    assert "1 values were written with none of these secrets" in keys(begun.app, "status").output
    done = keys(begun.app, "rotate")
    assert done.exit_code != 0
    assert "Traceback" not in done.output


def test_whoever_is_logged_in_stays_so(hall: CityHall) -> None:
    browser = hall.coordinator()
    keyring.use(Keyring(BOTH))
    hall.app.config.update(
        SECRET_KEY=keyring.current().lookups("web sessions")[0],
        SECRET_KEY_FALLBACKS=list(keyring.current().lookups("web sessions")[1:]),
    )
    assert browser.get("/console/").status_code == 200

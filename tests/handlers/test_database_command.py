"""``flask db check``: may the worker begin?"""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.rulebook import Rulebook
from handlers.commands import database as command
from storage import migrate
from tests.handlers.city_hall import build
from tests.support.databases import opened


@pytest.mark.parametrize(
    ("revision", "code", "said"),
    [
        (None, 1, "lacks migrations"),
        ("0001", 1, "lacks migrations"),
        ("head", 0, "fit"),
        ("of a newer program", 0, "fit"),  # which went back to this one: a migration only adds
    ],
)
def test_tables_fit_or_do_not(
    revision: str | None, code: int, said: str, rulebook: Rulebook, tmp_path: Path
) -> None:
    with opened(f"sqlite:///{tmp_path}/city.db") as database:
        if revision:
            migrate.upgrade(database.engine, revision if revision == "0001" else "head")
        if revision == "of a newer program":
            with database.engine.begin() as connection:
                connection.execute(text("UPDATE alembic_version SET version_num = 'newer'"))
        hall = build(tmp_path, rulebook, database)
        hall.app.cli.add_command(command.commands)
        told = hall.app.test_cli_runner().invoke(args=["db", "check"])
    assert (told.exit_code, said in told.output) == (code, True)


def test_a_database_that_is_away_does_not_fit(rulebook: Rulebook, tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}") as database:  # a folder
        hall = build(tmp_path, rulebook, database)
        hall.app.cli.add_command(command.commands)
        told = hall.app.test_cli_runner().invoke(args=["db", "check"])
    assert told.exit_code == 1
    assert "cannot be reached" in told.output

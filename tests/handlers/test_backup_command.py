"""``flask backup`` and ``flask restore``, as an operator says them."""

from pathlib import Path

from click.testing import Result
from sqlalchemy import text

from bot.rulebook import Rulebook
from handlers.commands.backup import backup, restore
from storage import migrate
from tests.handlers.city_hall import CityHall, build
from tests.support.databases import opened


def run(hall: CityHall, *arguments: str) -> Result:
    for command in (backup, restore):
        hall.app.cli.add_command(command)
    return hall.app.test_cli_runner().invoke(args=arguments)


def test_there_and_back(hall: CityHall, rulebook: Rulebook, tmp_path: Path) -> None:
    number = hall.ticket()
    written = run(hall, "backup", str(tmp_path / "backup"))
    assert written.exit_code == 0, written.output
    assert "Not in it: SECRET_KEY (" in written.output
    assert "Not in it: the erasure ledger" in written.output
    with opened(f"sqlite:///{tmp_path}/elsewhere/city.db") as empty:
        other = build(tmp_path / "elsewhere", rulebook, empty)
        told = run(other, "restore", str(tmp_path / "backup"))
        assert told.exit_code == 0, told.output
        assert "Counts and histories are as they were." in told.output
        assert "1. flask --app app personal replay" in told.output
        assert "reconcile --since 2026-11-23" in told.output
        assert other.find(number).number == number
        again = run(other, "restore", str(tmp_path / "backup"))
        assert again.exit_code == 1
        assert "The database is not empty" in again.output


def test_a_history_that_was_changed_in_the_backup_is_found(
    hall: CityHall, rulebook: Rulebook, tmp_path: Path
) -> None:
    hall.ticket()
    with hall.database.begin() as session:
        session.execute(text("DROP TRIGGER ticket_events_no_update"))
        session.execute(text("UPDATE ticket_events SET kind = 'x'"))
    run(hall, "backup", str(tmp_path / "backup"))
    with opened(f"sqlite:///{tmp_path}/elsewhere/city.db") as empty:
        told = run(build(tmp_path / "elsewhere", rulebook, empty), "restore", str(tmp_path / "backup"))
    assert told.exit_code == 1
    assert "was changed" in told.output
    assert "Do not start anything" in told.output


def test_one_of_an_older_version_is_upgraded_first(hall: CityHall, rulebook: Rulebook, tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/old/city.db") as old:
        migrate.upgrade(old.engine, "0001")
        written = run(build(tmp_path / "old", rulebook, old), "backup", str(tmp_path / "backup"))
        assert written.exit_code == 0
        assert "could not be noted" in written.output, "there was no place for it yet"
    with opened(f"sqlite:///{tmp_path}/elsewhere/city.db") as empty:
        told = run(build(tmp_path / "elsewhere", rulebook, empty), "restore", str(tmp_path / "backup"))
    assert told.exit_code == 0, told.output
    assert "1. flask --app app db upgrade" in told.output
    assert "2. flask --app app history verify" in told.output


def test_whoever_watches_knows_of_it(hall: CityHall, tmp_path: Path) -> None:
    def page() -> str:
        return hall.browser().get("/metrics").text

    assert "suarakota_backup_age_seconds" not in page()
    assert run(hall, "backup", str(tmp_path / "b")).exit_code == 0
    hall.wait(hours=3)
    assert run(hall, "backup", str(tmp_path / "b")).exit_code == 1, "there is one already"
    assert "suarakota_backup_age_seconds 10800.0" in page(), "one that failed is none"
    assert run(hall, "backup", str(tmp_path / "c")).exit_code == 0
    assert "suarakota_backup_age_seconds 0.0" in page()


def test_without_media(hall: CityHall, tmp_path: Path) -> None:
    assert "without files of citizens" in run(hall, "backup", str(tmp_path / "b"), "--without-media").output
    again = run(hall, "backup", str(tmp_path / "b"))
    assert again.exit_code == 1
    assert "name a new folder" in again.output

"""``flask figures export``: one day's tables by hand."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from handlers.commands import figures
from handlers.edge import KEY
from storage.models import NightlyExport
from tests.handlers.city_hall import CityHall


@pytest.fixture
def folder(hall: CityHall, tmp_path: Path) -> Path:
    """A city that exports; it is Monday, 23 November."""
    hall.app.cli.add_command(figures.figures)
    here = hall.app.extensions[KEY]
    settings = here.settings.model_copy(update={"export_folder": tmp_path / "warehouse"})
    hall.app.extensions[KEY] = replace(here, settings=settings)
    hall.ticket()
    return tmp_path / "warehouse"


def run(hall: CityHall, *arguments: str) -> Result:
    return hall.app.test_cli_runner().invoke(args=["figures", "export", *arguments])


def test_yesterday(hall: CityHall, folder: Path) -> None:
    made = run(hall)
    assert made.exit_code == 0
    assert f"{folder / '2026-11-22'}: 0 tickets, 0 events" in made.output
    assert (folder / "2026-11-22" / "datapackage.json").is_file()
    with hall.database.read() as session:
        assert session.get(NightlyExport, date(2026, 11, 22))


def test_a_day_again_and_everything(hall: CityHall, folder: Path) -> None:
    hall.wait(days=2)
    assert "1 tickets" in run(hall, "--day", "2026-11-23").output
    assert "0 tickets" in run(hall, "--day", "2026-11-24").output
    assert "1 tickets" in run(hall, "--day", "2026-11-24", "--full").output


@pytest.mark.parametrize("day", ["2026-11-23", "2027-01-01", "2026-13-01", "kemarin"])
def test_a_day_that_is_none_or_not_over(hall: CityHall, folder: Path, day: str) -> None:
    assert run(hall, "--day", day).exit_code == 2
    assert not folder.exists()


def test_without_a_folder(hall: CityHall, folder: Path) -> None:
    here = hall.app.extensions[KEY]
    off = here.settings.model_copy(update={"export_folder": None})
    hall.app.extensions[KEY] = replace(here, settings=off)
    made = run(hall)
    assert made.exit_code == 1
    assert "EXPORT_FOLDER is empty" in made.output


def test_a_folder_that_cannot_be_written(hall: CityHall, folder: Path) -> None:
    folder.write_text("a file")
    made = run(hall)
    assert made.exit_code == 1
    assert "cannot be written (Not a directory)" in made.output or "File exists" in made.output

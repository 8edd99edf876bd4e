"""From a file of figures to the page: what is missing is named, and the page around the tables stays."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.load.figures import MEMORY, PROCESSED, RATE, TIME, Figure
from benchmarks.sizing import tables
from benchmarks.sizing.costs import LETTERS, FigureMissingError, prices, read
from benchmarks.sizing.measured import PROCESSOR, WRITTEN
from benchmarks.sizing.steps import PLACES

USED = {"web": 2.0, "worker": 10.0, "nlu": 1.0, "database": 4.0, "all": 17.0}


def figures() -> list[dict[str, Any]]:
    made = [
        Figure(PROCESSED, 50, RATE, setup="SQLite, callbacks"),
        Figure(PROCESSED, 80, RATE, setup="PostgreSQL, callbacks"),
        Figure(LETTERS, 40, RATE, setup="PostgreSQL"),
        Figure(WRITTEN, 9, "kB", setup="PostgreSQL", more={"log": 20}),
        Figure(PROCESSOR, 17, TIME, setup="PostgreSQL", more=USED),
        *(
            Figure(f"memory of a {part} process", 100, MEMORY, setup="PostgreSQL")
            for part in ("web", "worker", "nlu")
        ),
        Figure(PROCESSED, 7, RATE, "Rasa's connector", "PostgreSQL, callbacks"),
    ]
    return [figure.to_json() for figure in made]


def written(folder: Path, found: list[dict[str, Any]]) -> Path:
    path = folder / "figures.json"
    path.write_text(json.dumps({"machine": "two cores", "quick": False, "figures": found}))
    return path


def test_ours_are_read_and_not_the_peers(tmp_path: Path) -> None:
    costs = read(written(tmp_path, figures()))
    assert (costs.postgresql_rate, costs.sqlite_rate) == (80, 50)
    assert (costs.web_ms, costs.database_ms, costs.log_kb) == (2, 4, 20)


@pytest.mark.parametrize("left_out", [0, 1, 2, 3, 4, 5])
def test_what_is_missing_is_named(tmp_path: Path, left_out: int) -> None:
    found = figures()
    gone = found.pop(left_out)
    with pytest.raises(FigureMissingError, match=gone["measure"]):
        read(written(tmp_path, found))


def test_every_table_has_every_place(tmp_path: Path) -> None:
    told = tables.everything(read(written(tmp_path, figures())), prices())
    heads = [line for line in told.splitlines() if "10,000,000: a country" in line]
    assert len(heads) == 3
    for line in told.splitlines():
        if "one worker process" in line:
            assert line.count(" %") == len(PLACES)


def test_in_the_first_place_one_of_ours_and_one_that_is_bought_run_out_first(tmp_path: Path) -> None:
    told = tables.everything(read(written(tmp_path, figures())), prices())
    cells = [line.split(" | ")[2] for line in told.splitlines() if " %" in line and line.startswith("| ")]
    assert sum(cell.startswith("**") for cell in cells) == 2


def test_the_page_around_the_tables_stays(tmp_path: Path) -> None:
    page = tmp_path / "sizing.md"
    page.write_text(f"Before.\n\n{tables.BEGIN}\n\nold\n\n{tables.END}\n\nAfter.\n")
    tables.put("| new |", page)
    tables.put("| newer |", page)
    assert page.read_text() == f"Before.\n\n{tables.BEGIN}\n\n| newer |\n\n{tables.END}\n\nAfter.\n"


def test_a_page_without_a_place_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "sizing.md"
    page.write_text("Nothing here.\n")
    with pytest.raises(ValueError, match=r"sizing\.md has no place"):
        tables.put("| new |", page)
    assert page.read_text() == "Nothing here.\n"

"""Every transcript goes as it is written; ``make journeys`` shows the figures, ``--write`` records anew."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.rulebook import Rulebook
from storage.database import Database
from tests.journeys.play import play
from tests.journeys.script import FOLDER, ScriptError, read, scripts, understanding
from tests.journeys.table import costs

FEWEST = 150
MOST_MESSAGES = 3


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.mark.parametrize("path", scripts(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_goes_as_written(
    path: Path, sqlite_database: Database, rulebook: Rulebook, pool: ThreadPoolExecutor
) -> None:
    played = play(read(path), sqlite_database, rulebook, pool)
    assert not played.missing, "the transcript tells no understanding for these texts"
    if differences := played.differences():
        pytest.fail(
            f"{differences}\n\nIf that is right now: python -m tests.journeys.play --write {path}", pytrace=False
        )
    assert all(cost.messages <= MOST_MESSAGES for cost in costs(played)), "too many messages for a complete report"


def test_there_are_enough() -> None:
    assert len(scripts()) >= FEWEST


def test_each_says_something_of_its_own() -> None:
    titles = [read(path).title for path in scripts()]
    assert len(titles) == len(set(titles))


def test_an_understanding_is_read() -> None:
    meaning = understanding("lapor 0.9, saran 0.1; jalan_rusak 0.8, trotoar_jpo 0.1; at Jl. Melati; also sampah")
    assert [(g.label, g.confidence) for g in meaning.intents] == [("lapor", 0.9), ("saran", 0.1)]
    assert meaning.service
    assert meaning.service.confidence == 0.8
    assert meaning.place
    assert meaning.place.text == "Jl. Melati"
    assert meaning.also == ("sampah",)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A title\n\nSari: halo\n", "names nobody"),
        ("A title\nPeople: Sari (WhatsApp)\n\nSari: halo\n    salam\n", "must begin with"),
        ("A title\nPeople: Sari (WhatsApp)\n\nSari: halo\n    = salam x y\n", "could not convert"),
    ],
)
def test_a_mistake_in_a_transcript_is_told(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScriptError, match=complaint):
        read(path)


@pytest.mark.parametrize(
    "line", ["-- some time", "Agency dances with JK-1", "Sari: [elephant]", "Sari: [button Naik]"]
)
def test_what_cannot_be_played_is_told(
    line: str, tmp_path: Path, sqlite_database: Database, rulebook: Rulebook, pool: ThreadPoolExecutor
) -> None:
    path = tmp_path / "story.txt"
    path.write_text(f"A title\nPeople: Sari (WhatsApp)\n\n{line}\n", encoding="utf-8")
    with pytest.raises(ScriptError):
        play(read(path), sqlite_database, rulebook, pool)


def test_what_went_otherwise_is_shown(
    tmp_path: Path, sqlite_database: Database, rulebook: Rulebook, pool: ThreadPoolExecutor
) -> None:
    path = tmp_path / "story.txt"
    path.write_text("A title\nPeople: Sari (WhatsApp)\n\nSari: halo\n    = salam\n        | Selamat jalan\n")
    differences = play(read(path), sqlite_database, rulebook, pool).differences()
    assert "-        | Selamat jalan" in differences
    assert "+        Bot to Sari:" in differences


def test_the_folder_explains_itself() -> None:
    assert (FOLDER / "README.md").is_file()

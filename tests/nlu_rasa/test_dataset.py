"""Reading training data, above all data that is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from dataset import DATA, DataError, read_examples, read_labels
from tiny import run_command

GOOD: dict[str, Any] = {
    "text": "jalan rusak di jl melati",
    "intent": "lapor",
    "service": "jalan_rusak",
    "also": [],
    "faq": None,
    "place": "jl melati",
}


def write(directory: Path, *lines: str) -> Path:
    (directory / "part").mkdir()
    (directory / "part" / "some.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return directory


def test_reads_every_file_below_the_directory(tmp_path: Path) -> None:
    (example,) = read_examples(write(tmp_path, json.dumps(GOOD), "", ""))
    assert (example.intent, example.service, example.also, example.place) == (
        "lapor",
        "jalan_rusak",
        (),
        "jl melati",
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": " "}, "text must be"),
        ({"text": 3}, "text must be"),
        ({"intent": None}, "intent must be"),
        ({"intent": "laporan"}, "'laporan' is not in labels.yml"),
        ({"service": "jalan"}, "'jalan' is not in labels.yml"),
        ({"service": None}, "needs a service"),
        ({"service": []}, "service must be"),
        ({"also": "banjir"}, "also must be a list"),
        ({"also": ["hujan"]}, "'hujan' is not in labels.yml"),
        ({"faq": "ktp_baru"}, "may have a faq topic"),
        ({"intent": "tanya", "faq": "ktp"}, "'ktp' is not in labels.yml"),
        ({"intent": "salam", "service": None, "also": ["banjir"]}, "main service"),
        ({"place": "jl mawar"}, "part of the text"),
        ({"place": ""}, "part of the text"),
        ({"more": 1}, "exactly the keys"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    directory = write(tmp_path, json.dumps(GOOD), json.dumps({**GOOD, **change}))
    with pytest.raises(DataError, match=reason) as caught:
        read_examples(directory)
    assert str(caught.value).startswith("part/some.jsonl:2: ")


@pytest.mark.parametrize("line", ["{", "[]", "null", '"text"', "NaN", "\x00"])
def test_lines_that_are_no_object(tmp_path: Path, line: str) -> None:
    with pytest.raises(DataError, match=r"part/some.jsonl:1: "):
        read_examples(write(tmp_path, line))


def test_other_encodings_and_empty_directories(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no training messages"):
        read_examples(tmp_path)
    (tmp_path / "latin.jsonl").write_bytes('{"text": "caf\xe9"}'.encode("latin-1"))
    with pytest.raises(DataError, match=r"latin.jsonl is not UTF-8"):
        read_examples(tmp_path)


def test_a_damaged_label_list(tmp_path: Path) -> None:
    (tmp_path / "labels.yml").write_text("intents: [lapor]")
    with pytest.raises(DataError, match="lacks one of its lists"):
        read_labels(tmp_path / "labels.yml")


def test_training_says_it_in_one_sentence(tmp_path: Path) -> None:
    directory = write(tmp_path, json.dumps({**GOOD, "intent": "laporan"}))
    done = run_command("train", "--data", directory, "--out", tmp_path / "models")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "nlu: part/some.jsonl:1: intent 'laporan' is not in labels.yml; correct it or add it there."
    ]
    assert not list(tmp_path.glob("models/*"))


def test_the_projects_own_data_can_be_read() -> None:
    assert len(read_examples(DATA)) > 1000


def rows_of(service: str, count: int, intent: str | None = "lapor") -> str:
    rows = [
        {**GOOD, "text": f"{service} {n}", "intent": intent, "service": service, "place": None}
        for n in range(count)
    ]
    return "\n".join(map(json.dumps, rows))


def test_only_the_part_like_life_counts_for_confidence_and_as_often_as_it_comes(tmp_path: Path) -> None:
    for name in ("keseharian", "history"):
        (tmp_path / name).mkdir()
    (tmp_path / "hard.jsonl").write_text(rows_of("pohon", 5))
    (tmp_path / "keseharian" / "a.jsonl").write_text(
        rows_of("bansos", 10) + "\n" + rows_of("pajak_daerah", 10)
    )
    (tmp_path / "history" / "b.jsonl").write_text(rows_of("ktp", 2, None))
    weights = {e.service: e.weight for e in read_examples(tmp_path)}
    assert weights["pohon"] == 0
    assert weights["ktp"] == 1
    assert weights["bansos"] / weights["pajak_daerah"] == pytest.approx(1137 / 27)
    assert weights["bansos"] + weights["pajak_daerah"] == pytest.approx(2)


def test_without_such_a_part_all_count_alike(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(rows_of("bansos", 3) + "\n" + rows_of("pajak_daerah", 3))
    assert {e.weight for e in read_examples(tmp_path)} == {1.0}

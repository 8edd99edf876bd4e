"""Learning from past complaints, and models that cannot be compared."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.linear import LinearSettings, train
from dataset import DataError, Example, read_examples, read_labels
from history import Names, Past, Verdict, combined, judge, read_stream, settle, table
from tiny import ROWS, run_command, write_rows

EXAMPLES = [Example(text, intent, service, (), faq) for text, intent, service, faq in ROWS]
NAMES = Names(
    {"jalan_rusak": "bina_marga", "lampu_jalan": "bina_marga", "ktp": "dukcapil"}, {"dukcapil": "Capil"}
)
HEAD = {"agency_of": NAMES.agency_of, "agencies": NAMES.agencies}


@pytest.fixture(scope="module")
def model() -> Any:
    return train(EXAMPLES, LinearSettings(folds=0, min_df=1))


def stream(*rows: dict[str, Any]) -> list[str]:
    return [json.dumps(row) + "\n" for row in (HEAD, *rows)]


def test_an_agency_alone_becomes_its_likeliest_service(model: Any) -> None:
    both = ("jalan_rusak", "lampu_jalan")
    settled = settle(
        model, [Past("pju mati gelap", both), Past("aspal berlubang", both), Past("pju mati", ("ktp",))]
    )
    assert [example.service for example in settled] == ["lampu_jalan", "jalan_rusak", "ktp"]
    assert {example.intent for example in settled} == {None}


def test_both_models_are_judged_by_agency(model: Any) -> None:
    complaints = [Past("lampu jalan mati", ("lampu_jalan",)), Past("syarat ktp", ("ktp", "akta"))]
    assert judge(model, model, complaints, NAMES) == [
        Verdict("bina_marga", "lampu_jalan", "lampu_jalan", "lampu_jalan"),
        Verdict("dukcapil", None, "ktp", "ktp"),
    ]


def test_the_table_of_accuracy() -> None:
    verdicts = [
        Verdict("bina_marga", "lampu_jalan", "jalan_rusak", "lampu_jalan"),
        Verdict("bina_marga", None, "ktp", "jalan_rusak"),
        Verdict("dukcapil", None, "ktp", "jalan_rusak"),
    ]
    rows = [line.split() for line in table(verdicts, NAMES)[2:]]
    assert rows == [
        ["agency", "messages", "before", "now"],
        ["bina_marga", "2", "0.500", "1.000"],
        ["Capil", "1", "1.000", "0.000"],
        ["all", "agencies", "3", "0.667", "0.667"],
        ["right", "service", "1", "0.000", "1.000"],
    ]


def test_the_stream_from_the_app() -> None:
    lines = stream({"text": "gelap", "services": ["lampu_jalan"]})
    assert read_stream(lines, read_labels()) == (NAMES, [Past("gelap", ("lampu_jalan",))])
    with pytest.raises(DataError, match=r"'sihir' is in config\.yml but not in labels\.yml"):
        read_stream(stream({"text": "x", "services": ["sihir"]}), read_labels())


def test_only_history_may_lack_an_intent(tmp_path: Path) -> None:
    data, folder = write_rows(tmp_path / "data"), tmp_path / "history"
    folder.mkdir()
    row = {"text": "gelap", "intent": None, "service": "lampu_jalan", "also": [], "faq": None, "place": None}
    (folder / "a.jsonl").write_text(json.dumps(row))
    with combined(data, folder) as whole:
        assert [e.text for e in read_examples(whole) if e.intent is None] == ["gelap"]
    (folder / "a.jsonl").write_text(json.dumps({**row, "service": None}))
    with combined(data, folder) as whole, pytest.raises(DataError, match="intent must be a name"):
        read_examples(whole)


def test_a_model_learns_services_from_history(tiny_data: Path, tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    rows = [
        {"text": text, "intent": None, "service": "pohon", "also": [], "faq": None, "place": None}
        for text in ("pohon tumbang", "ranting pohon patah", "pohon besar miring")
    ]
    (tmp_path / "history" / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    arguments = ("--data", tiny_data, "--history", tmp_path / "history", "--out", tmp_path / "models")
    trained = run_command("train", "--quick", *arguments)
    assert trained.returncode == 0, trained.stderr
    (model,) = (tmp_path / "models").glob("*.tar.gz")
    done = run_command("parse-lines", "--model", model, stdin="pohon tumbang di jalan\n")
    result = json.loads(done.stdout)
    assert result["service"]["name"] == "pohon"
    assert "-" not in [label["name"] for label in result["intent_ranking"]]


def test_history_is_scored_trained_on_and_kept(tiny_data: Path, tmp_path: Path) -> None:
    complaints = [
        {"text": f"{what} nomor {n}", "services": [service]}
        for n in range(15)
        for what, service in (("pohon tumbang", "jalan_rusak"), ("lampu mati", "lampu_jalan"))
    ]
    places = ("--data", tiny_data, "--folder", tmp_path / "h", "--out", tmp_path / "m")
    done = run_command(
        "learn-history", "--name", "crm", "--quick", *places, stdin="".join(stream(*complaints))
    )
    assert done.returncode == 0, done.stderr
    assert "The latest 6 by time, right agency:" in done.stdout
    assert [path.name for path in (tmp_path / "h").iterdir()] == ["crm.jsonl"]
    (model,) = (tmp_path / "m").iterdir()
    assert f"nlu promote {model.name}" in done.stderr


def test_bad_input_changes_nothing(tmp_path: Path) -> None:
    empty = run_command("train", "--history", tmp_path, "--out", tmp_path / "models")
    assert _said(empty).endswith("holds no past complaints; import them with `nlu import-history`.")
    few = run_command(
        *("learn-history", "--name", "x", "--folder", tmp_path / "h", "--out", tmp_path / "m"),
        stdin="".join(stream({"text": "gelap", "services": ["lampu_jalan"]})),
    )
    assert _said(few) == "nlu: 1 complaints are too few to learn from; at least 20 are needed."
    assert list(tmp_path.iterdir()) == []


def test_models_that_cannot_answer(tiny_model: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(tiny_model.read_bytes()[:-1000])
    assert (
        _said(run_command("answer", "--model", cut))
        == "nlu: cut.tar.gz is damaged or no model; train it again."
    )
    assert "there is no model none.tar.gz" in _said(
        run_command("answer", "--model", tmp_path / "none.tar.gz")
    )


def test_answers_hold_labels_and_no_text(tiny_model: Path, tiny_data: Path) -> None:
    done = run_command("answer", "--model", tiny_model, "--data", tiny_data)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["truth"]["intent"] for answer in answers] == [row[1] for row in ROWS]
    assert {key for answer in answers for key in answer["guess"]} == {"intent", "service", "faq"}


def _said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout
    (line,) = done.stderr.strip().splitlines()
    return line

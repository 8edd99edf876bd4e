"""Evaluating on files of all kinds, the figures, and the report."""

import json
from pathlib import Path
from typing import Any

import pytest

import plots
from cases import read_cases
from dataset import DataError, Example
from decisions import City, Thresholds, read_city
from report import html_report
from scores import Prediction, confusions, sections
from terminal import confusion_table, table
from thresholds import covering, curve, emergency_threshold, reaching
from tiny import run_command, write_rows

ROW = {"text": "jalan rusak di jl melati", "intent": "lapor", "service": "jalan_rusak"}


def label(name: str, sure: float) -> dict[str, Any]:
    return {"name": name, "confidence": sure}


def prediction(example: Example, intent: str, service: str, sure: float = 0.9) -> Prediction:
    result = {"also": [], "place": None, "faq": None, "faq_ranking": []}
    for head, name in (("intent", intent), ("service", service)):
        result[head], result[f"{head}_ranking"] = label(name, sure), [label(name, sure)]
    return Prediction(example, result)


@pytest.fixture
def city() -> City:
    return read_city()


def figures(found: list[Any], name: str) -> dict[str, float]:
    (section,) = [section for section in found if section.name.startswith(name)]
    return {figure.name.strip(): figure.value for figure in section.figures}


def test_json_lines_and_csv_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({**ROW, "also": ["banjir"], "place": "jl melati"}) + "\n\n")
    (tmp_path / "b.csv").write_text(
        "text,intent,service,also,place\njalan rusak di jl melati,lapor,jalan_rusak,banjir,jl melati\n,,,,\n"
    )
    cases = read_cases(tmp_path)
    assert cases.examples[0] == cases.examples[1]
    assert cases.columns == {"intent", "service", "also", "place"}
    assert cases.without_text == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"pesan,service\nhalo,banjir\n", "no column 'text'"),
        ("a.csv", b"text\nhalo\n", "none of the columns"),
        ("a.csv", b"", "holds no messages"),
        ("a.csv", b"text,service\n", "holds no messages"),
        ("a.csv", b"text,service\n,banjir\n", "every text is empty"),
        ("a.csv", b"text,service\ncaf\xe9,banjir\n", "not UTF-8"),
        ("a.csv", b"text,service\nhalo,hujan\n", "a.csv:2: service 'hujan'"),
        ("a.csv", b"text,service\n\x00,banjir\n\x00", "a.csv"),
        ("a.jsonl", b"{}\n[", "a.jsonl:2: not JSON"),
        ("a.jsonl", b'{"text": "halo", "intent": "salaam"}', "intent 'salaam'"),
    ],
)
def test_bad_files_are_told_in_a_sentence(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=reason.replace(".", r"\.")):
        read_cases(tmp_path / name)


def test_no_file_and_an_empty_directory(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no"):
        read_cases(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_cases(tmp_path / "none.csv")


def test_routing_counts_what_reaches_the_right_agency(city: City) -> None:
    example = Example("x", "lapor", "jalan_rusak")
    found = sections(
        [
            prediction(example, "lapor", "trotoar_jpo"),  # another service of the same agency
            prediction(example, "lapor", "sampah"),
            prediction(example, "lapor", "jalan_rusak", sure=0.5),  # asked about, not acted on
            prediction(Example("x", "salam"), "lapor", "jalan_rusak"),  # no report at all
        ],
        {"intent", "service"},
        city,
    )
    routed = figures(found, "reports")
    assert routed["acted on alone"] == pytest.approx(2 / 3)
    assert routed["of these to the right agency"] == pytest.approx(1 / 3)
    assert routed["of these the right service"] == 0


def test_emergencies_by_words_and_model(city: City) -> None:
    urgent = Example("tolong ada kebakaran di gang", "darurat", "kebakaran")
    bar = city.thresholds.emergency
    unsure = prediction(urgent, "darurat", "kebakaran", sure=bar - 0.05)
    assert city.is_emergency(urgent.text, unsure.result)
    assert not city.is_emergency("kebakaran bulan lalu", unsure.result)


def test_tables_and_report_hold_no_message(city: City) -> None:
    secret = Example("rahasia sekali", "lapor", "jalan_rusak")
    predictions = [prediction(secret, "lapor", "sampah")] * 30
    columns = {"intent", "service"}
    found, worst = sections(predictions, columns, city), confusions("service", predictions)
    page = html_report("some <file>", found, worst, predictions, columns)
    assert "rahasia" not in page + table(found) + confusion_table(worst)
    assert "some &lt;file&gt;" in page
    assert page.count("<svg") == 4
    assert (worst[0].truth, worst[0].predicted, worst[0].count) == ("jalan_rusak", "sampah", 30)


def test_curves() -> None:
    right = [True] * 30 + [False] * 10
    sure = [1 - i / 100 for i in range(40)]
    assert plots.precision_curve(right, sure)[-1] == (1.0, 0.75)
    points = curve(sure, right, right, [1.0] * 40)
    best = reaching(points, 0.9)
    assert best is not None
    assert best.coverage == 1.0
    assert best.precision >= 0.9
    assert reaching(points[30:], 1.1) is None


def test_where_the_aims_cannot_be_had_the_wanted_coverage_sets_the_threshold() -> None:
    sure = [1 - i / 1000 for i in range(1000)]
    points = curve(sure, [i % 2 == 0 for i in range(1000)], [True] * 1000, [1.0] * 1000)
    assert reaching(points, 0.95) is None
    assert covering(points, 0.65).threshold == pytest.approx(0.35, abs=0.002)
    assert covering(points, 1.1) == points[-1]


def test_messages_count_as_often_as_they_come() -> None:
    right, rare_first = [False] * 100 + [True] * 100, [1.0] * 100 + [9.0] * 100
    points = curve([1.0] * 200, right, [True] * 200, rare_first)
    assert points[-1].precision == pytest.approx(0.9)
    assert points[99].coverage == pytest.approx(0.1)


def test_one_false_alarm_in_two_hundred() -> None:
    others = [i / 400 for i in range(400)]
    limit = emergency_threshold([*others, 0.999], [False] * 400 + [True], [1.0] * 401, 1 / 200)
    assert sum(value >= limit for value in others) == 2
    doubled = [2.0 if value > 0.9 else 1.0 for value in others]
    assert emergency_threshold([*others, 0.999], [False] * 400 + [True], [*doubled, 1.0], 1 / 200) > limit


def test_thresholds_come_from_the_apps_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("thresholds: {answer: 0.9}\nservices: {a: {agency: b}}\n")
    assert read_city(tmp_path / "config.yml").thresholds == Thresholds(answer=0.9)
    (tmp_path / "other.yml").write_text("pipeline: [")
    with pytest.raises(DataError, match=r"other\.yml cannot be read"):
        read_city(tmp_path / "other.yml")


def test_the_command_evaluates_a_model(tiny_model: Path, tmp_path: Path) -> None:
    data, html = write_rows(tmp_path / "data"), tmp_path / "report.html"
    done = run_command("evaluate", "--model", tiny_model, "--data", data, "--html", html)
    assert done.returncode == 0, done.stderr
    assert "intent: 14 messages" in done.stdout
    assert html.read_text().startswith("<!doctype html>")


def test_the_command_tells_what_is_wrong(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pesan\nhalo\n")
    done = run_command("evaluate", "--model", tiny_model, "--data", tmp_path / "a.csv")
    assert (done.returncode, done.stderr) == (
        1,
        "nlu: a.csv has no column 'text'; name the column with the messages so.\n",
    )

"""The model of another city: its own services, topics and areas, from its own folder."""

import csv
import json
from pathlib import Path

import pytest

import fingerprint
from conftest import PROJECT
from dataset import DataError, read_area_lines, read_examples
from tiny import run_command, write_rows

DATA = PROJECT / "examples" / "tirtasari" / "nlu"
TEXTS = [
    "saluran irigasi desa Karangtirto mampet pak",
    "dalan ngarep pasar Tirtasari ambles",
    "sugeng enjing",
]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    out = tmp_path_factory.mktemp("models")
    done = run_command("train", "--quick", "--data", DATA, "--out", out)
    assert done.returncode == 0, done.stderr
    model = fingerprint.model_path(DATA, out, quick=True)
    done = run_command("parse-lines", "--model", model, stdin="\n".join(TEXTS) + "\n")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_knows_its_own_services(results: list[dict]) -> None:
    assert [result["service"]["name"] for result in results[:2]] == ["irigasi", "jalan_desa"]
    assert [result["intent"]["name"] for result in results] == ["lapor", "lapor", "salam"]


def test_it_finds_its_own_desa(results: list[dict]) -> None:
    place = results[0]["place"]
    assert place["text"] == "Karangtirto"
    assert (place["kelurahan"], place["kecamatan"]) == ("Karangtirto", "Tirtasari Kidul")
    assert place["city"] == "Kabupaten Tirtasari"


def test_every_service_and_intent_is_taught_enough() -> None:
    examples = read_examples(DATA)
    services = [e.service for e in examples if e.intent == "lapor"]
    assert min(services.count(service) for service in set(services)) >= 25
    intents = [example.intent for example in examples]
    assert len(set(intents)) == 18
    assert min(intents.count(intent) for intent in set(intents)) >= 10
    assert len({example.text for example in examples}) == len(examples)


def test_labels_and_areas_beside_the_data_count(tmp_path: Path) -> None:
    data = write_rows(tmp_path)
    before = fingerprint.fingerprint(data)
    assert any("Tebet" in line for line in read_area_lines(data))
    (data / "areas.csv").write_bytes((DATA / "areas.csv").read_bytes())
    assert len(list(csv.DictReader(read_area_lines(data)))) == 9
    changed = fingerprint.fingerprint(data)
    (data / "labels.yml").write_bytes((DATA / "labels.yml").read_bytes())
    assert len({before, changed, fingerprint.fingerprint(data)}) == 3
    with pytest.raises(DataError, match=r"'jalan_rusak' is not in labels\.yml"):
        read_examples(data)


@pytest.mark.parametrize("table", ["kelurahan,city\nA,B\n", "kelurahan,kecamatan,city\nA,,B\n", ""])
def test_a_list_of_areas_that_is_none_is_told(tmp_path: Path, table: str) -> None:
    (tmp_path / "areas.csv").write_text(table)
    with pytest.raises(DataError, match=r"areas\.csv needs"):
        read_area_lines(tmp_path)


def test_another_citys_model_is_never_taken_instead(tmp_path: Path) -> None:
    done = run_command("parse-lines", "--data", write_rows(tmp_path), stdin="halo\n")
    assert done.returncode == 1
    assert "there is no model" in done.stderr

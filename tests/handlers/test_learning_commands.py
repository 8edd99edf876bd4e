"""``flask nlu``: what it learns from, in the app's environment alone; nothing here starts the other one."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from bot.desk import coordination
from handlers.commands import nlu
from handlers.edge import edge
from nlu import environment, live
from tests.handlers.city_hall import CityHall


@pytest.fixture(autouse=True)
def no_other_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed here: the Rasa side is not there, and no system runs."""
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "none")
    monkeypatch.setattr(live, "FOLDER", tmp_path / "nlu")


def run(hall: CityHall, *arguments: object) -> Result:
    hall.app.cli.add_command(nlu.commands)
    return hall.app.test_cli_runner().invoke(args=["nlu", *map(str, arguments)])


def one_sentence(result: Result) -> str:
    """What a command said that failed."""
    assert result.exit_code == 1
    (line,) = (line for line in result.output.splitlines() if line.startswith("Error: "))
    return line.removeprefix("Error: ")


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def make_ticket(hall: CityHall, handover: int, service: str) -> None:
    with hall.app.app_context(), hall.database.begin() as session:
        coordination.make_ticket(session, edge().rulebook, handover, service, hall.user_id(), hall.now)


def test_what_people_filed_is_exported_masked(hall: CityHall, tmp_path: Path) -> None:
    hall.coordinator()
    for words in ("Got mampet, telepon saya 0812-3456-7890", "got mampet, telepon saya 0813 3456 7890"):
        make_ticket(hall, hall.handover(words, "unsure"), "saluran_air")
    hall.handover("entahlah apa ini", "unsure")
    hall.handover("Boleh tanya?", "question")
    result = run(hall, "export-corrections", tmp_path / "out.jsonl")
    assert result.exit_code == 0, result.output
    assert lines_of(tmp_path / "out.jsonl") == [
        {
            "text": "got mampet, telepon saya [telepon]",
            "intent": "lapor",
            "service": "saluran_air",
            "also": [],
            "faq": None,
            "place": None,
        }
    ]
    (unsure,) = lines_of(tmp_path / "out.unlabelled.jsonl")
    assert (unsure["text"], unsure["intent"], unsure["service"]) == ("entahlah apa ini", None, None)
    assert "mampet" not in result.output


def test_an_answered_message_is_no_report(hall: CityHall, tmp_path: Path) -> None:
    hall.coordinator()
    handover = hall.handover("Bisakah?", "unsure")
    with hall.app.app_context(), hall.database.begin() as session:
        coordination.answer(session, edge().rulebook, handover, "Bisa.", hall.user_id(), hall.now)
    run(hall, "export-corrections", tmp_path / "out.jsonl")
    assert lines_of(tmp_path / "out.jsonl") == []
    assert len(lines_of(tmp_path / "out.unlabelled.jsonl")) == 1


def test_a_target_that_cannot_be_written(hall: CityHall, tmp_path: Path) -> None:
    assert "cannot be written" in one_sentence(run(hall, "export-corrections", tmp_path / "no" / "out.jsonl"))


def test_bad_history_is_told_in_one_sentence(hall: CityHall, tmp_path: Path) -> None:
    source = tmp_path / "keluhan.csv"
    source.write_text("isi,dinas\nsampah menumpuk,Dinas Sihir\n")
    assert "has no column 'teks'" in one_sentence(
        run(hall, "import-history", source, "--text=teks", "--label=dinas")
    )
    said = one_sentence(run(hall, "import-history", source, "--text=isi", "--label=dinas"))
    assert said.startswith("No service or agency in config.yml is called 'Dinas Sihir' (1);")
    assert list(tmp_path.glob("*/")) == []


def test_history_needs_the_other_environment(hall: CityHall, tmp_path: Path) -> None:
    source = tmp_path / "keluhan.csv"
    source.write_text("isi,dinas\nsampah menumpuk,sampah\nsampah menumpuk,sampah\n")
    result = run(hall, "import-history", source, "--text=isi", "--label=dinas")
    assert "The Rasa environment is missing" in one_sentence(result)
    assert "1 complaints can be learned from." in result.output
    assert "left out: 1 duplicates" in result.output


@pytest.mark.parametrize("command", ["promote", "rollback"])
def test_without_a_running_system_no_model_goes_live(hall: CityHall, command: str) -> None:
    assert "No system that keeps its own NLU server is running on port" in one_sentence(run(hall, command))

"""Another city is another folder: examples/tirtasari runs by the same code, with nothing of Jakarta in it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from app import create_app
from bot.errors import ConfigError
from bot.rulebook import TEXTS, Rulebook, load_rulebook
from bot.settings import ROOT, Settings
from nlu import environment, live
from storage.database import Database
from storage.models import OutboundMessage
from tests.support.clock import MoveableClock, at
from tests.support.desk import Number, meaning
from tests.support.settings import isolated_settings

TIRTASARI = ROOT / "examples" / "tirtasari"
DRY = "irigasi neng Sumberagung mampet pak, sawah garing"


@pytest.fixture(scope="module")
def tirtasari() -> Rulebook:
    return load_rulebook(isolated_settings(city_folder=TIRTASARI, mail_from="lapor@tirtasari.example"))


@pytest.fixture
def town(sqlite_database: Database, tirtasari: Rulebook, clock: MoveableClock) -> Iterator[Number]:
    with ThreadPoolExecutor(4) as pool:
        yield Number(sqlite_database, tirtasari, clock, pool)


def file_report(town: Number, text: str, service: str) -> list[str]:
    place = "neng Sumberagung"
    return [*town.says(text, meaning("lapor", service, place=place)), *town.says("ya", meaning("setuju"))]


def test_the_folder_is_checked_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_FOLDER", str(TIRTASARI))
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    monkeypatch.setenv("SECRET_KEY", "only for this test")
    told = create_app().test_cli_runner().invoke(args=["check-config"])
    assert told.exit_code == 0
    assert told.output.startswith(
        "Kabupaten Tirtasari: 6 agencies, 8 services, 2 routing rules, 6 standing answers"
    )


def test_what_the_model_is_taught_is_what_the_city_has(tirtasari: Rulebook) -> None:
    labels = yaml.safe_load((TIRTASARI / "nlu" / "labels.yml").read_text(encoding="utf-8"))
    assert set(labels["services"]) == set(tirtasari.city.services)
    assert set(labels["faq"]) == set(tirtasari.wording.answers)


def test_a_report_is_numbered_routed_and_answered(town: Number) -> None:
    replies = file_report(town, DRY, "irigasi")
    ticket = town.ticket()
    assert (ticket.agency, ticket.service) == ("dpupr", "irigasi")
    assert ticket.number.startswith("TS-")
    assert any(ticket.number in reply for reply in replies)
    town.later(minutes=5)
    assert ticket.number in town.letters()[0]
    assert not any("Jakarta" in reply for reply in replies)


def test_it_has_deadlines_of_its_own(town: Number) -> None:
    file_report(town, DRY, "irigasi")
    ticket = town.ticket()
    assert (ticket.solve_by - ticket.created_at).days == 10


def test_its_rules_send_a_fire_at_night_to_the_night_watch(town: Number) -> None:
    town.clock.at = at("2026-11-24T23:00+07:00")
    file_report(town, "wit ambruk neng Sumberagung", "kebakaran_bencana")
    town.later(minutes=5)
    with town.database.read() as session:
        letters = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "email")).all()
    assert [letter.recipient for letter in letters] == ["piket.bpbd@tirtasari.example"]


def test_its_standing_answers_are_given(town: Number) -> None:
    (reply,) = town.says("carane entuk pupuk subsidi?", meaning("tanya", "pertanian", faq="pupuk_subsidi"))
    assert "kelompok tani" in reply


def test_a_config_file_named_by_itself_counts() -> None:
    settings = isolated_settings(city_folder=TIRTASARI, config_file=ROOT / "config.yml")
    assert load_rulebook(settings).city.name == "Jakarta"
    assert isolated_settings(city_folder="").config_file == ROOT / "config.yml"


def test_sentences_of_its_own_are_all_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_bytes((TIRTASARI / "config.yml").read_bytes())
    own = tmp_path / "texts"
    own.mkdir()
    with pytest.raises(ConfigError) as caught:
        load_rulebook(isolated_settings(city_folder=tmp_path))
    assert "mail.txt is missing" in caught.value.problems[0]
    for path in (TEXTS / "texts").iterdir():
        (own / path.name).write_bytes(path.read_bytes())
    assert load_rulebook(isolated_settings(city_folder=tmp_path)).texts == own


def test_the_model_for_its_data_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "PYTHON", Path("/bin/true"))
    monkeypatch.setenv("CITY_FOLDER", str(TIRTASARI))
    assert environment.command(["serve", "--port", "1"])[2:5] == ["serve", "--data", str(TIRTASARI / "nlu")]
    assert "--data" not in environment.command(["answer", "--model", "m"])
    assert environment.command(["train", "--data", "other"])[2:] == ["train", "--data", "other"]
    assert live.folder_of(8000, environment.city_data()).name == "8000-tirtasari"
    monkeypatch.setenv("CITY_FOLDER", str(tmp_path))
    assert environment.city_data() is None


def test_the_folder_is_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_FOLDER", str(TIRTASARI))
    assert Settings().config_file == TIRTASARI / "config.yml"

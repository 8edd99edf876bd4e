"""Trial mode: only the numbers that are named are written to, and everybody who works here sees that it is so."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.rulebook import Rulebook
from handlers.doctor.findings import Mark
from handlers.doctor.installation import settings_findings
from handlers.phrases import Phrases
from storage.database import Database
from storage.models import Conversation, OutboundMessage
from tests.handlers.city_hall import CityHall, on, said_on
from tests.handlers.sealed_cases import AGENCY, log_in
from tests.support.settings import isolated_settings

BANNER = "Mode uji: hanya 2 nomor yang dikirimi pesan."
TRIAL = "+628110000001, +628110000002"


@pytest.fixture
def trial_hall(sqlite_database: Database, rulebook: Rulebook, tmp_path: Path) -> CityHall:
    settings = isolated_settings(public_url="http://localhost", media_folder=tmp_path, trial_numbers=TRIAL,
                                 simulator="on")  # fmt: skip
    return on(sqlite_database, rulebook, settings)


def test_the_numbers_as_the_courier_has_them() -> None:
    assert isolated_settings(trial_numbers=TRIAL).trial == frozenset({"+628110000001", "+628110000002"})
    assert isolated_settings().trial == frozenset()
    assert isolated_settings(trial_numbers=" , ").trial == frozenset()


@pytest.mark.parametrize(
    "number", ["08110000001", "+62 811 0000 001", "whatsapp:+628110000001", "+0811", "x", "+٦٢٨١١٠٠٠٠٠٠"]
)
def test_wrong_numbers_are_one_sentence(number: str) -> None:  # fmt: skip
    with pytest.raises(ValidationError) as caught:
        isolated_settings(trial_numbers=f"+628110000001,{number}")
    [problem] = caught.value.errors()
    assert problem["loc"] == ("trial_numbers",)
    assert f"{number}: no telephone number; write each as +6281234567890." in problem["msg"]


@pytest.mark.parametrize("path", ["", "undelivered", "costs", "duty", "praise", "incidents", "blocked"])
def test_every_page_of_the_console_says_so(trial_hall: CityHall, path: str) -> None:
    assert BANNER in said_on(log_in(trial_hall, "coordinator").get(f"/console/{path}"))


def test_without_it_no_page_does(hall: CityHall) -> None:
    assert "Mode uji" not in hall.coordinator().get("/console/").text


def test_agencies_see_it_too(trial_hall: CityHall) -> None:
    assert BANNER in said_on(log_in(trial_hall, "agency_officer", AGENCY).get("/console/"))


def test_the_simulator_says_so(trial_hall: CityHall) -> None:
    page = trial_hall.browser().get("/simulator", base_url="http://127.0.0.1:8000")
    assert (page.status_code, BANNER in said_on(page)) == (200, True)


def test_the_doctor_says_so() -> None:
    told = [
        finding for finding in settings_findings(isolated_settings(trial_numbers=TRIAL)) if "Trial" in finding.text
    ]
    assert [finding.mark for finding in told] == [Mark.WRONG]
    assert "only 2 numbers are sent messages" in told[0].text
    assert not [finding for finding in settings_findings(isolated_settings()) if "Trial" in finding.text]


def test_what_was_held_back_is_seen_in_the_conversation(hall: CityHall) -> None:
    talk = hall.conversation()
    with hall.database.begin() as session:
        address = session.get_one(Conversation, talk).address
        for number, error in enumerate(("trial", "opted_out", None)):
            session.add(OutboundMessage(key=f"k{number}", channel="whatsapp", recipient=address, wording="w",
                                        conversation_id=talk, body={"text": "Halo"}, created_at=hall.now,
                                        due_at=hall.now, state="cancelled", error=error))  # fmt: skip
    words = said_on(hall.coordinator().get(f"/console/conversations/{talk}"))
    assert "tidak dikirim (mode uji)" in words
    assert "tidak dikirim (warga tidak ingin dikabari)" in words
    assert words.count("dibatalkan") == 1


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        ("failed", "smtp_550", "gagal terkirim (smtp_550)"),
        ("failed", None, "gagal terkirim"),
        ("delivered", "63003", "sampai"),
        ("cancelled", "trial", "tidak dikirim (mode uji)"),
        ("odd", None, "odd"),
    ],
)
def test_how_far_a_message_came(hall: CityHall, state: str, error: str | None, said: str) -> None:
    assert Phrases(hall.rulebook.city, hall.now).delivery(state, error) == said

"""What people read: complete in every language, short enough for a button and for two SMS."""

import shutil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.case import SHORT_FORM
from bot.errors import ConfigError
from bot.rulebook import TEXTS, Rulebook
from bot.segments import foreign_characters, segments
from bot.wording.wording import BUTTON_LENGTH, Wording, load_wording, say_day
from tests.support.clock import at

JAKARTA = ZoneInfo("Asia/Jakarta")
DAY = at("2026-11-24T10:00+07:00")
TYPICAL: dict[str, Any] = {
    "number": "JK-7Q2M9X-4",
    "service": "Penerangan jalan umum",
    "at_place": ", Jalan Kebon Kacang 12 RT 03/RW 04",
    "place": "Jalan Kebon Kacang 12",
    "agency": "Dinas Sumber Daya Air",
    "solve_by": DAY,
    "longer": "",
    "answer_by": DAY,
    "since": DAY,
    "target": DAY,
    "target_now": "Target selesai Rabu 30 September.",
    "closed_at": DAY,
    "close_on": DAY,
    "expected_on": DAY,
    "office_hours": "pada hari kerja 07:30-16:00",
    "emergency_number": "113",
    "city": "Jakarta",
    "note": "Lubang sudah ditambal dan dirapikan tadi pagi oleh regu kami.",
    "list": "JK-7Q2M9X-4 Jalan rusak\nJK-1B3C5D-7 Sampah",
    "answer": "Kartu keluarga diurus di kelurahan, gratis.",
    "filed": "JK-7Q2M9X-4 Penerangan jalan umum, ke Dinas Bina Marga.\nJK-1B3C5D-7 Sampah, ke Dinas Pertamanan.",
    "question": "Kalau ada, berapa nomor tiangnya? Biasanya tertulis di badan tiang.",
    "check": "Sudah rekam data dan lewat 14 hari?",
    "days": 14,
    "count": "4",
    "others": "Lebih dari 25 warga lain",
    "page": "\nPantau: https://pengaduan.jakarta.go.id/t/7q2m9x40123456789abcdef",
    "link": "https://lapor.jakarta.example/t/JK-7Q2M9X-4/0123456789abcdef012345",
    "recipient": "Dinas Sumber Daya Air",
    "advice": "Dampingi korban dan ikuti petunjuk petugas di telepon.",
    "not_yet": "Rekam dulu data KTP-nya: bawa KK ke kelurahan mana saja. Tidak ada biayanya.",
    "place_line": "Lokasi: Jalan Kebon Kacang 12 RT 03/RW 04",
    "name": "Sari",
    "or_pin": ", atau kirim lokasi (pin)",
    "receipt": "HD-12",
    "story": "Rumah tetangga terbakar, apinya sudah besar dan masih ada orang di dalam, tolong cepat, gangn...",
    "messages": "12",
    "tickets": "3",
    "numbers": "JK-7Q2M9X-4, JK-1B3C5D-7, JK-2C4D6F-8",
    "opens": "07:30",
    "closes": "16:00",
}


def id_keys() -> list[str]:
    sentences = yaml.safe_load((TEXTS / "texts" / "id.yml").read_text(encoding="utf-8"))
    return [key for key in sentences if not key.startswith("mail_")]


def by_sms() -> list[str]:
    """Without those for which a shorter one is sent."""
    return [key for key in id_keys() if f"{key}{SHORT_FORM}" not in id_keys()]


@pytest.fixture
def wording(rulebook: Rulebook) -> Wording:
    return rulebook.wording


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A copy of the sentences and answers that a test may spoil."""
    for folder in ("texts", "answers"):
        shutil.copytree(TEXTS / folder, tmp_path / folder)
    return tmp_path


def spoil(texts: Path, name: str, key: str, value: dict[str, Any] | None) -> None:
    """Put an entry into a file of the copy; None takes it out."""
    path = texts / name
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if value is None:
        del data[key]
    else:
        data[key] = value
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def problems(texts: Path, *languages: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_wording(texts / "texts", texts / "answers", languages or ("id", "en"), JAKARTA)
    return caught.value.problems


def test_all_languages_have_the_same_sentences_with_the_same_values(wording: Wording) -> None:
    first, *others = wording.sentences.values()
    for other in others:
        assert other.keys() == first.keys()
        assert {key: s.fields for key, s in other.items()} == {key: s.fields for key, s in first.items()}
        assert {key: s.template for key, s in other.items()} == {key: s.template for key, s in first.items()}


def test_templates_name_values_that_their_sentence_has(wording: Wording) -> None:
    for sentences in wording.sentences.values():
        for key, sentence in sentences.items():
            assert set(sentence.variables) <= sentence.fields, key
            assert bool(sentence.template) == bool(sentence.variables), key


def test_every_title_fits_on_a_button(wording: Wording) -> None:
    for sentences in wording.sentences.values():
        titles = {key: s.text for key, s in sentences.items() if key.startswith("choice_")}
        assert titles
        assert {key: text for key, text in titles.items() if len(text) > BUTTON_LENGTH} == {}


@pytest.mark.parametrize("key", by_sms())
def test_every_indonesian_sentence_fits_into_two_sms(wording: Wording, key: str) -> None:
    text = wording.say(key, "id", TYPICAL)
    assert foreign_characters(text) == ""
    assert segments(text) <= 2, f"{len(text)} characters"


def test_every_value_of_every_sentence_is_known_to_this_test(wording: Wording) -> None:
    unknown = {field for key in id_keys() for field in wording.sentences["id"][key].fields} - TYPICAL.keys()
    assert unknown == set()


def test_a_day_is_said_as_people_say_it() -> None:
    late = at("2026-11-24T18:30+00:00")  # already Wednesday in Jakarta
    assert say_day(late, "id", JAKARTA) == "Rabu 25 November"
    assert say_day(late, "en", JAKARTA) == "Wednesday 25 November"


def test_a_missing_value_is_named(wording: Wording) -> None:
    with pytest.raises(KeyError, match="agency"):
        wording.say("reopened", "id", {"number": "JK-7Q2M9X-4"})


def test_what_a_citizen_wrote_in_braces_stays_what_it_is(wording: Wording) -> None:
    assert wording.say("number_unknown", "id", {"number": "{agency}"}).startswith("Nomor {agency} tidak")


def test_a_template_has_all_its_variables_even_when_one_is_empty(wording: Wording) -> None:
    values = {**TYPICAL, "note": ""}
    assert wording.template("follow_confirm", values, "id") == (
        "follow_confirm",
        {"1": "Dinas Sumber Daya Air", "2": "JK-7Q2M9X-4", "3": "Penerangan jalan umum", "4": "-"},
    )
    assert wording.template("greeting", TYPICAL, "id") is None


def test_a_sentence_that_one_language_lacks_is_told(texts: Path) -> None:
    spoil(texts, "texts/en.yml", "greeting", None)
    spoil(texts, "texts/id.yml", "welcome", None)
    assert problems(texts) == [
        "en.yml: greeting: it has no text in this language; write it.",
        "id.yml: welcome: it has no text in this language; write it.",
    ]


def test_values_that_differ_are_told(texts: Path) -> None:
    spoil(texts, "texts/en.yml", "reopened", {"text": "Sorry. {nummer}"})
    assert problems(texts) == ["en.yml: reopened: its values in braces differ from id.yml; use the same."]


def test_a_title_too_long_for_a_button_is_told(texts: Path) -> None:
    spoil(texts, "texts/en.yml", "choice_yes", {"text": "Yes, all of it is fixed"})
    assert problems(texts) == ["en.yml: choice_yes: a button takes 20 characters; shorten it."]


def test_an_unasked_sentence_needs_a_template(texts: Path) -> None:
    spoil(texts, "texts/en.yml", "follow_closed_silent", {"text": "Report {number} is closed."})
    [problem] = problems(texts)
    assert problem.startswith("en.yml: follow_closed_silent: it is sent unasked and needs a WhatsApp template")


def test_unknown_keys_and_missing_texts_are_told_with_their_place(texts: Path) -> None:
    spoil(texts, "texts/en.yml", "welcome", {"txt": "You are welcome."})
    assert {problem.split(": ")[1] for problem in problems(texts)} >= {"welcome.txt", "welcome.text"}


@pytest.mark.parametrize("content", ["- a\n- b\n", "just words\n", "a: b: c\n", "{\n"])
def test_a_file_that_is_no_table_of_sentences_is_told(texts: Path, content: str) -> None:
    (texts / "texts" / "en.yml").write_text(content)
    assert problems(texts)[0].startswith("en.yml: ")


@pytest.mark.parametrize("text", ["Halo {", "Halo }", "Halo {0}", "Halo {}", "Halo {a.b}", "Halo {a!r:>{b}}"])
def test_braces_that_cannot_be_filled_are_told(texts: Path, text: str) -> None:
    for name in ("texts/id.yml", "texts/en.yml"):
        spoil(texts, name, "welcome", {"text": text})
    assert any("welcome" in problem for problem in problems(texts))


def test_a_language_without_a_file_is_told(texts: Path) -> None:
    assert problems(texts, "id", "jv")[0] == "jv.yml: it is missing or no valid YAML; mend it."

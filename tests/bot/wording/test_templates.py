"""Templates as they are submitted to WhatsApp, and which of them a message is sent with."""

from dataclasses import replace
from typing import Any

import pytest

from bot.city.city import City, city_from
from bot.messages import SMS, WHATSAPP
from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.wording.templates import Template, content_sid, key_of, refusals, templates
from storage.database import Database
from storage.models import Citizen, Conversation, OutboundMessage
from tests.support.cities import small_city
from tests.support.clock import at

NOON = at("2026-11-24T12:00+07:00")


def city_with(**sids: str) -> City:
    return city_from(small_city(templates=sids))


def template(body: str, *samples: str, name: str = "news") -> Template:
    return Template(name, "id", body, tuple((f"value{n}", sample) for n, sample in enumerate(samples)))


def test_whatsapp_would_take_every_template_of_the_sample_city(rulebook: Rulebook) -> None:
    for language in rulebook.city.languages:
        found = templates(rulebook.city, rulebook.wording, language, NOON)
        sentences = rulebook.wording.sentences[language].values()
        assert len(found) == sum(1 for sentence in sentences if sentence.template)
        assert len(found) >= 10
        assert {t.name: list(refusals(t)) for t in found} == {t.name: [] for t in found}


def test_a_template_is_ready_to_be_submitted(rulebook: Rulebook) -> None:
    [question] = [t for t in templates(rulebook.city, rulebook.wording, "id", NOON) if t.name == "follow_question"]
    assert question.body == (
        "Petugas {{1}} perlu keterangan dari Anda untuk laporan {{2}} ({{3}}). Pertanyaannya: {{4}}\n"
        "Balas saja di sini."
    )
    assert question.variables == {
        "1": "Dinas Bina Marga",
        "2": "JK-7Q2M9X-4",
        "3": "Jalan rusak",
        "4": "Lubangnya di depan rumah nomor berapa?",
    }


def test_days_among_the_samples_are_written_out(rulebook: Rulebook) -> None:
    by_name = {t.name: t for t in templates(rulebook.city, rulebook.wording, "en", NOON)}
    assert by_name["follow_confirm_again_en"].variables["3"] == "Tuesday 1 December"


REFUSED: dict[str, tuple[Template, str]] = {
    "begins with a value": (template("{{1}} masih kami tangani.", "a"), "begins or ends"),
    "ends with a value": (template("Kami masih menangani {{1}}", "a"), "begins or ends"),
    "two values in a row": (template("Soal {{1}} {{2}} kami masih terus memantau.", "a", "b"), "follows another"),
    "few words": (template("Soal {{1}}, {{2}}.", "a", "b"), "1 words are too few for 2 values; 5"),
    "too long": (template("kami " * 300), "1500 characters"),
    "a name with capitals": (template("Kami pantau.", name="News"), "small letters"),
    "a value that nobody fills": (template("Soal {note} kami masih memantau."), "differ"),
    "a number without a value": (template("Soal {{2}} kami masih memantau.", "a"), "differ"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_whatsapp_refuses_is_told(what: str) -> None:
    refused, words = REFUSED[what]
    [reason] = refusals(refused)
    assert words in reason


def test_a_further_language_has_templates_of_its_own() -> None:
    city = city_with(news="HX1", news_en="HX2", other="HX3")
    assert [key_of("news", language, city) for language in ("id", "en")] == ["news", "news_en"]
    assert content_sid(city, "news", "id") == "HX1"
    assert content_sid(city, "news", "en") == "HX2"
    assert content_sid(city, "other", "en") == "HX3"  # better the first language than nothing
    assert content_sid(city, "missing", "id") is None


@pytest.mark.parametrize(
    ("channel", "language", "sid"), [(WHATSAPP, "id", "HX1"), (WHATSAPP, "en", "HX2"), (SMS, "id", None)]
)
def test_a_message_goes_out_with_the_template_of_its_language(
    sqlite_database: Database, rulebook: Rulebook, channel: str, language: str, sid: str | None
) -> None:
    city = rulebook.city.model_copy(update={"templates": {"person_answer": "HX1", "person_answer_en": "HX2"}})
    body = said(sqlite_database, replace(rulebook, city=city), channel, language)
    assert body.get("template") == sid
    assert body["text"] == "Besok.\nJam 8."
    if sid:
        assert body["variables"] == {"1": "Besok. Jam 8."}  # WhatsApp takes no line break in a value


def said(database: Database, rulebook: Rulebook, channel: str, language: str) -> dict[str, Any]:
    """The body of an answer that a person gives, as it stands in the outbox."""
    with database.begin() as session:
        citizen = Citizen(created_at=NOON)
        session.add(citizen)
        session.flush()
        conversation = Conversation(
            channel=channel,
            address="whatsapp:+628000001234",
            address_hash="hash",
            citizen_id=citizen.id,
            language=language,
            created_at=NOON,
            dialogue={},
        )
        session.add(conversation)
        session.flush()
        note = Note("answer:1", "person_answer", {"answer": "Besok.\nJam 8."})
        row = outbox.to_citizen(session, rulebook, conversation, note, NOON, NOON)
        return session.get_one(OutboundMessage, row).body

"""A person says what a message is that the system was not sure of: what becomes of it, and what is learned."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import readings, triage
from bot.desk.triage import Filed, Meant
from bot.errors import NotFoundError, RefusedError
from bot.learning import corrections
from bot.learning.examples import take_back
from bot.messages import Location, Media
from nlu.client import Guess, Place, Understanding
from storage.models import Alarm, AuditEntry, Conversation, Example, Handover, InboundMessage, Ticket, User
from storage.queries import handovers as queries
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning

HELLO = meaning("salam")
WORDS = "semrawut sekali di depan pasar Jaya, tolong ditindak"


def unclear(place: str = "") -> Understanding:
    """Sure of nothing: neither of what is wanted nor of what it is about."""
    intents = (Guess("lapor", 0.3), Guess("marah", 0.28), Guess("tanya", 0.2))
    services = (Guess("parkir_liar", 0.2), Guess("pkl", 0.12), Guess("kemacetan", 0.05))
    return Understanding(intents, services, place=Place(place, kelurahan="Tomang") if place else None)


def clerk(session: Session, clock: MoveableClock) -> int:
    found = session.scalar(select(User.id).where(User.email == "rina@jakarta.example"))
    if found:
        return found
    rina = User(email="rina@jakarta.example", password_hash="-", created_at=clock.now())
    session.add(rina)
    session.flush()
    return rina.id


def waiting(number: Number, reason: str = "unsure") -> Handover:
    """The newest message that waits for a person."""
    with number.database.read() as session:
        mine = select(Handover).where(Handover.reason == reason, Handover.answered_at.is_(None))
        return session.scalars(mine.order_by(Handover.id.desc()).limit(1)).one()


def file(number: Number, handover: Handover, meant: Meant) -> Filed:
    with number.database.begin() as session:
        rina = clerk(session, number.clock)
        filed = triage.file(session, number.rulebook, handover.id, meant, rina, number.clock.now())
    number.work()
    return filed


def examples(number: Number) -> list[tuple[str, str, str | None, str | None]]:
    with number.database.read() as session:
        rows = session.scalars(select(Example).order_by(Example.id)).all()
        return [(row.text, row.intent, row.service, row.place) for row in rows]


def unsure(number: Number, text: str = WORDS, place: str = "depan pasar Jaya", **more: object) -> Handover:
    """Somebody wrote what nobody is sure of."""
    number.says("halo", HELLO)
    number.says(text, unclear(place), **more)
    return waiting(number)


# -- what the model made of it ---------------------------------------------------------------------


def test_the_reading_is_kept_with_the_place_as_it_was_written(number: Number) -> None:
    handover = unsure(number)
    with number.database.read() as session:
        told = readings.heard(session, session.get_one(Handover, handover.id))
        record = session.get_one(InboundMessage, told.last_id).understanding
    assert told.reading is not None
    assert [guess.label for guess in told.reading.services] == ["parkir_liar", "pkl", "kemacetan"]
    assert told.reading.place == Place("depan pasar Jaya", kelurahan="Tomang")
    assert told.reading.kind == "lapor"
    assert "pasar" not in str(record)  # the column is not encrypted


def test_a_story_that_was_left_alone_is_read_with_the_photo_that_came_along(number: Number) -> None:
    asked = Understanding((Guess("lapor", 0.6),), (Guess("pkl", 0.3), Guess("parkir_liar", 0.2)))
    number.says(WORDS, asked)
    number.says("", media=(Media("https://example.org/1.jpg", "image/jpeg"),))
    number.later(hours=1)
    handover = waiting(number)
    with number.database.read() as session:
        told = readings.heard(session, session.get_one(Handover, handover.id))
    assert [bool(message.content.get("media")) for message in told.messages] == [False, True]
    assert told.reading is not None
    assert told.reading.services[0].label == "pkl"


def test_what_is_said_of_another_matter_is_not_its_reading(number: Number) -> None:
    """Of a message without words, or whose words are in no message, nothing is made up."""
    handover = unsure(number)
    with number.database.begin() as session:
        session.get_one(Handover, handover.id).text = "sesuatu yang lain"
    with number.database.read() as session:
        assert readings.heard(session, session.get_one(Handover, handover.id)) == readings.Heard()


# -- filing ----------------------------------------------------------------------------------------


def test_a_report_is_filed_with_its_place_and_its_citizen_is_told(number: Number) -> None:
    handover = unsure(number, location=Location(-6.17, 106.79))
    before = len(number.replies())
    filed = file(number, handover, Meant("lapor", "parkir_liar", Place("depan pasar Jaya", kelurahan="Tomang")))
    ticket = filed.ticket
    assert filed.is_new
    assert (ticket.kind, ticket.service, ticket.place, ticket.area) == (
        "lapor",
        "parkir_liar",
        "depan pasar Jaya",
        "Tomang",
    )
    assert ticket.latitude == pytest.approx(-6.17)
    (reply,) = number.replies()[before:]
    assert ticket.number in reply
    assert "depan pasar Jaya" in reply
    with number.database.read() as session:
        assert session.get_one(InboundMessage, handover.inbound_id).ticket_id == ticket.id
    assert examples(number) == [(WORDS, "lapor", "parkir_liar", "depan pasar Jaya")]


@pytest.mark.parametrize(
    ("kind", "service", "says"),
    [
        ("saran", "taman", "usul"),
        ("apresiasi", "taman", "senang mendengarnya"),
        ("darurat", "kebakaran", "113"),
        ("lapor", "parkir_liar", "lokasinya masih kosong"),
    ],
)
def test_each_kind_is_answered_as_the_conversation_does(
    number: Number, kind: str, service: str, says: str
) -> None:
    filed = file(number, unsure(number, place=""), Meant(kind, service))
    assert filed.ticket.kind == kind
    assert says in number.replies()[-1]
    assert filed.ticket.urgent is (kind == "darurat")
    with number.database.read() as session:
        assert (session.scalar(select(Alarm.id)) is not None) is filed.ticket.urgent


def test_what_is_added_next_belongs_to_it(number: Number) -> None:
    filed = file(number, unsure(number, place=""), Meant("lapor", "parkir_liar"))
    number.says("di Jalan Kemuning RT 03", meaning("tambah_info", place="Jalan Kemuning RT 03"))
    with number.database.read() as session:
        assert session.get_one(Ticket, filed.ticket.id).place == "Jalan Kemuning RT 03"


def test_a_question_that_is_open_meanwhile_stays_open(number: Number) -> None:
    handover = unsure(number)
    number.says("jalan berlubang parah sekali", meaning("lapor", "jalan_rusak"))
    before = dialogue(number)
    assert before["pending"]["asked"] == "place"
    file(number, handover, Meant("lapor", "lampu_jalan", Place("Jl. Melati")))
    after = dialogue(number)
    assert (after["pending"], after["draft"]) == (before["pending"], before["draft"])


def dialogue(number: Number) -> dict[str, dict[str, object]]:
    with number.database.read() as session:
        return session.scalars(select(Conversation)).one().dialogue


def test_the_same_report_of_the_same_citizen_is_not_filed_twice(number: Number) -> None:
    text = "jalan berlubang besar di Jl. Melati depan sekolah, sudah dua motor jatuh"
    number.says(text, meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    first = number.ticket()
    again = "jalan berlubang besar di Jl. Melati depan sekolah, sudah dua motor jatuh, kok didiamkan"
    number.says(again, unclear("Jl. Melati"))
    filed = file(number, waiting(number), Meant("lapor", "jalan_rusak", Place("Jl. Melati")))
    assert not filed.is_new
    assert filed.ticket.number == first.number
    assert first.number in number.replies()[-1]


def test_what_others_report_is_joined(number: Number) -> None:
    text = "pohon tumbang menutup Jl. Kenanga dekat pos RW 03"
    pin = Location(-6.17, 106.79)
    number.says(text, meaning("lapor", "pohon", place="Jl. Kenanga"), who="sim:2", location=pin)
    number.says("halo", HELLO)
    number.says(f"{text} tolong", unclear("Jl. Kenanga"), location=pin)
    filed = file(number, waiting(number), Meant("lapor", "pohon", Place("Jl. Kenanga")))
    with number.database.read() as session:
        assert session.get_one(Ticket, filed.ticket.id).incident_id is not None


def test_a_photo_without_words_needs_a_story(number: Number) -> None:
    number.says("", media=(Media("https://example.org/a.ogg", "audio/ogg"),))
    handover = waiting(number, "voice")
    with pytest.raises(RefusedError, match="tulis dulu singkat isinya"):
        file(number, handover, Meant("lapor", "sampah"))
    filed = file(number, handover, Meant("lapor", "sampah", story="Sampah di pasar tidak diangkut"))
    assert filed.ticket.story == "Sampah di pasar tidak diangkut"
    assert examples(number) == []  # they are not the citizen's words


@pytest.mark.parametrize(
    ("meant", "says"),
    [
        (Meant("lapor", "khayalan"), "Pilih salah satu layanan"),
        (Meant("tanya", "sampah"), "Pilih maksud"),
        (Meant("lapor", "sampah", Place("x" * 10_000)), "paling panjang 300"),
        (Meant("lapor", "sampah", story="x" * 10_000), "paling panjang 2000"),
    ],
)
def test_what_cannot_be_filed_changes_nothing(number: Number, meant: Meant, says: str) -> None:
    handover = unsure(number)
    with pytest.raises(RefusedError, match=says):
        file(number, handover, meant)
    assert waiting(number).id == handover.id
    assert examples(number) == []


def test_somebody_was_faster(number: Number) -> None:
    handover = unsure(number)
    file(number, handover, Meant("lapor", "pkl"))
    with pytest.raises(RefusedError, match="sudah dijawab rekan"):
        file(number, handover, Meant("lapor", "parkir_liar"))
    with number.database.begin() as session, pytest.raises(NotFoundError):
        triage.open_handover(session, 77)


# -- what is no report -----------------------------------------------------------------------------


def test_spam_is_told_once_and_then_nothing(number: Number) -> None:
    handover, said = unsure(number, "promo pinjaman cepat cair"), []
    for _ in range(2):
        with number.database.begin() as session:
            rina = clerk(session, number.clock)
            said.append(triage.let_go(session, number.rulebook, handover.id, rina, number.clock.now()))
        number.work()
        if len(said) == 1:
            assert "hanya untuk urusan layanan" in number.replies()[-1]
            number.says("promo pinjaman lagi ya kak", unclear())
            handover, before = waiting(number), len(number.replies())
    assert said == [True, False]
    assert len(number.replies()) == before
    assert [intent for _, intent, _, _ in examples(number)] == ["di_luar_cakupan"] * 2


def test_another_governments_business_gets_a_ready_sentence(number: Number) -> None:
    handover = unsure(number)
    with number.database.begin() as session:
        rina = clerk(session, number.clock)
        triage.refer_elsewhere(session, number.rulebook, handover.id, rina, number.clock.now())
    assert "bukan wewenang Pemprov Jakarta" in number.replies()[-1]
    assert number.wordings()[-1] == "person_answer"  # so that it can go out as a template
    assert examples(number) == [(WORDS, "di_luar_cakupan", None, None)]


def test_a_question_waits_for_its_answer(number: Number) -> None:
    handover = unsure(number)
    with number.database.begin() as session:
        triage.put_among_questions(session, handover.id, clerk(session, number.clock), number.clock.now())
    with number.database.read() as session:
        assert [h.id for h in queries.waiting(session, queries.is_light(), 9)[0]] == [handover.id]
        assert queries.waiting(session, queries.is_unsure(), 9) == ([], 0)
    assert examples(number) == [(WORDS, "tanya", None, None)]


# -- what the model learns -------------------------------------------------------------------------


def exported(number: Number) -> list[tuple[str, str]]:
    with number.database.read() as session:
        return [(each["text"], each["service"]) for each in corrections.labelled(session)]


def test_the_last_decision_about_the_same_words_counts(number: Number) -> None:
    file(number, unsure(number), Meant("lapor", "pkl"))
    number.clock.move(minutes=5)
    number.says(WORDS.upper(), unclear(), who="sim:2")
    file(number, waiting(number), Meant("lapor", "parkir_liar"))
    assert exported(number) == [(WORDS.upper(), "parkir_liar")]


def test_numbers_are_masked(number: Number) -> None:
    number.nlu.script[f"{WORDS}, telepon [telepon]"] = unclear()
    file(number, unsure(number, f"{WORDS}, telepon 0812-3456-7890"), Meant("lapor", "pkl"))
    assert examples(number)[0][0] == f"{WORDS}, telepon [telepon]"


def test_one_that_was_taken_back_is_not_exported(number: Number) -> None:
    file(number, unsure(number), Meant("lapor", "pkl"))
    with number.database.begin() as session:
        # The audit has begun: what was filed before examples were kept is another matter.
        session.add(AuditEntry(at=number.clock.now() - timedelta(days=1), action="looked", subject="", data={}))
        kept = session.scalars(select(Example.id)).one()
        assert take_back(session, kept)
        assert not take_back(session, kept)
    assert exported(number) == []


def test_a_sealed_matter_teaches_nothing_and_nobody_is_told(number: Number) -> None:
    handover = unsure(number)
    before = number.replies()
    filed = file(number, handover, Meant("lapor", "perempuan_anak"))
    assert filed.ticket.sealed
    assert number.replies() == before
    assert examples(number) == []


def test_what_was_kept_before_somebody_told_in_confidence_is_not_exported(number: Number) -> None:
    file(number, unsure(number), Meant("lapor", "pkl"))
    assert exported(number)
    number.later(hours=1)
    number.says("ada yang ingin saya sampaikan lagi", unclear())
    file(number, waiting(number), Meant("lapor", "perempuan_anak"))
    assert exported(number) == []


@pytest.mark.parametrize("reason", ["flood", "english"])
def test_many_messages_at_once_and_english_are_no_examples(number: Number, reason: str) -> None:
    handover = unsure(number)
    with number.database.begin() as session:
        session.get_one(Handover, handover.id).reason = reason
    file(number, handover, Meant("lapor", "pkl"))
    assert examples(number) == []


def test_whoever_wants_their_data_erased_teaches_nothing_any_more(number: Number) -> None:
    file(number, unsure(number), Meant("lapor", "pkl"))
    assert examples(number)
    number.says("hapus data saya")
    number.says("ya", meaning("setuju"))
    assert examples(number) == []

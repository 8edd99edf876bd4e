"""What citizens ask by message, through the real number: consents, requests, and nothing left after HAPUS DATA."""

from datetime import timedelta

from sqlalchemy import select

from bot.intake import senders
from bot.personal import consents, sweeping
from storage.models import Citizen, Consent, Erasure, Example, RightsRequest, User
from tests.bot.personal.somebody import values
from tests.support.desk import Number, meaning

REPORT = meaning("lapor", "saluran_air", place="Gang Kemuning 4")
STORY = "got mampet di Gang Kemuning 4 depan rumah hijau"
WHO = {"who": "+6281290909090", "profile_name": "Zubaidah"}
YES = meaning("setuju")


def told(number: Number) -> list[tuple[str, bool]]:
    with number.database.read() as session:
        return [(row.about, row.given) for row in session.scalars(select(Consent).order_by(Consent.id))]


def requests(number: Number) -> list[tuple[str, str, str | None]]:
    with number.database.read() as session:
        rows = session.scalars(select(RightsRequest).order_by(RightsRequest.id)).all()
    return [(row.kind, row.via, row.outcome) for row in rows]


def test_nothing_is_left_of_whoever_lived_through_it_all(number: Number) -> None:
    number.says(STORY, REPORT, **WHO)
    number.later(minutes=5)
    number.says("tambahan: rumah nomor 12 cat hijau", meaning("tambah_info"), **WHO)
    number.agency("accept")
    number.agency("claim_done", "Sudah dikeruk, kata Bu Zubaidah beres", None)
    number.later(days=1)
    number.says("belum, masih mampet di depan rumah hijau", meaning("tidak_setuju"), **WHO)
    number.later(days=2)
    number.says("saya Zubaidah mau bicara petugas soal rumah hijau", meaning("bicara_petugas"), **WHO)
    number.says("hapus data", **WHO)
    number.says("ya", YES, **WHO)
    assert "HD-1" in number.said()[-1] or any("HD-1" in said for said in number.said())
    number.later(days=3)
    sweeping.run_due(number.database, number.rulebook, number.clock.now())
    with number.database.read() as session:
        found = values(session)
    words = ("Kemuning", "hijau", "Zubaidah", "81290909090", "mampet", "nomor 12")
    assert sorted({f"{where}: {value[:60]}" for where, value in found for word in words if word in value}) == []
    assert requests(number) == [("erasure", "message", "done")]


def test_the_row_of_the_ledger_comes_with_the_turn(number: Number) -> None:
    number.says(STORY, REPORT)
    number.says("hapus data")
    number.says("ya", YES)
    with number.database.read() as session:
        row, request = session.scalars(select(Erasure)).one(), session.scalars(select(RightsRequest)).one()
        citizen = session.scalars(select(Citizen)).one()
    assert (row.citizen_id, row.written_at, row.reason) == (citizen.id, None, "request")
    assert row.counts["tickets"] == 1
    assert request.proof == row.proof


def test_a_citizen_of_two_channels_is_forgotten_on_both(number: Number) -> None:
    """What is being talked about by the other channel as well."""
    number.says(STORY, REPORT)
    with number.database.begin() as session:
        from storage.models import Conversation

        talk = session.scalars(select(Conversation)).one()
        sender = senders.Sender("sms", "+6281290909090", "hash of the other")
        other = senders.conversation_of(session, sender, number.clock.now())
        other.citizen_id = talk.citizen_id
        other.dialogue = {"draft": {"kind": "lapor", "story": "pohon miring"}}
    number.says("hapus data")
    number.says("ya", YES)
    with number.database.read() as session:
        talks = session.scalars(select(Conversation)).all()
        assert [(talk.address, talk.dialogue, talk.wake_at) for talk in talks] == [("", {}, None)] * 2
        assert len({talk.address_hash for talk in talks}) == 2


def test_what_comes_behind_the_yes_is_somebody_new(number: Number) -> None:
    number.says(STORY, REPORT)
    number.says("hapus data")
    number.hears("ya", YES)
    number.work()
    number.says("pohon tumbang di Jalan Baru 9", meaning("lapor", "pohon", place="Jalan Baru 9"))
    assert "sudah kami catat" in number.replies()[-1]
    with number.database.read() as session:
        assert len(session.scalars(select(Citizen)).all()) == 2


def test_consents_are_noted_as_they_are_given(number: Number) -> None:
    number.says(f"{STORY}, tolong rahasiakan nama saya", REPORT)
    number.says("berhenti")
    number.says("mulai")
    assert told(number) == [
        (consents.NAME, False),
        (consents.NOTICE, True),
        (consents.NEWS, False),
        (consents.NEWS, True),
    ]


def test_a_wish_to_stay_unnamed_is_noted_once(number: Number) -> None:
    number.says("tolong rahasiakan nama saya", meaning("tanya"))
    number.says("tolong rahasiakan nama saya", meaning("tanya"))
    assert told(number).count((consents.NAME, False)) == 1


def test_withdrawing_consent_restricts_and_is_a_request_that_is_done(number: Number) -> None:
    number.says(STORY, REPORT)
    number.says("cabut persetujuan")
    assert told(number)[1:] == [(consents.USE, False), (consents.NEWS, False), (consents.NAME, False)]
    assert requests(number) == [("withdrawal", "message", "done")]
    with number.database.read() as session:
        citizen = session.scalars(select(Citizen)).one()
        assert (citizen.hide_name, citizen.opted_out_at is not None) == (True, True)
        assert consents.is_restricted(session, citizen.id)
    number.says("mulai")
    with number.database.read() as session:
        assert not consents.is_restricted(session, citizen.id)


def test_a_restricted_citizen_teaches_nothing(number: Number) -> None:
    from bot.learning import examples
    from bot.learning.examples import Label
    from storage.models import Handover

    number.says("saya mau bicara petugas", meaning("bicara_petugas"))
    with number.database.begin() as session:
        session.add(User(email="a@jakarta.example", password_hash="-", created_at=number.clock.now()))
    with number.database.begin() as session:
        handover = session.scalars(select(Handover)).one()
        assert examples.keep(session, handover, handover.inbound_id, Label("tanya"), 1, number.clock.now())
    number.says("batasi data saya")
    with number.database.begin() as session:
        assert session.scalars(select(Example)).all() == []
        handover = session.scalars(select(Handover)).one()
        assert examples.keep(session, handover, handover.inbound_id, Label("tanya"), 1, number.clock.now()) is None


def test_a_copy_is_offered_by_a_link(number: Number) -> None:
    number.says(STORY, REPORT)
    (reply,) = number.says("minta salinan")
    assert "/salinan/1/" in reply
    assert requests(number) == [("access", "link", None)]


def test_whoever_told_something_in_confidence_gets_no_link(number: Number) -> None:
    number.says("suami saya memukul saya tadi malam", meaning("lapor", "perempuan_anak", place="Gang Kenari 7"))
    (reply,) = number.says("minta salinan")
    assert "/salinan/" not in reply
    assert requests(number) == [("access", "message", None)]
    with number.database.read() as session:
        row = session.scalars(select(RightsRequest)).one()
    assert row.due_at - row.asked_at == timedelta(hours=72)


def test_a_name_is_put_right(number: Number) -> None:
    number.says(STORY, REPORT, profile_name="sari_77")
    (reply,) = number.says("Tolong ubah nama saya menjadi Sari Dewi Lestari")
    assert "Sari Dewi Lestari" in reply
    with number.database.read() as session:
        assert session.scalars(select(Citizen.name)).one() == "Sari Dewi Lestari"
    assert requests(number) == [("correction", "message", "done")]


def test_a_report_about_a_name_is_no_new_name(number: Number) -> None:
    words = number.rulebook.words
    for text in (
        "ubah nama jalan menjadi Jalan Baru",
        "nama saya Sari",
        "ubah nama saya",
        "ganti nama saya di KTP?",
    ):
        assert words.new_name(text) is None, text
    assert words.new_name("pak tolong ganti nama sy jadi  Budi") == "Budi"

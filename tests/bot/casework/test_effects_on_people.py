"""What a turn leaves behind about the one who writes: for whom, in which language, and after erasing nothing."""

from sqlalchemy import select

from bot.intake import inbox
from bot.messages import SIMULATOR, Content, Incoming
from storage import keyring
from storage.models import (
    Citizen,
    CivilServant,
    Conversation,
    Handover,
    InboundMessage,
    OutboundMessage,
    Ticket,
    User,
)
from tests.support.desk import Number, meaning

POTHOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
STORY = "jalan di Jl. Melati berlubang parah"
YES = meaning("setuju")


# -- people -----------------------------------------------------------------------------------------------------


def test_a_registered_civil_servant_reports_for_others(number: Number) -> None:
    phone = "+628000000777"
    with number.database.begin() as session:
        user = User(email="a@example.org", password_hash="", role="coordinator", created_at=number.clock.now())
        session.add(user)
        session.flush()
        servant = CivilServant(
            phone_hash=keyring.current().lookup(phone),
            name="Lurah Contoh",
            unit="Kelurahan Contoh",
            created_at=number.clock.now(),
            created_by=user.id,
        )
        session.add(servant)
    number.nlu.script[STORY] = POTHOLE
    message = Incoming(SIMULATOR, "x1", "sim:7", "sim", Content(text=STORY), phone=phone)
    with number.database.begin() as session:
        inbox.store(session, message, number.rulebook.words, number.clock.now())
    number.work()
    assert number.ticket().on_behalf


def test_a_citizen_without_a_registration_does_not(number: Number) -> None:
    number.says(STORY, POTHOLE)
    assert not number.ticket().on_behalf


def test_a_name_once_hidden_stays_hidden(number: Number) -> None:
    number.says(f"{STORY}, tolong rahasiakan nama saya", POTHOLE, profile_name="Sari")
    number.says("laporan saya gimana", meaning("cek_status"))
    with number.database.read() as session:
        citizen = session.scalars(select(Citizen)).one()
    assert (citizen.name, citizen.hide_name) == ("Sari", True)


def test_english_is_answered_in_english_and_indonesian_again_in_indonesian(number: Number) -> None:
    (reply,) = number.says("there is a big hole in the road near my house", POTHOLE)
    assert "A person will read this" in reply
    (reply,) = number.says("jalan di depan rumah saya rusak yang di Jl. Melati", POTHOLE)
    assert "sudah kami catat" in reply


# -- rights -----------------------------------------------------------------------------------------------------


def test_my_data_tells_what_is_there(number: Number) -> None:
    number.says(STORY, POTHOLE, profile_name="Sari")
    (reply,) = number.says("data saya")
    assert number.ticket().number in reply
    assert "Sari" in reply


def test_after_erasing_nothing_of_what_was_said_is_left(number: Number) -> None:
    number.says(STORY, POTHOLE, profile_name="Sari")
    number.later(minutes=5)
    number.says("kapan dikerjakan ya, saya Sari di nomor rumah 12", meaning("bicara_petugas"))
    number.says("hapus data")
    number.says("ya", YES)
    assert "sudah kami hapus" in number.replies()[-1]
    with number.database.read() as session:
        messages = session.scalars(select(InboundMessage)).all()
        assert [(m.text, m.content, m.raw, m.address) for m in messages] == [("", {}, {}, "")] * len(messages)
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.status, ticket.story, ticket.place, ticket.masked_story) == ("withdrawn", "", None, "")
        assert {event.note for event in ticket.events} == {None}
        assert session.scalars(select(Citizen)).one().name is None
        assert [handover.text for handover in session.scalars(select(Handover))] == [""]
        told = session.scalars(select(OutboundMessage).where(OutboundMessage.wording == "report_filed")).one()
        assert (told.body["text"], told.recipient) == ("", "")
    assert "Dicabut" in number.letters()[-1]


def test_whoever_writes_again_after_erasing_is_somebody_new(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.says("hapus data")
    number.says("ya", YES)
    number.says("laporan saya gimana", meaning("cek_status"))
    assert "Belum ada laporan" in number.replies()[-1]
    with number.database.read() as session:
        assert len(session.scalars(select(Conversation)).all()) == 2


def test_nothing_follows_an_erased_citizen(number: Number) -> None:
    number.says(STORY, POTHOLE)
    number.later(minutes=5)
    number.says("hapus data")
    number.says("ya", YES)
    before = len(number.replies())
    number.later(days=30)
    assert len(number.replies()) == before

"""Senders who are not answered any more: kept, silent, and answered again when somebody says so."""

import pytest
from sqlalchemy import select

from bot.desk import blocking, holding
from bot.errors import NotFoundError, RefusedError
from storage.models import Citizen, CivilServant, Conversation, Handover, InboundMessage, User
from storage.queries import people
from tests.support.desk import Number, meaning

HOLE = "jalan berlubang di depan pasar Pramuka"
MEANS_HOLE = meaning("lapor", "jalan_rusak", place="depan pasar Pramuka")


@pytest.fixture
def rina(number: Number) -> int:
    with number.database.begin() as session:
        row = User(email="rina@jakarta.example", password_hash="-", created_at=number.clock.now())
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def talk(number: Number) -> int:
    number.says("PINJAMAN CEPAT CAIR", meaning("spam"))
    with number.database.read() as session:
        return session.scalars(select(Conversation.id)).one()


def block(number: Number, talk: int, who: int, reason: str = "Iklan terus-menerus") -> bool:
    with number.database.begin() as session:
        return blocking.block(session, talk, reason, who, number.clock.now())


def listed(number: Number) -> list[people.Blocked]:
    with number.database.read() as session:
        return people.blocked(session, 10)


def test_a_blocked_sender_is_kept_and_not_answered(number: Number, talk: int, rina: int) -> None:
    assert [block(number, talk, rina) for _ in range(2)] == [True, False]
    number.clock.move(minutes=1)
    assert number.says(HOLE, MEANS_HOLE) == []
    with number.database.read() as session:
        last = session.scalars(select(InboundMessage).order_by(InboundMessage.id.desc()).limit(1)).one()
    assert (last.text, last.outcome) == (HOLE, "blocked")
    (row,) = listed(number)
    assert (row.conversation_id, row.reason, row.by, row.kept) == (
        talk,
        "Iklan terus-menerus",
        "rina@jakarta.example",
        1,
    )


def test_an_emergency_is_answered_all_the_same(number: Number, talk: int, rina: int) -> None:
    block(number, talk, rina)
    assert "112" in number.says("kebakaran di rumah sebelah, tolong", meaning("darurat", "kebakaran"))[0]


def test_a_flood_of_a_blocked_sender_is_not_answered_either(number: Number, talk: int, rina: int) -> None:
    block(number, talk, rina)
    before = number.replies()
    for n in range(number.rulebook.city.limits.messages_a_minute + 5):
        number.hears(f"PINJAMAN {n}", meaning("spam"))
    number.work()
    assert number.replies() == before
    with number.database.read() as session:
        assert session.scalars(select(Handover).where(people.waits_for_answer())).all() == []


def test_unblocked_they_are_answered_from_their_next_message_on(number: Number, talk: int, rina: int) -> None:
    block(number, talk, rina)
    number.says("halo?", meaning("salam"))
    with number.database.begin() as session:
        citizen = session.scalars(select(Citizen.id)).one()
        assert [blocking.unblock(session, citizen, rina) for _ in range(2)] == [True, False]
    number.work()
    assert listed(number) == []
    (answer,) = number.says(HOLE, MEANS_HOLE)
    assert "Jalan rusak" in answer


def test_blocked_twice_the_latest_reason_counts(number: Number, talk: int, rina: int) -> None:
    block(number, talk, rina, "Iklan")
    with number.database.begin() as session:
        blocking.unblock(session, session.scalars(select(Citizen.id)).one(), rina)
    block(number, talk, rina, "Kasar kepada petugas")
    assert [row.reason for row in listed(number)] == ["Kasar kepada petugas"]


def test_what_waits_leaves_the_queue_and_a_hold_ends(number: Number, talk: int, rina: int) -> None:
    now = number.clock.now()
    with number.database.begin() as session:
        session.add(Handover(conversation_id=talk, reason="unsure", text="x", created_at=now, due_at=now))
        holding.take(session, number.rulebook, talk, rina, now)
    block(number, talk, rina)
    with number.database.read() as session:
        assert session.scalars(select(Handover.id).where(Handover.answered_at.is_(None))).all() == []
        assert session.get_one(Conversation, talk).held_by is None


@pytest.mark.parametrize("reason", ["", "  \n", "\u202e", "x" * 301])
def test_a_reason_is_needed(number: Number, talk: int, rina: int, reason: str) -> None:
    with pytest.raises(RefusedError, match="Tulis alasannya"):
        block(number, talk, rina, reason)
    assert listed(number) == []


def test_nobody_blocks_themselves_or_a_civil_servant(number: Number, talk: int, rina: int) -> None:
    with number.database.begin() as session:
        session.scalars(select(Citizen)).one().phone_hash = "the same"
        session.get_one(User, rina).phone_hash = "the same"
    with pytest.raises(RefusedError, match="nomor petugas"):
        block(number, talk, rina)
    with number.database.begin() as session:
        session.get_one(User, rina).phone_hash = None
        row = CivilServant(phone_hash="the same", name="Budi", unit="RW 3", created_by=rina)
        row.created_at = number.clock.now()
        session.add(row)
    with pytest.raises(RefusedError, match="nomor petugas"):
        block(number, talk, rina)


def test_unknown_ids(number: Number, talk: int, rina: int) -> None:
    with pytest.raises(NotFoundError):
        block(number, talk + 1, rina)
    with number.database.begin() as session, pytest.raises(NotFoundError):
        blocking.unblock(session, 999, rina)


def test_the_log_names_nobody(number: Number, talk: int, rina: int, capsys: pytest.CaptureFixture[str]) -> None:
    block(number, talk, rina, "Iklan dari 0812 0000 0456")
    said = capsys.readouterr().out
    assert "sender_blocked" in said
    assert "0456" not in said
    assert "sim:1" not in said

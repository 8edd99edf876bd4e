"""A person takes a conversation over and gives it back: the bot is silent meanwhile, and nothing is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversation.state import Asked, Dialogue, Draft, Pending
from bot.desk import holding
from bot.errors import NotFoundError, RefusedError
from storage.models import Conversation, Handover, InboundMessage, User
from storage.queries import people
from tests.support.desk import Number, meaning

HOLE = "jalan berlubang di depan pasar Pramuka"
MEANS_HOLE = meaning("lapor", "jalan_rusak", place="depan pasar Pramuka")
ONCE = "a-form-of-a-test"


def user(number: Number, email: str) -> int:
    with number.database.begin() as session:
        row = User(email=email, password_hash="-", created_at=number.clock.now())
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def rina(number: Number) -> int:
    return user(number, "rina@jakarta.example")


@pytest.fixture
def talk(number: Number) -> int:
    """Somebody who wrote and was answered."""
    assert number.says("halo", meaning("salam"))
    with number.database.read() as session:
        return session.scalars(select(Conversation.id)).one()


def take(number: Number, talk: int, who: int, instead_of: int | None = None) -> bool:
    with number.database.begin() as session:
        return holding.take(session, number.rulebook, talk, who, number.clock.now(), instead_of)


def reply(number: Number, talk: int, who: int, text: str = "Kami cek dulu, Bu.", once: str = ONCE) -> bool:
    with number.database.begin() as session:
        return holding.reply(session, number.rulebook, talk, who, text, once, number.clock.now())


def give_back(number: Number, talk: int, who: int, seen: int = 0, *, rest: bool = True) -> bool:
    with number.database.begin() as session:
        return holding.give_back(session, talk, who, seen, number.clock.now(), answer_rest=rest)


def end_abandoned(number: Number) -> int:
    return holding.run_due(number.database, number.rulebook, number.clock.now())


def last_message(number: Number) -> InboundMessage:
    with number.database.read() as session:
        return session.scalars(select(InboundMessage).order_by(InboundMessage.id.desc()).limit(1)).one()


def held_now(number: Number) -> list[people.Held]:
    with number.database.read() as session:
        return people.held(session, 10)


def conversation(session: Session) -> Conversation:
    return session.scalars(select(Conversation)).one()


def test_the_bot_is_silent_and_the_person_speaks(number: Number, talk: int, rina: int) -> None:
    take(number, talk, rina)
    assert number.says(HOLE, MEANS_HOLE) == []
    assert last_message(number).outcome == "with_person"
    reply(number, talk, rina)
    assert number.replies()[-1] == "Kami cek dulu, Bu."
    assert number.says("baik", meaning("terima_kasih")) == []


def test_an_emergency_is_answered_all_the_same(number: Number, talk: int, rina: int) -> None:
    take(number, talk, rina)
    assert "112" in number.says("kebakaran di rumah sebelah, tolong", meaning("darurat", "kebakaran"))[0]


def test_who_holds_it_since_when_and_what_is_unread(number: Number, talk: int, rina: int) -> None:
    since = number.clock.now()
    take(number, talk, rina)
    number.says("satu")
    number.says("dua")
    (row,) = held_now(number)
    assert (row.conversation_id, row.holder_id, row.holder, row.since) == (
        talk,
        rina,
        "rina@jakarta.example",
        since,
    )
    assert (row.unread, row.ends_at) == (2, since + timedelta(hours=12))
    reply(number, talk, rina)
    (row,) = held_now(number)
    assert (row.unread, row.ends_at) == (0, number.clock.now() + timedelta(hours=12))
    give_back(number, talk, rina)
    assert held_now(number) == []


def test_what_came_just_before_and_was_not_read_yet_counts_as_unread(number: Number, talk: int, rina: int) -> None:
    number.hears(HOLE, MEANS_HOLE)
    take(number, talk, rina)
    number.work()
    assert held_now(number)[0].unread == 1


def test_given_back_it_answers_what_nobody_answered_and_nothing_else(number: Number, talk: int, rina: int) -> None:
    number.says("sampah menumpuk di Jl. Melati 3", meaning("lapor", "sampah", place="Jl. Melati 3"))
    take(number, talk, rina)
    number.says("lampu mati di Jl. Kenanga", meaning("lapor", "lampu_jalan", place="Jl. Kenanga"))
    number.clock.move(minutes=1)
    reply(number, talk, rina, "Lampunya sudah kami catat.")
    number.clock.move(minutes=1)
    assert number.says(HOLE, MEANS_HOLE) == []
    before = len(number.replies())
    give_back(number, talk, rina)
    number.clock.move(minutes=1)
    number.work()
    (answer,) = number.replies()[before:]
    assert "Jalan rusak" in answer
    assert number.ticket().service == "jalan_rusak"
    number.later(hours=1)
    assert number.replies()[before:] == [answer]


def test_what_the_person_saw_and_settled_is_not_answered(number: Number, talk: int, rina: int) -> None:
    take(number, talk, rina)
    number.says("sudah saya telepon tadi, terima kasih")
    seen = last_message(number).id
    number.says(HOLE, MEANS_HOLE)  # came while the page stood open
    before = len(number.replies())
    give_back(number, talk, rina, seen, rest=False)
    number.clock.move(minutes=1)
    number.work()
    (answer,) = number.replies()[before:]
    assert "Jalan rusak" in answer
    with number.database.read() as session:
        assert session.get_one(InboundMessage, seen).outcome == "with_person"


def test_the_bot_goes_on_after_it_has_it_back(number: Number, talk: int, rina: int) -> None:
    take(number, talk, rina)
    give_back(number, talk, rina)
    assert "Jalan rusak" in number.says(HOLE, MEANS_HOLE)[0]


def test_each_step_is_done_once(number: Number, talk: int, rina: int) -> None:
    assert [take(number, talk, rina) for _ in range(2)] == [True, False]
    assert [reply(number, talk, rina) for _ in range(2)] == [True, False]
    assert reply(number, talk, rina, "Sudah dicek.", ONCE), "the same form with other words is another message"
    assert reply(number, talk, rina, "Sudah dicek.", "another-form")
    assert [give_back(number, talk, rina) for _ in range(2)] == [True, False]
    assert not reply(number, talk, rina), "sent again after it was given back"
    number.work()
    assert number.replies()[-3:] == ["Kami cek dulu, Bu.", "Sudah dicek.", "Sudah dicek."]


def test_a_colleagues_hold_is_taken_over_only_knowingly(number: Number, talk: int, rina: int) -> None:
    budi = user(number, "budi@jakarta.example")
    take(number, talk, rina)
    number.says("masih menunggu")
    with pytest.raises(RefusedError, match="sedang dipegang oleh rina@"):
        take(number, talk, budi)
    with pytest.raises(RefusedError, match="sedang dipegang oleh rina@"):
        take(number, talk, budi, instead_of=budi)
    assert take(number, talk, budi, instead_of=rina)
    (row,) = held_now(number)
    assert (row.holder_id, row.unread) == (budi, 1), "what the first one left is still unread"
    for step in (lambda: reply(number, talk, rina), lambda: give_back(number, talk, rina)):
        with pytest.raises(RefusedError, match="sedang dipegang oleh budi@"):
            step()


def test_who_does_not_hold_it_cannot_write(number: Number, talk: int, rina: int) -> None:
    for step in (lambda: reply(number, talk, rina), lambda: give_back(number, talk, rina)):
        with pytest.raises(RefusedError, match="ambil alih dulu"):
            step()
    with pytest.raises(NotFoundError):
        take(number, talk + 1, rina)


@pytest.mark.parametrize("text", ["", " \n", "\x00\u202e", "x" * 1_601, "x" * 10_000])
def test_no_text_and_too_much_of_it(number: Number, talk: int, rina: int, text: str) -> None:
    take(number, talk, rina)
    with pytest.raises(RefusedError, match="paling panjang 1600 huruf"):
        reply(number, talk, rina, text)


@pytest.mark.parametrize("once", ["", "short", "x" * 65, "a form; with %", "ä" * 10])
def test_a_form_without_its_name(number: Number, talk: int, rina: int, once: str) -> None:
    take(number, talk, rina)
    with pytest.raises(RefusedError, match="kirim sekali lagi"):
        reply(number, talk, rina, once=once)


def test_an_abandoned_hold_ends_by_itself_and_what_was_unread_is_answered(
    number: Number, talk: int, rina: int
) -> None:
    take(number, talk, rina)
    number.clock.move(hours=2)
    reply(number, talk, rina)
    number.clock.move(hours=1)
    assert number.says(HOLE, MEANS_HOLE) == []
    number.clock.move(hours=10, minutes=58)
    assert end_abandoned(number) == 0, (
        "13 hours and 59 minutes after it was taken, not 12 hours after the last word"
    )
    number.clock.move(minutes=1)
    assert end_abandoned(number) == 1
    assert end_abandoned(number) == 0
    before = len(number.replies())
    number.work()
    assert "Jalan rusak" in number.replies()[before:][0]
    with number.database.read() as session:
        assert conversation(session).held_by is None


def test_a_hold_that_was_renewed_meanwhile_goes_on(number: Number, talk: int, rina: int) -> None:
    take(number, talk, rina)
    number.clock.move(hours=12)
    with number.database.read() as session:
        assert people.abandoned(session, number.clock.now(), 10) == [talk]
    reply(number, talk, rina)
    assert end_abandoned(number) == 0
    assert held_now(number)


def test_an_open_question_of_the_bot_is_dropped(number: Number, talk: int, rina: int) -> None:
    """Else a "ya" that was meant for the person would withdraw a report later."""
    now = number.clock.now()
    pending = Pending(Asked.WITHDRAW, now, ("withdraw", "keep"), ticket="JK-000000-0")
    with number.database.begin() as session:
        conversation(session).dialogue = Dialogue(pending=pending, recent="JK-000000-0").to_json()
    take(number, talk, rina)
    with number.database.read() as session:
        kept = Dialogue.from_json(conversation(session).dialogue)
    assert (kept.pending, kept.recent) == (None, "JK-000000-0")


def test_a_question_that_holds_a_story_is_kept(number: Number, talk: int, rina: int) -> None:
    now = number.clock.now()
    kept = Dialogue(pending=Pending(Asked.PLACE, now), draft=Draft("lapor", "jalan bolong", "jalan_rusak"))
    with number.database.begin() as session:
        conversation(session).dialogue = kept.to_json()
    take(number, talk, rina)
    with number.database.read() as session:
        assert Dialogue.from_json(conversation(session).dialogue) == kept


def test_nobody_is_written_to_who_was_erased(number: Number, talk: int, rina: int) -> None:
    with number.database.begin() as session:
        conversation(session).citizen.erased_at = number.clock.now()
    with pytest.raises(RefusedError, match="sudah dihapus"):
        take(number, talk, rina)


def test_a_hold_is_no_question_that_waits(number: Number, talk: int, rina: int) -> None:
    take(number, talk, rina)
    with number.database.read() as session:
        assert session.scalars(select(Handover).where(people.waits_for_answer())).all() == []
        assert len(session.scalars(select(Handover)).all()) == 1


def handovers(number: Number, reason: str) -> list[Handover]:
    with number.database.read() as session:
        return list(session.scalars(select(Handover).where(Handover.reason == reason)))


def test_a_wish_for_a_person_is_settled_when_one_has_spoken(number: Number, talk: int, rina: int) -> None:
    number.says("bisa ngomong sama orang ga", meaning("bicara_petugas"))
    take(number, talk, rina)
    (wish,) = handovers(number, "person")
    assert wish.answered_at is None, "nobody has spoken yet"
    reply(number, talk, rina, "Silakan, Bu.")
    (wish,) = handovers(number, "person")
    assert (wish.answered_by, wish.answer) == (rina, "Silakan, Bu.")
    assert wish.answered_at == number.clock.now()


def test_a_story_that_nobody_understood_still_waits_for_somebody(number: Number, talk: int, rina: int) -> None:
    number.says("itu yang di sana itu lho pak bagaimana", meaning("tambah_info", sure=0.2))
    take(number, talk, rina)
    reply(number, talk, rina)
    (unsure,) = handovers(number, "unsure")
    assert unsure.answered_at is None

"""The provider's copies of settled messages are deleted in time, those of erased citizens at once."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from bot.intake import inbox
from bot.messages import GATEWAY, SIMULATOR, WHATSAPP, Content, Media
from bot.rulebook import Rulebook
from storage.database import Database
from storage.models import InboundMessage, OutboundMessage
from tests.support.clock import MoveableClock
from tests.support.desk import Number
from tests.support.messages import by_whatsapp
from tests.support.outbox import Post
from tests.support.past import KEPT, Past
from tests.support.settings import isolated_settings

PHOTO = Content(text="lihat", media=(Media("https://api.example/1", "image/jpeg"),))


@pytest.fixture
def past(database: Database, rulebook: Rulebook, clock: MoveableClock, post: Post) -> Past:
    return Past(database, rulebook, clock, post)


# -- when -------------------------------------------------------------------------------------------------------


def test_copies_are_deleted_after_their_time_and_once(past: Past) -> None:
    sid = past.came()
    past.went("SM-out")
    past.clock.move(days=30)
    assert (past.copies().tick(), past.gone()) == (0, []), "thirty days are not yet over"
    past.clock.move(seconds=1)
    assert past.copies().tick() == 2
    assert past.gone() == sorted([sid, "SM-out"])
    assert past.left() == 0
    assert past.copies().tick() == 0
    with past.database.read() as session:
        assert session.scalars(select(InboundMessage.copy_deleted_at)).one() == past.clock.now()


@pytest.mark.parametrize("state", ["new", "held"])
def test_a_message_that_nobody_has_dealt_with_stays(past: Past, state: str) -> None:
    past.came(state)
    past.clock.move(days=31)
    assert (past.copies().tick(), past.gone()) == (0, [])


@pytest.mark.parametrize(
    ("state", "deleted"),
    [("waiting", 0), ("kept", 1), ("refused", 1), ("failed", 1), ("erasing", 1), ("erased", 1)],
)
def test_a_photo_is_deleted_when_it_is_kept_or_given_up(past: Past, state: str, deleted: int) -> None:
    sid = past.came(content=PHOTO)
    past.photo_is(state)
    past.clock.move(days=31)
    assert past.copies().tick() == deleted
    assert past.archive.forgotten == [(sid, True)] * deleted


@pytest.mark.parametrize(
    ("state", "deleted"),
    [
        ("waiting", 0),
        ("sending", 0),
        ("in_doubt", 0),
        ("delivered", 1),
        ("read", 1),
        ("failed", 1),
        ("cancelled", 1),
    ],
)
def test_an_answer_is_deleted_when_it_has_come_to_its_end(past: Past, state: str, deleted: int) -> None:
    past.went("SM-out", state)
    past.clock.move(days=31)
    assert past.copies().tick() == deleted


def test_an_answer_of_which_nothing_more_was_heard_has_come_to_its_end_after_two_days(past: Past) -> None:
    past.went("SM-out", "accepted")
    past.clock.move(days=1, hours=23)
    copies = past.copies(timedelta(days=1))
    assert copies.tick() == 0
    past.clock.move(hours=2)
    assert copies.tick() == 1


def test_what_the_provider_never_had_is_not_asked_for(past: Past) -> None:
    past.went(None, "failed")
    past.clock.move(days=31)
    assert (past.copies().tick(), past.gone()) == (0, [])


@pytest.mark.parametrize("channel", [SIMULATOR, GATEWAY, "email"])
def test_other_ways_have_no_copies(past: Past, channel: str) -> None:
    past.came(channel=channel)
    past.went("SM-out", channel=channel)
    past.clock.move(days=31)
    assert (past.copies().tick(), past.gone(), past.left()) == (0, [], 2)


def test_kept_for_ever_means_that_nothing_is_deleted(past: Past) -> None:
    past.came()
    past.clock.move(days=5000)
    assert (past.copies(None).tick(), past.gone()) == (0, [])


@pytest.mark.parametrize(("days", "kept"), [(30, KEPT), (1, timedelta(days=1)), (0, None)])
def test_no_days_mean_for_ever(days: int, kept: timedelta | None) -> None:
    assert isolated_settings(copies_kept_days=days).copies_kept == kept


@pytest.mark.parametrize("days", [-1, 3651, 1.5, "sebulan"])
def test_days_that_cannot_be_meant_are_refused_at_the_start(days: object) -> None:
    with pytest.raises(ValidationError, match="copies_kept_days"):
        isolated_settings(copies_kept_days=days)


# -- citizens who want their data erased ------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [KEPT, None], ids=["in time", "for ever"])
def test_copies_of_an_erased_citizen_are_deleted_at_once(past: Past, kept: timedelta | None) -> None:
    """Also what was only accepted: the provider itself refuses where it has not done yet."""
    sid = past.came(content=PHOTO)
    past.photo_is("erasing")
    past.went("SM-out", "accepted")
    past.went("SM-doubt", "in_doubt")
    assert past.copies(kept).tick() == 0
    past.erased()
    assert past.copies(kept).tick() == 2
    assert sorted(past.archive.forgotten) == sorted([(sid, True), ("SM-out", False)])


def test_somebody_elses_copies_stay(past: Past) -> None:
    past.came(phone="+628000000001")
    past.erased()
    past.came(phone="+628000000002")
    assert past.copies().tick() == 1
    assert past.left() == 1


def test_whoever_asks_for_it_in_words_has_their_copies_deleted_at_once(number: Number) -> None:
    past = Past(number.database, number.rulebook, number.clock, Post(number.database, number.clock))
    asked = [_says(past, number, text) for text in ("jalan rusak", "HAPUS DATA", "ya")]
    with past.database.begin() as session:  # what the provider took of our answers
        theirs = update(OutboundMessage).where(OutboundMessage.channel == WHATSAPP)
        answers = session.execute(
            theirs.values(state="delivered", provider_id="SM-answer").returning(OutboundMessage.id)
        ).all()
    assert answers
    past.copies().tick()
    assert past.gone() == sorted([*asked, *["SM-answer"] * len(answers)])


def _says(past: Past, number: Number, text: str) -> str:
    incoming = by_whatsapp(text)
    with past.database.begin() as session:
        inbox.store(session, incoming, past.rulebook.words, past.clock.now())
    for _ in range(3):
        past.clock.move(minutes=2)
        number.worker().round()
    return incoming.external_id


def test_earlier_attempts_at_a_message_are_deleted_with_it(past: Past) -> None:
    past.went("SM-second", body={"text": "Halo", "tried": ["SM-first"]})
    past.clock.move(days=31)
    assert past.copies().tick() == 1
    assert past.gone() == ["SM-first", "SM-second"]


def test_of_whoever_asks_for_it_earlier_attempts_are_deleted_as_well(number: Number) -> None:
    past = Past(number.database, number.rulebook, number.clock, Post(number.database, number.clock))
    asked = [_says(past, number, "jalan rusak")]
    with past.database.begin() as session:
        row = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == WHATSAPP)).one()
        row.body, row.state, row.attempts = {**row.body, "tried": ["SM" + "f" * 32]}, "waiting", 1
        row.due_at = number.clock.now() + timedelta(hours=6)
    asked += [_says(past, number, text) for text in ("HAPUS DATA", "ya")]
    past.copies().tick()
    assert past.gone() == sorted([*asked, "SM" + "f" * 32])


def test_what_was_just_going_out_to_an_erased_citizen_is_forgotten_when_its_copy_is(past: Past) -> None:
    message = past.went("SM-out", "accepted")
    past.erased()
    past.copies().tick()
    row = past.post.row(message)
    assert (row.body, row.recipient) == ({"text": ""}, "")

"""Files without a word: stickers end a talk, voice notes belong to what was talked about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.turn import AskPerson
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
MINE = Situation(tickets=(ticket("waiting"),))
JUST_FILED = Dialogue(recent=NUMBER, recent_at=NOON)


def sticker(said):
    return said("", None, media=1, kinds=frozenset({"sticker"}))


def voice(said, **more):
    return said("", None, media=1, kinds=frozenset({"voice"}), **more)


@pytest.mark.parametrize("mine", [MINE, Situation(tickets=(ticket("needs_info", asked_at=NOON),))])
def test_a_sticker_needs_no_message_and_is_no_file(said, city, mine):
    turn = respond(JUST_FILED, sticker(said), mine, city)
    assert (turn.replies, turn.action) == ((), None)


def test_a_sticker_leaves_an_open_report_waiting(said, city):
    story = said("lampu mati pak tolong", understood("lapor", "lampu_jalan"))
    asked = respond(Dialogue(), story, Situation(), city)
    turn = respond(asked.dialogue, sticker(said), Situation(), city)
    assert turn.dialogue == asked.dialogue
    assert turn.wake_at == asked.wake_at
    assert turn.outcome != "attached"


def test_a_stranger_who_sends_a_sticker_is_greeted(said, city):
    assert respond(Dialogue(), sticker(said), Situation(), city).replies[0].wording == "sticker_alone"


def test_a_sticker_beside_a_pin_is_a_pin(said, city):
    both = replace(sticker(said), kinds=frozenset({"sticker", "image"}))
    assert respond(JUST_FILED, both, MINE, city).action is not None


def test_a_voice_note_behind_a_report_belongs_to_it(said, city):
    turn = respond(JUST_FILED, voice(said), MINE, city)
    assert turn.action == AskPerson("voice", "", NUMBER)
    assert [reply.wording for reply in turn.replies] == ["voice_about"]


def test_a_quoted_report_is_what_the_voice_note_is_about(said, city):
    assert respond(Dialogue(), voice(said, quoted=NUMBER), MINE, city).action.number == NUMBER


def test_a_voice_note_days_later_may_be_about_anything(said, city):
    long_ago = replace(JUST_FILED, recent_at=NOON - timedelta(days=2))
    assert respond(long_ago, voice(said), MINE, city).action == AskPerson("voice", "")


def test_a_voice_note_while_the_place_is_asked_goes_with_the_report(said, city):
    story = said("lampu mati pak tolong", understood("lapor", "lampu_jalan"))
    asked = respond(Dialogue(), story, Situation(), city)
    turn = respond(asked.dialogue, voice(said), Situation(), city)
    assert turn.outcome == "attached"
    assert turn.action == AskPerson("voice", "")
    assert turn.dialogue.draft == asked.dialogue.draft

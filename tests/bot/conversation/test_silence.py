"""A report waits half an hour from when it was asked about, whatever is asked after that; held words are kept."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond, respond_to_silence, still_waiting
from bot.conversation.state import Asked
from bot.conversation.turn import AskPerson, Correct, FileReport
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
MINE = Situation(tickets=(ticket("waiting"),))
ASKED_AT = NOON + timedelta(minutes=1)
LATER = NOON + timedelta(minutes=17)


@pytest.fixture
def waiting(said, city):
    """A report whose place was asked for at noon."""
    story = said("lampu mati pak tolong", understood("lapor", "lampu_jalan"))
    return respond(Dialogue(), story, Situation(), city).dialogue


def test_a_further_question_does_not_put_a_report_off(said, city, waiting):
    turn = respond(waiting, said("hapus data", None, at=LATER), Situation(), city)
    assert turn.dialogue.pending.asked is Asked.ERASE
    assert turn.wake_at == ASKED_AT + timedelta(minutes=30)


def test_it_is_filed_in_its_time_and_the_further_question_stays(said, city, waiting):
    asked = respond(waiting, said("hapus data", None, at=LATER), Situation(), city).dialogue
    assert still_waiting(asked, asked.pending.since) is not None
    due = ASKED_AT + timedelta(minutes=30)
    assert still_waiting(asked, due) is None
    turn = respond_to_silence(asked, Situation(), city, due)
    assert isinstance(turn.action, FileReport)
    assert turn.dialogue.pending == asked.pending
    assert turn.dialogue.draft is None


def test_a_report_is_not_filed_before_its_time(city, waiting):
    turn = still_waiting(waiting, ASKED_AT + timedelta(minutes=10))
    assert turn is not None
    assert turn.wake_at == ASKED_AT + timedelta(minutes=30)


# -- the words of an unclear correction -------------------------------------------------------------------------


UNCLEAR = "itu lho yang di bawahnya yang suka bau"


@pytest.fixture
def offered(said, city):
    """Somebody said unclearly what their report is really about, and is asked to choose."""
    talk = Dialogue(recent=NUMBER, recent_at=NOON)
    for text in ("ubah", "2"):
        talk = respond(talk, said(text, None), MINE, city).dialogue
    means = understood("lapor", "saluran_air", service_sure=0.3)
    return respond(talk, said(UNCLEAR, means), MINE, city)


def test_the_words_are_held_and_go_along_with_the_choice(said, city, offered):
    assert offered.dialogue.pending.held.story == UNCLEAR
    assert offered.wake_at is not None
    turn = respond(offered.dialogue, said("1", None), MINE, city)
    assert turn.action == Correct(NUMBER, service="saluran_air", text=UNCLEAR)


def test_with_none_of_them_a_person_reads_them(said, city, offered):
    turn = respond(offered.dialogue, said("Lainnya", None, choice="other"), MINE, city)
    assert turn.action == AskPerson("unsure", f"{NUMBER}: {UNCLEAR}", NUMBER)


def test_more_words_are_read_together_with_the_first(said, city, offered):
    more = said("got maksud saya, yang mampet", understood("lapor", "saluran_air"))
    assert respond(offered.dialogue, more, MINE, city).action.text == f"{UNCLEAR}\n{more.text}"


def test_never_chosen_they_go_to_a_person(city, offered):
    due = offered.wake_at
    assert still_waiting(offered.dialogue, due) is None
    turn = respond_to_silence(offered.dialogue, MINE, city, due)
    assert turn.action == AskPerson("unsure", f"{NUMBER}: {UNCLEAR}", NUMBER)
    assert turn.dialogue.pending is None


def test_when_the_talk_moves_on_they_go_to_a_person_first(said, city, offered):
    turn = respond(offered.dialogue, said("laporan saya gimana pak", understood("cek_status")), MINE, city)
    assert turn.action == AskPerson("unsure", f"{NUMBER}: {UNCLEAR}", NUMBER)
    assert turn.hold


def test_an_emergency_comes_first_and_they_still_wait(said, city, offered):
    fire = said("tolong ada kebakaran pak!", understood("darurat", "kebakaran"), emergency_words=True)
    turn = respond(offered.dialogue, fire, MINE, city)
    assert turn.action.urgent
    assert turn.dialogue.pending.held.story == UNCLEAR

"""What comes beside the matter itself: a question in a report, words that seal, an "ok" after an emergency."""

from dataclasses import replace

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Pending
from bot.conversation.turn import AddToTicket, AskPerson, Deny, FileReport
from bot.messages import SMS
from nlu.client import Guess
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
BOTH = "jalan di Jl. Tanjung bolong, oh ya KTP anak saya yang baru 17 gimana bikinnya ya?"
ANSWERABLE = Situation(answerable=frozenset({"ktp_baru"}))


def report_and_question(*, place="Jl. Tanjung", faq_sure=0.9, asks=0.25):
    meaning = understood("lapor", "jalan_rusak", place=place, faq="ktp_baru", faq_sure=faq_sure)
    return replace(meaning, intents=(Guess("lapor", 0.95 - asks), Guess("tanya", asks)))


def wordings(turn):
    return [reply.wording for reply in turn.replies]


def test_a_question_beside_a_report_is_answered_with_the_receipt(said, city):
    turn = respond(Dialogue(), said(BOTH, report_and_question()), ANSWERABLE, city)
    assert isinstance(turn.action, FileReport)
    assert wordings(turn) == ["report_filed", "answer_beside"]
    assert turn.replies[1].topic == "ktp_baru"


@pytest.mark.parametrize("why", ["unsure", "no answer", "sms"])
def test_what_cannot_be_answered_there_goes_to_a_person(said, city, why):
    means = report_and_question(faq_sure=0.6 if why == "unsure" else 0.9)
    world = Situation() if why == "no answer" else ANSWERABLE
    spoken = replace(said(BOTH, means), channel=SMS) if why == "sms" else said(BOTH, means)
    turn = respond(Dialogue(), spoken, world, city)
    assert turn.action.question == BOTH
    assert wordings(turn) == ["report_filed", "question_beside"]


def test_a_question_of_ours_stays_last(said, city):
    turn = respond(Dialogue(), said(BOTH, report_and_question(place=None)), ANSWERABLE, city)
    assert wordings(turn) == ["answer_beside", "ask_place"]
    held = respond(Dialogue(), said(BOTH, report_and_question(place=None)), Situation(), city)
    assert held.action == AskPerson("question", BOTH)
    assert wordings(held) == ["question_beside", "ask_place"]


@pytest.mark.parametrize("text", ["jalan di Jl. Tanjung bolong, kapan diperbaiki?", "jalan di Jl. Tanjung bolong"])
def test_what_only_sounds_like_a_question_is_part_of_the_report(said, city, text):
    for means in (report_and_question(faq_sure=0.3), report_and_question(asks=0.1)):
        turn = respond(Dialogue(), said(text, means), ANSWERABLE, city)
        assert wordings(turn) == ["report_filed"]
        assert turn.action.question is None


# -- words that seal --------------------------------------------------------------------------------------------


OPEN = Situation(tickets=(ticket("waiting"),))
BRIBE = "petugasnya minta uang baru mau kerjakan"


def test_an_addition_with_sealing_words_seals_and_asks_for_a_safe_way(said, city):
    more = said(BRIBE, understood("tambah_info"), sealed_words=True)
    turn = respond(Dialogue(), more, OPEN, city)
    assert turn.action == AddToTicket(NUMBER, BRIBE, seals=True)
    assert wordings(turn) == ["sealed_now"]
    assert (turn.dialogue.pending.asked, turn.dialogue.pending.ticket) == (Asked.SAFE, NUMBER)


@pytest.mark.parametrize("silently", [True, False])
def test_soon_after_filing_as_well(said, city, silently):
    more = said(BRIBE, understood("tambah_info"), sealed_words=True)
    recent = Dialogue(recent=NUMBER, recent_at=NOON) if silently else Dialogue()
    assert respond(recent, more, OPEN, city).action.seals


def test_an_answer_to_the_agency_seals_too(said, city):
    asked = Situation(tickets=(ticket("needs_info", asked_at=NOON),))
    turn = respond(Dialogue(), said(BRIBE, understood("tambah_info"), sealed_words=True), asked, city)
    assert turn.action.seals
    assert turn.action.answers


def test_a_no_with_sealing_words_seals(said, city):
    claimed = Situation(tickets=(ticket("claimed_done", asked_at=NOON),))
    text = "belum, petugasnya malah minta uang"
    turn = respond(Dialogue(), said(text, understood("tolak"), sealed_words=True), claimed, city)
    assert turn.action == Deny(NUMBER, text, seals=True)
    assert wordings(turn) == ["sealed_now"]


def test_held_words_seal_the_report_that_is_then_named(said, city):
    second = "JK-1B3C5D-7"
    two = Situation(tickets=(ticket(number=NUMBER), ticket(number=second, service="sampah")))
    asked = respond(Dialogue(), said(BRIBE, understood("tambah_info"), sealed_words=True), two, city)
    turn = respond(asked.dialogue, said("2", None), two, city)
    assert turn.action == AddToTicket(second, BRIBE, seals=True)
    assert turn.dialogue.pending.asked is Asked.SAFE


def test_what_is_sealed_already_is_only_added_to(said, city):
    sealed = Situation(tickets=(ticket("waiting", sealed=True),))
    turn = respond(Dialogue(), said(BRIBE, understood("tambah_info"), sealed_words=True), sealed, city)
    assert wordings(turn) == ["info_added"]


# -- an "ok" after an emergency ---------------------------------------------------------------------------------


URGENT = Situation(tickets=(ticket("waiting", urgent=True),))
JUST_NOW = Dialogue(recent=NUMBER, recent_at=NOON)


@pytest.mark.parametrize("ok", ["ok pak", "ya", "siap makasih"])
@pytest.mark.parametrize("means", [understood("setuju"), None])
def test_an_ok_after_an_emergency_is_passed_on_to_nobody(said, city, ok, means):
    turn = respond(JUST_NOW, said(ok, means), URGENT, city)
    assert turn.action is None
    assert wordings(turn) == ["emergency_watched"]


def test_an_ok_keeps_the_question_for_the_place(said, city):
    asked = replace(JUST_NOW, pending=Pending(Asked.EMERGENCY_PLACE, NOON, ticket=NUMBER))
    turn = respond(asked, said("ok pak", understood("setuju")), URGENT, city)
    assert wordings(turn) == ["emergency_watched_ask_place"]
    assert turn.dialogue.pending == asked.pending


def test_everything_else_is_passed_on(said, city):
    turn = respond(JUST_NOW, said("ya cepat pak apinya makin besar", understood("tambah_info")), URGENT, city)
    assert isinstance(turn.action, AddToTicket)


def test_a_false_alarm_is_met_with_relief(said, city):
    turn = respond(JUST_NOW, said("ga jadi pak, cuma asap sate", understood("batal")), URGENT, city)
    assert wordings(turn) == ["ask_withdrawal_urgent"]


# -- buttons of questions that are over -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("world", "wording"),
    [(OPEN, "button_old"), (Situation(), "button_old_alone"), (Situation(awaits_person=True), "button_old_read")],
)
def test_ubah_is_offered_only_to_whoever_has_a_report(said, city, world, wording):
    assert wordings(respond(Dialogue(), said("Saluran air", None, choice="saluran_air"), world, city)) == [wording]

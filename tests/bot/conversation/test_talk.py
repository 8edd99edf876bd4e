"""Rights, questions, greetings, anger, and what only a person can answer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.turn import AskPerson, SetOptOut
from tests.bot.conversation.conftest import NOON, understood

HERE = Situation(answerable=frozenset({"ktp_hilang"}))


def test_a_standing_question_is_answered(said, city):
    asks = said("ktp saya hilang ngurusnya gimana", understood("tanya", "ktp", faq="ktp_hilang"))
    turn = respond(Dialogue(), asks, HERE, city)
    assert turn.replies[0].topic == "ktp_hilang"
    assert turn.action is None


@pytest.mark.parametrize(("faq", "sure"), [("ktp_hilang", 0.3), ("pbb", 0.95), (None, 0.9)])
def test_what_has_no_sure_answer_goes_to_a_person(said, city, faq, sure):
    asks = said("kalau anak saya gimana pak", understood("tanya", "ktp", faq=faq, faq_sure=sure))
    turn = respond(Dialogue(), asks, HERE, city)
    assert turn.action == AskPerson("question", asks.text)
    assert turn.replies[0].wording == "handed_over_question"


@pytest.mark.parametrize(
    ("intent", "wording"),
    [("salam", "greeting"), ("bantuan", "help"), ("terima_kasih", "welcome"), ("berhenti", "how_to_stop")],
)
def test_talk_gets_a_word(said, city, intent, wording):
    turn = respond(Dialogue(), said("apa saja yang panjang sedikit", understood(intent)), HERE, city)
    assert [reply.wording for reply in turn.replies] == [wording]
    assert turn.action is None


def test_a_lone_greeting_waits_four_seconds_for_more(said, city):
    turn = respond(Dialogue(), said("halo", understood("salam"), now=NOON), HERE, city)
    assert turn.hold
    assert turn.wake_at == NOON + timedelta(seconds=4)


@pytest.mark.parametrize("intent", ["marah", "bicara_petugas"])
def test_anger_and_wishes_for_a_human_reach_one(said, city, intent):
    turn = respond(Dialogue(), said("mana orangnya sih ini", understood(intent)), HERE, city)
    assert turn.action == AskPerson("person", "mana orangnya sih ini")
    assert len(turn.replies) == 1


def test_the_bot_is_silent_while_a_person_holds_the_conversation(said, city):
    held = replace(HERE, held_by_person=True)
    turn = respond(Dialogue(), said("jalan rusak pak di tebet", understood("lapor", "jalan_rusak")), held, city)
    assert not turn.replies
    assert turn.action is None


def test_spam_gets_one_short_line_and_then_silence(said, city):
    spam = said("pinjaman cepat cair tanpa jaminan hub kami", understood("di_luar_cakupan"))
    first = respond(Dialogue(), spam, HERE, city)
    second = respond(first.dialogue, spam, HERE, city)
    assert [len(first.replies), len(second.replies)] == [1, 0]
    friendly = respond(second.dialogue, said("maaf, mau tanya dong pak", understood("bantuan")), HERE, city)
    assert friendly.dialogue.off_topic == 0


@pytest.mark.parametrize(("text", "out"), [("STOP", True), ("Berhenti pak", True), ("mulai", False)])
def test_opting_out_and_in_need_no_model(said, city, text, out):
    assert respond(Dialogue(), said(text, None), HERE, city).action == SetOptOut(out)


def test_the_model_alone_never_opts_anyone_out(said, city):
    turn = respond(Dialogue(), said("udah ah jangan sms saya mulu", understood("berhenti")), HERE, city)
    assert turn.action is None


def test_while_the_model_is_away_a_message_is_acknowledged_once_and_kept(said, city):
    report = said("jalan rusak di tebet pak tolong", None)
    first = respond(Dialogue(), report, HERE, city)
    assert (first.hold, [reply.wording for reply in first.replies]) == (True, ["received_wait"])
    assert not respond(first.dialogue, report, HERE, city).replies


def test_without_any_model_a_person_reads(said, city):
    turn = respond(Dialogue(), said("jalan rusak di tebet", None), replace(HERE, understands=False), city)
    assert turn.action == AskPerson("no_understanding", "jalan rusak di tebet")


def test_a_photo_alone_is_asked_what_it_is_about(said, city):
    assert respond(Dialogue(), said("", None, media=1), HERE, city).replies[0].wording == "what_is_it_about"


def test_an_empty_message_gets_a_friendly_word(said, city):
    assert respond(Dialogue(), said("", None), HERE, city).replies[0].wording == "empty_message"


def test_a_number_to_nothing_leaves_idle_talk_its_one_line(said, city):
    idle = understood("di_luar_cakupan")
    number = respond(Dialogue(), said("9", idle), Situation(), city)
    assert [reply.wording for reply in number.replies] == ["nothing_asked"]
    again = respond(number.dialogue, said("7", idle), Situation(), city)
    assert again.replies == ()
    talk = respond(again.dialogue, said("besok hujan gak ya", idle), Situation(), city)
    assert [reply.wording for reply in talk.replies] == ["off_topic"]
    assert respond(talk.dialogue, said("atau panas", idle), Situation(), city).replies == ()


def test_who_waits_for_a_person_is_not_asked_what_it_is_about(said, city):
    unsure = understood("bicara_petugas", "pelayanan_petugas", sure=0.36, service_sure=0.58)
    waits = Situation(awaits_person=True)
    turn = respond(Dialogue(), said("mbak tolong ya", unsure), waits, city)
    assert turn.action == AskPerson("unsure", "mbak tolong ya")
    assert [reply.wording for reply in turn.replies] == ["passed_to_person"]


@pytest.mark.parametrize(("waits", "wording"), [(True, "passed_to_person"), (False, "greeting")])
def test_who_waits_for_a_person_is_not_greeted_anew(said, city, waits, wording):
    turn = respond(Dialogue(), said("halo? ada orang?", understood("salam")), Situation(awaits_person=waits), city)
    assert [reply.wording for reply in turn.replies] == [wording]

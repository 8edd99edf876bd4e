"""An answer that was meant for another question than the one that is open, or that means less than its words."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Pending
from bot.conversation.turn import AnswerRecheck, Confirm, Deny, Erase, SetSafeContact, Withdraw
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
CLAIMED = Situation(tickets=(ticket("claimed_done", asked_at=NOON - timedelta(days=1)),))
YES, NO = understood("setuju"), understood("tolak")


# -- erasing ----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked_to_erase(said, city):
    return respond(Dialogue(), said("hapus data", None), CLAIMED, city).dialogue


def test_the_button_of_an_older_question_erases_nothing(said, city, asked_to_erase):
    turn = respond(asked_to_erase, said("Sudah", YES, choice="yes"), CLAIMED, city)
    assert turn.action == Confirm(NUMBER)


@pytest.mark.parametrize(("answer", "action"), [("sudah", Confirm), ("belum pak", Deny)])
def test_done_and_not_yet_are_said_of_the_report(said, city, asked_to_erase, answer, action):
    meaning = YES if answer == "sudah" else NO
    assert isinstance(respond(asked_to_erase, said(answer, meaning), CLAIMED, city).action, action)


def test_another_turn_in_between_ends_the_question(said, city, asked_to_erase):
    asks = said("nanti dulu pak, laporan saya gimana?", understood("cek_status"))
    between = respond(asked_to_erase, asks, CLAIMED, city)
    assert between.replies[0].wording == "status_claimed_done"
    assert respond(between.dialogue, said("ok", YES), CLAIMED, city).action != Erase()


# -- a safe way -------------------------------------------------------------------------------------------------

SAFE = Dialogue(Pending(Asked.SAFE, NOON, ("safe", "not_safe"), NUMBER), recent=NUMBER, recent_at=NOON)
SEALED = Situation(tickets=(ticket("received", sealed=True),))


@pytest.mark.parametrize(
    "answer", ["kurang aman pak", "tak aman", "engga aman", "aman kalau siang saja",
               "sebenarnya kurang aman, HP ini suka dibuka suami"],
)  # fmt: skip
def test_a_yes_with_something_beside_it_is_no_leave_to_write(said, city, answer):
    turn = respond(SAFE, said(answer, understood("tambah_info", sure=0.5)), SEALED, city)
    assert isinstance(turn.action, SetSafeContact)
    assert turn.action.may_write is False


@pytest.mark.parametrize("answer", ["aman kok pak", "ya aman", "boleh bu"])
def test_a_kind_yes_is_a_yes(said, city, answer):
    assert respond(SAFE, said(answer, understood("setuju")), SEALED, city).action == SetSafeContact(NUMBER, True)


def test_is_it_fixed_says_nothing_about_this_telephone(said, city):
    both = Situation(tickets=(ticket("received", sealed=True), CLAIMED.tickets[0]))
    turn = respond(SAFE, said("Sudah", YES, choice="yes"), both, city)
    assert isinstance(turn.action, Confirm)


# -- is it fixed? -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["blum beres pak", "tak beres", "engga beres bu"])
def test_a_no_in_any_spelling(said, city, answer):
    assert isinstance(respond(Dialogue(), said(answer, NO), CLAIMED, city).action, Deny)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("sudah rusak lagi pak", NO),
        ("sudah tiga minggu jalannya bolong", understood("lapor", "jalan_rusak")),
        ("udah ditambal tapi rusak lagi", NO),
    ],
)
def test_a_sudah_of_what_is_still_broken_is_a_no(said, city, answer, meaning):
    assert isinstance(respond(Dialogue(), said(answer, meaning), CLAIMED, city).action, Deny)


@pytest.mark.parametrize("answer", ["sudah nyala lagi pak", "udah diperbaiki, makasih"])
def test_good_news_stays_good_news_where_the_model_errs(said, city, answer):
    assert isinstance(respond(Dialogue(), said(answer, NO), CLAIMED, city).action, Confirm)


def test_a_bribe_told_with_a_yes_is_a_matter_of_its_own(said, city):
    text = "sudah pak, tapi petugasnya minta uang 50 ribu"
    turn = respond(Dialogue(), said(text, understood("setuju", "pungli")), CLAIMED, city)
    assert turn.action.sealed
    assert text in turn.action.draft.story


# -- which was asked last ---------------------------------------------------------------------------------------

WITHDRAW = Dialogue(Pending(Asked.WITHDRAW, NOON - timedelta(hours=2), ("withdraw", "keep"), NUMBER))
CLAIMED_LATER = Situation(tickets=(ticket("claimed_done", asked_at=NOON - timedelta(hours=1)),))


@pytest.mark.parametrize(("button", "action"), [("yes", Confirm), ("no", Deny)])
def test_is_it_fixed_asked_later_is_not_a_withdrawal(said, city, button, action):
    title = {"yes": "Sudah", "no": "Belum"}[button]
    turn = respond(WITHDRAW, said(title, YES, choice=button), CLAIMED_LATER, city)
    assert isinstance(turn.action, action)


def test_its_own_button_still_withdraws(said, city):
    turn = respond(WITHDRAW, said("Ya, cabut", YES, choice="withdraw"), CLAIMED_LATER, city)
    assert turn.action == Withdraw(NUMBER)


@pytest.mark.parametrize(("button", "filed"), [("yes", False), ("no", True)])
def test_did_it_work_out_asked_later_is_not_about_the_pothole(said, city, button, filed):
    asked = Situation(tickets=CLAIMED.tickets, rechecking=("ktp_baru", NOON - timedelta(minutes=5)))
    title = {"yes": "Sudah", "no": "Belum"}[button]
    action = respond(Dialogue(), said(title, NO, choice=button), asked, city).action
    assert isinstance(action, AnswerRecheck)
    assert (action.draft is not None) is filed


# -- a question is no answer --------------------------------------------------------------------------------------


@pytest.mark.parametrize("asks", ["sudah beres belum ya", "udah blm pak?", "sudah dikerjakan belum min"])
def test_whether_it_is_done_is_asked_and_not_said(said, city, asks):
    turn = respond(WITHDRAW, said(asks, understood("cek_status")), CLAIMED_LATER, city)
    assert turn.action is None
    assert turn.replies[0].wording == "status_claimed_done"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("ini gimana kabarnya?", understood("bantuan")),
        ("gimana ini?", understood("lapor", "lampu_jalan", sure=0.4)),
        ("kok belum ya", understood("cek_status")),
    ],
)
def test_a_few_words_to_a_quoted_reply_ask_how_it_is(said, city, text, meaning):
    mine = Situation(tickets=(ticket("waiting"),))
    turn = respond(Dialogue(), said(text, meaning, quoted=NUMBER), mine, city)
    assert [reply.wording for reply in turn.replies] == ["status_waiting"]


def test_a_question_after_an_answer_is_not_more_of_the_report_before(said, city):
    helped = Pending(Asked.HELPED, NOON, ("helped", "not_helped"), topic="ktp_baru")
    talk = Dialogue(helped, recent=NUMBER, recent_at=NOON)
    turn = respond(
        talk, said("ada apa aja", understood("bantuan", sure=0.6)), Situation((ticket("waiting"),)), city
    )
    assert turn.action is None or not hasattr(turn.action, "place")


def test_a_place_alone_right_after_a_report_is_more_of_it(said, city):
    talk = Dialogue(recent=NUMBER, recent_at=NOON)
    where = said("jl. kemang timur 5", understood("lapor", "jalan_rusak", place="jl. kemang timur 5", sure=0.4))
    turn = respond(talk, where, Situation((ticket("waiting"),), awaits_person=True), city)
    assert [reply.wording for reply in turn.replies] == ["info_added"]

"""An answer that was meant for another question than the one that is open, or that means less than its words."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Draft, Pending
from bot.conversation.turn import (
    AddToTicket,
    AnswerRecheck,
    Confirm,
    Deny,
    Erase,
    FileReport,
    SetSafeContact,
    Withdraw,
)
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


# -- by number ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pending",
    [
        Pending(Asked.ERASE, NOON - timedelta(hours=2), ("erase", "keep_data")),
        Pending(Asked.WITHDRAW, NOON - timedelta(hours=2), ("withdraw", "keep"), NUMBER),
        Pending(Asked.SAFE, NOON - timedelta(hours=2), ("safe", "not_safe"), NUMBER),
    ],
)
def test_a_number_answers_the_question_that_came_last(said, city, pending):
    turn = respond(Dialogue(pending), said("1", None), CLAIMED_LATER, city)
    assert turn.action == Confirm(NUMBER)


@pytest.mark.parametrize("status", ["needs_info", "in_progress"])
def test_a_number_is_no_answer_to_what_has_no_numbers(said, city, status):
    choice = Dialogue(Pending(Asked.WITHDRAW, NOON - timedelta(hours=2), ("withdraw", "keep"), NUMBER))
    asks = Situation(tickets=(ticket(status, asked_at=NOON - timedelta(hours=1)),))
    assert respond(choice, said("2", None), asks, city).outcome == "kept"


def test_stars_are_stars_though_something_was_asked_since(said, city):
    rating = Pending(Asked.RATING, NOON - timedelta(hours=2), ("1", "2", "3", "4", "5"), "JK-1B3C5D-7")
    assert respond(Dialogue(rating), said("5", None), CLAIMED_LATER, city).outcome == "rated"


@pytest.mark.parametrize(("number", "filed"), [("1", False), ("2", True)])
def test_did_it_work_out_is_answered_by_number(said, city, number, filed):
    asked = Situation(rechecking=("ktp_baru", NOON - timedelta(hours=1)))
    action = respond(Dialogue(), said(number, understood("setuju", sure=0.5)), asked, city).action
    assert isinstance(action, AnswerRecheck)
    assert (action.draft is not None) is filed


# -- neither a step nor a no --------------------------------------------------------------------------------------

CHECK = Pending(
    Asked.CHECK, NOON, ("over", "within", "not_yet"), topic="ktp_baru", held=Draft("lapor", "ktp saya")
)


@pytest.mark.parametrize("answer", ["sudah pak, sebulan lalu tapi belum jadi", "sudah"])
def test_a_step_that_was_taken_is_not_told_to_take(said, city, answer):
    turn = respond(Dialogue(CHECK), said(answer, understood("tambah_info", sure=0.5)), Situation(), city)
    assert [reply.wording for reply in turn.replies] == ["check_first"]
    assert turn.dialogue.pending == CHECK


@pytest.mark.parametrize("dialogue", [Dialogue(CHECK), Dialogue()])
def test_a_report_is_no_answer_because_it_holds_a_no(said, city, dialogue):
    report = said(
        "sampah di Jl. Kenanga tidak diangkut seminggu", understood("lapor", "sampah", place="Jl. Kenanga")
    )
    asked = Situation() if dialogue.pending else Situation(rechecking=("ktp_baru", NOON - timedelta(hours=1)))
    turn = respond(dialogue, report, asked, city)
    assert isinstance(turn.action, FileReport)
    assert turn.action.draft.service == "sampah"


@pytest.mark.parametrize("is_report", [True, False])
def test_no_need_reopens_nothing(said, city, is_report):
    closed = Situation(tickets=(ticket("done", closed_at=NOON - timedelta(hours=1), is_report=is_report),))
    assert respond(Dialogue(), said("nggak usah dibalas pak", understood("tolak")), closed, city).action is None


def test_a_new_report_parts_no_older_one(said, city):
    flood = Situation(tickets=(ticket("waiting", service="banjir", follows=True),))
    text = "Sampah belum diangkut di rumah saya sudah seminggu"
    spoken = said(text, understood("lapor", "sampah", place="rumah saya"), means_elsewhere=True)
    assert respond(Dialogue(), spoken, flood, city).action.draft.service == "sampah"


@pytest.mark.parametrize("text", ["sebentar ya saya cek dulu", "ok pak", "🙏"])
def test_a_place_is_not_put_right_by_nothing(said, city, text):
    question = Dialogue(Pending(Asked.NEW_PLACE, NOON, ticket=NUMBER))
    turn = respond(
        question, said(text, understood("tambah_info", sure=0.5)), Situation((ticket("waiting"),)), city
    )
    assert turn.action is None
    assert turn.dialogue.pending == question.pending


@pytest.mark.parametrize("pending", [Pending(Asked.PLACE, NOON), SAFE.pending])
def test_the_wish_to_be_named_nowhere_is_neither_a_place_nor_a_way(said, city, pending):
    draft = Draft("lapor", "jalan bolong", "jalan_rusak") if pending.asked is Asked.PLACE else None
    turn = respond(Dialogue(pending, draft), said("tolong rahasiakan nama saya ya", understood("tambah_info")),
                   SEALED if draft is None else Situation(), city)  # fmt: skip
    assert (turn.action, turn.hides_name) == (None, True)
    assert turn.dialogue.pending == pending


def test_where_a_fire_is_reaches_the_crew_while_a_person_speaks(said, city):
    fire = Situation(tickets=(ticket("waiting", service="kebakaran", urgent=True),), held_by_person=True)
    talk = Dialogue(Pending(Asked.EMERGENCY_PLACE, NOON, ticket=NUMBER), recent=NUMBER, recent_at=NOON)
    turn = respond(talk, said("Gg. Mawar RT 3", understood("tambah_info", place="Gg. Mawar RT 3")), fire, city)
    assert turn.action == AddToTicket(NUMBER, "Gg. Mawar RT 3", "Gg. Mawar RT 3")
    assert (turn.replies, turn.dialogue.pending) == ((), None)


def test_a_document_alone_belongs_to_the_report_that_follows(said, city):
    turn = respond(Dialogue(), said("", None, media=1, kinds=frozenset({"document"})), Situation(), city)
    assert [reply.wording for reply in turn.replies] == ["document_alone"]
    assert turn.dialogue.draft is not None

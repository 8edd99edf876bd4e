"""What is said to "is it fixed?" beside a plain yes or no: later, and all of them."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked
from bot.conversation.turn import Confirm, Deny, JudgeAll
from tests.bot.conversation.conftest import NOON, ticket, understood

FIRST, SECOND = "JK-7Q2M9X-4", "JK-1B3C5D-7"


def claimed(number: str, service: str, hours_ago: int = 2):
    return ticket("claimed_done", number, service=service, asked_at=NOON - timedelta(hours=hours_ago))


ONE = Situation(tickets=(claimed(FIRST, "jalan_rusak"),))
TWO = Situation(tickets=(claimed(FIRST, "jalan_rusak"), claimed(SECOND, "sampah", 3)))
YES, NO = understood("setuju"), understood("tolak")


@pytest.mark.parametrize("mine", [ONE, TWO])
@pytest.mark.parametrize("later", ["besok saya cek dulu ya pak", "belum sempat lihat pak", "nanti saya kabari"])
def test_who_has_not_looked_yet_says_neither_yes_nor_no(said, city, later, mine):
    turn = respond(Dialogue(), said(later, understood("tambah_info", sure=0.6)), mine, city)
    assert [reply.wording for reply in turn.replies] == ["look_first"]
    assert turn.action is None


def test_it_works_without_a_model_too(said, city):
    assert respond(Dialogue(), said("blm sempat cek", None), ONE, city).action is None


@pytest.mark.parametrize(
    "answer", ["Belum", "belum dicek petugas sama sekali", "belum lihat ada petugas yang datang"]
)
def test_a_no_is_still_a_no(said, city, answer):
    button = "no" if answer == "Belum" else None
    assert isinstance(respond(Dialogue(), said(answer, NO, choice=button), ONE, city).action, Deny)


def test_a_matter_of_its_own_is_not_put_off(said, city):
    text = "besok saya cek dulu, tapi sampah di Jl. Mawar juga menumpuk"
    other = said(text, understood("lapor", "sampah", place="Jl. Mawar"))
    assert respond(Dialogue(), other, ONE, city).outcome == "filed"


def test_who_puts_off_what_nobody_claimed_adds_it(said, city):
    mine = Situation(tickets=(ticket("waiting"),))
    turn = respond(Dialogue(), said("besok saya cek nomor tiangnya", understood("tambah_info")), mine, city)
    assert [reply.wording for reply in turn.replies] == ["info_added"]


# -- all of them ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("everything", ["3", "semuanya", "semua pak", "dua-duanya"])
@pytest.mark.parametrize(("answer", "means", "done"), [("sudah", YES, True), ("belum pak", NO, False)])
def test_a_yes_or_no_can_be_meant_for_all(said, city, everything, answer, means, done):
    asked = respond(Dialogue(), said(answer, means), TWO, city)
    assert [key for key, _ in asked.replies[0].choices] == [FIRST, SECOND, "all", "other"]
    turn = respond(asked.dialogue, said(everything, None), TWO, city)
    assert turn.action == JudgeAll((FIRST, SECOND), done, answer)
    assert turn.replies[0].values["numbers"] == f"{FIRST}, {SECOND}"
    assert turn.dialogue.pending is None


def test_the_button_for_all(said, city):
    asked = respond(Dialogue(), said("sudah", YES), TWO, city)
    turn = respond(asked.dialogue, said("Semuanya", None, choice="all"), TWO, city)
    assert isinstance(turn.action, JudgeAll)


@pytest.mark.parametrize("answer", ["sudah beres semua pak", "semuanya sudah", "iya keduanya sudah beres"])
def test_who_says_all_at_once_is_not_asked_which(said, city, answer):
    turn = respond(Dialogue(), said(answer, YES), TWO, city)
    assert turn.action == JudgeAll((FIRST, SECOND), done=True, text=answer)


def test_not_all_is_asked_about(said, city):
    asked = respond(Dialogue(), said("belum semua pak", NO), TWO, city)
    assert asked.dialogue.pending.asked is Asked.WHICH


def test_one_of_them_is_still_one(said, city):
    asked = respond(Dialogue(), said("sudah", YES), TWO, city)
    assert respond(asked.dialogue, said("1", None), TWO, city).action == Confirm(FIRST)


def test_what_was_closed_meanwhile_is_left_alone(said, city):
    asked = respond(Dialogue(), said("sudah", YES), TWO, city)
    now = Situation(tickets=(ticket("done", FIRST), TWO.tickets[1]))
    assert respond(asked.dialogue, said("3", None), now, city).action == JudgeAll(
        (SECOND,), done=True, text="sudah"
    )
    none = Situation(tickets=(ticket("done", FIRST), ticket("done", SECOND)))
    assert respond(asked.dialogue, said("3", None), none, city).action is None


def test_a_detail_is_never_about_all(said, city):
    two = Situation(tickets=(ticket(number=FIRST), ticket(number=SECOND, service="sampah")))
    asked = respond(Dialogue(), said("yang pagar hijau itu", understood("tambah_info")), two, city)
    assert "all" not in asked.dialogue.pending.options

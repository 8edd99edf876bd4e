"""The answer to "has anyone come?", asked after a reopening."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Pending
from bot.conversation.turn import AddToTicket, Confirm
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER, OTHER = "JK-7Q2M9X-4", "JK-2C4D6F-8"


def asked(number=NUMBER, *, ago=timedelta(hours=3), **more):
    return ticket("waiting", number, asked_at=NOON - ago, **more)


WAITING = Situation(tickets=(asked(),))


@pytest.mark.parametrize(
    ("text", "intent", "reply"),
    [
        ("belum ada yg dateng sama sekali", "tolak", "visit_missed"),
        ("blm", "tolak", "visit_missed"),
        ("udah pak tadi pagi", "setuju", "visit_noted"),
        ("ada yang nelpon katanya besok mau ke sini", "tambah_info", "visit_noted"),
    ],
)
def test_whatever_is_answered_goes_to_the_agency(said, city, text, intent, reply):
    turn = respond(Dialogue(), said(text, understood(intent)), WAITING, city)
    assert turn.action == AddToTicket(NUMBER, text)
    assert [r.wording for r in turn.replies] == [reply]


def test_fixed_in_so_many_words_closes(said, city):
    answer = said("sudah beres", understood("setuju"), says_fixed=True)
    assert respond(Dialogue(), answer, WAITING, city).action == Confirm(NUMBER)


@pytest.mark.parametrize(
    ("text", "means", "more"),
    [
        ("Belum", understood("tolak"), {"choice": "no"}),  # the button of another question
        ("2", None, {}),
        ("laporan saya sampai mana", understood("cek_status"), {}),
        ("lampu di depan pos mati", understood("lapor", "lampu_jalan", place="depan pos"), {}),
        ("pohonnya condong ke kiri", understood("tambah_info", "pohon"), {}),
    ],
)
def test_what_answers_something_else_is_not_taken_for_it(said, city, text, means, more):
    turn = respond(Dialogue(), said(text, means, **more), WAITING, city)
    assert not {reply.wording for reply in turn.replies} & {"visit_missed", "visit_noted"}


def test_days_later_a_no_is_about_something_else(said, city):
    long_ago = Situation(tickets=(asked(ago=timedelta(days=4)),))
    turn = respond(Dialogue(), said("tidak", understood("tolak")), long_ago, city)
    assert turn.replies[0].wording == "nothing_asked"


def test_of_two_that_were_asked_about_it_is_asked_which(said, city):
    two = Situation(tickets=(asked(), asked(OTHER, service="sampah")))
    which = respond(Dialogue(), said("belum ada yang datang", understood("tolak")), two, city)
    assert which.dialogue.pending.asked is Asked.WHICH
    turn = respond(which.dialogue, said("1", None), two, city)
    assert turn.action == AddToTicket(NUMBER, "belum ada yang datang")


def test_what_was_asked_before_keeps_its_number(said, city):
    rating = Dialogue(pending=Pending(Asked.RATING, NOON - timedelta(hours=5), tuple("12345"), OTHER))
    turn = respond(rating, said("5", None), WAITING, city)
    assert turn.replies[0].wording == "rated"

"""Standing answers: what is asked before them, behind them, and some days later."""

from dataclasses import replace
from datetime import timedelta

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Advice, Asked
from bot.conversation.turn import AnswerRecheck, AskLater, FileReport
from tests.bot.conversation.conftest import NOON, understood

LATE = "KTP saya kok belum jadi ya"
WORLD = Situation(
    answerable=frozenset({"ktp_status", "ktp_hilang", "vaksin"}),
    advice={"ktp_status": Advice("ktp", 14, False), "ktp_hilang": Advice("ktp", None, True)},
)


def ask(said, city, text=LATE, topic="ktp_status", **more):
    return respond(Dialogue(), said(text, understood("tanya", "ktp", faq=topic, **more)), WORLD, city)


def test_some_answers_need_to_know_something_first(said, city):
    turn = ask(said, city)
    assert turn.dialogue.pending.asked is Asked.CHECK
    assert (turn.replies[0].wording, turn.replies[0].topic) == ("check_first", "ktp_status")


def test_done_and_overdue_becomes_a_ticket_with_its_history(said, city):
    turn = respond(ask(said, city).dialogue, said("Sudah, lewat waktu", None, choice="over"), WORLD, city)
    assert isinstance(turn.action, FileReport)
    assert turn.action.draft.service == "ktp"
    assert turn.action.draft.story == LATE
    assert turn.action.draft.checked == ("ktp_status", "Sudah, lewat waktu")


def test_done_and_in_time_is_asked_again_when_it_is_over(said, city):
    turn = respond(ask(said, city).dialogue, said("2", None), WORLD, city)
    assert (turn.action, turn.replies[0].wording) == (AskLater("ktp_status", 14), "check_wait")


def test_not_done_gets_the_answer_and_is_asked_again(said, city):
    turn = respond(ask(said, city).dialogue, said("belum", understood("tolak")), WORLD, city)
    assert (turn.action, turn.replies[0].wording) == (AskLater("ktp_status", 14), "check_do")


def test_a_yes_alone_does_not_say_whether_it_is_overdue(said, city):
    turn = respond(ask(said, city).dialogue, said("iya", understood("setuju")), WORLD, city)
    assert turn.action is None


def test_was_it_of_use_is_asked_where_configured(said, city):
    turn = ask(said, city, "ktp ilang gimana", "ktp_hilang")
    assert [reply.wording for reply in turn.replies] == ["answer", "ask_helped"]
    plain = ask(said, city, "vaksin dimana", "vaksin")
    assert [reply.wording for reply in plain.replies] == ["answer"]


def test_no_it_was_not_makes_a_ticket(said, city):
    asked = ask(said, city, "ktp ilang gimana", "ktp_hilang")
    turn = respond(asked.dialogue, said("tidak", understood("tolak")), WORLD, city)
    assert turn.action.draft.story == "ktp ilang gimana"
    assert turn.action.draft.service == "ktp"


def test_yes_it_was_ends_it(said, city):
    asked = ask(said, city, "ktp ilang gimana", "ktp_hilang")
    turn = respond(asked.dialogue, said("ya", understood("setuju")), WORLD, city)
    assert (turn.action, turn.dialogue.pending) == (None, None)


def test_thanks_for_the_answer_is_a_yes(said, city):
    asked = ask(said, city, "ktp ilang gimana", "ktp_hilang")
    turn = respond(asked.dialogue, said("makasih banyak infonya min", understood("terima_kasih")), WORLD, city)
    assert turn.replies[0].wording == "glad_it_helped"


def test_nobody_is_asked_twice_about_an_unfiled_report_and_an_answer(said, city):
    open_report = respond(
        Dialogue(), said("lampu mati pak tolong", understood("lapor", "lampu_jalan")), WORLD, city
    )
    turn = respond(open_report.dialogue, said(LATE, understood("tanya", "ktp", faq="ktp_status")), WORLD, city)
    assert [reply.wording for reply in turn.replies] == ["answer"]
    assert turn.dialogue.draft.service == "lampu_jalan"
    assert turn.wake_at is not None


RECHECKED = replace(WORLD, rechecking=("ktp_status", NOON - timedelta(hours=1)))


def test_did_it_work_out_yes(said, city):
    turn = respond(Dialogue(), said("sudah pak", understood("setuju")), RECHECKED, city)
    assert turn.action == AnswerRecheck("ktp_status")


def test_did_it_work_out_no_makes_a_ticket(said, city):
    turn = respond(Dialogue(), said("belum juga", understood("tolak")), RECHECKED, city)
    assert turn.action.draft.service == "ktp"
    assert turn.replies[0].wording == "report_filed"


def test_an_answer_a_month_late_is_no_answer(said, city):
    long_ago = replace(WORLD, rechecking=("ktp_status", NOON - timedelta(days=30)))
    turn = respond(Dialogue(), said("belum", understood("tolak")), long_ago, city)
    assert turn.replies[0].wording == "nothing_asked"

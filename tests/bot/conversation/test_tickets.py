"""What a citizen says about a report that exists."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Pending
from bot.conversation.turn import AddToTicket, Confirm, Deny, Withdraw
from bot.messages import Location
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
CLAIMED = Situation(tickets=(ticket("claimed_done", asked_at=NOON - timedelta(hours=1)),))


@pytest.mark.parametrize("yes", ["sudah pak", "iya udah beres makasih", "1", "alhamdulillah sdh"])
def test_a_yes_to_is_it_fixed_closes(said, city, yes):
    turn = respond(Dialogue(), said(yes, understood("terima_kasih")), CLAIMED, city)
    assert turn.action == Confirm(NUMBER)


@pytest.mark.parametrize("no", ["belum", "blm pak masih sama", "2", "sudah tapi masih bocor", "boro2 pak"])
def test_a_no_to_is_it_fixed_reopens(said, city, no):
    turn = respond(Dialogue(), said(no, understood("tolak")), CLAIMED, city)
    assert turn.action == Deny(NUMBER, no)


def test_a_button_decides_whatever_the_model_thinks(said, city):
    turn = respond(Dialogue(), said("Belum", understood("setuju"), choice="no"), CLAIMED, city)
    assert isinstance(turn.action, Deny)


def test_yes_and_no_work_without_a_model(said, city):
    assert respond(Dialogue(), said("belum", None), CLAIMED, city).action == Deny(NUMBER, "belum")


def test_a_question_does_not_close_a_ticket(said, city):
    asks = said("sudah sampai mana ya laporan saya?", understood("cek_status"))
    turn = respond(Dialogue(), asks, CLAIMED, city)
    assert turn.action is None
    assert turn.replies[0].wording == "status_claimed_done"


def test_not_fixed_reopens_for_fourteen_days(said, city):
    text = f"belum beres {NUMBER}"
    for days, reopened in ((13, True), (15, False)):
        closed = Situation(tickets=(ticket("done", closed_at=NOON - timedelta(days=days)),))
        turn = respond(Dialogue(), said(text, understood("tolak"), numbers=(NUMBER,)), closed, city)
        assert isinstance(turn.action, Deny) is reopened


def test_how_far_is_it_by_number_and_without(said, city):
    mine = Situation(tickets=(ticket("in_progress"),))
    by_number = said(f"gimana {NUMBER}", understood("cek_status"), numbers=(NUMBER,))
    for what in (by_number, said("laporan saya gimana", understood("cek_status"))):
        assert respond(Dialogue(), what, mine, city).replies[0].wording == "status_in_progress"


def test_a_number_works_without_a_model(said, city):
    mine = Situation(tickets=(ticket("in_progress"),))
    turn = respond(Dialogue(), said(NUMBER, None, numbers=(NUMBER,)), mine, city)
    assert turn.replies[0].wording == "status_in_progress"


def test_somebody_elses_number_tells_nothing(said, city):
    turn = respond(Dialogue(), said(NUMBER, understood("cek_status"), numbers=(NUMBER,)), Situation(), city)
    assert turn.replies[0].wording == "number_unknown"


def test_status_with_no_report(said, city):
    turn = respond(Dialogue(), said("laporan saya gimana", understood("cek_status")), Situation(), city)
    assert turn.replies[0].wording == "no_tickets"


def test_a_photo_or_pin_soon_after_attaches_silently(said, city):
    mine, just_now = Situation(tickets=(ticket("received"),)), Dialogue(recent=NUMBER, recent_at=NOON)
    turn = respond(just_now, said("", None, location=Location(-6.2, 106.8)), mine, city)
    assert isinstance(turn.action, AddToTicket)
    assert not turn.replies


def test_a_detail_much_later_goes_to_the_only_open_ticket(said, city):
    mine = Situation(tickets=(ticket("waiting"),))
    turn = respond(Dialogue(), said("patokannya warung bu ani pak", understood("tambah_info")), mine, city)
    assert turn.action.number == NUMBER
    assert turn.replies[0].wording == "info_added"


def test_an_answer_to_the_agency_is_passed_on(said, city):
    asked = Situation(tickets=(ticket("needs_info", asked_at=NOON),))
    turn = respond(Dialogue(), said("warnanya biru, di sebelah kiri", understood("tambah_info")), asked, city)
    assert turn.action.answers
    assert turn.replies[0].wording == "answer_passed_on"


def test_a_new_matter_is_not_taken_for_an_answer_to_the_agency(said, city):
    asked = Situation(tickets=(ticket("needs_info", asked_at=NOON),))
    report = understood("lapor", "sampah", place="Jl. Kenanga")
    turn = respond(Dialogue(), said("sampah numpuk di Jl. Kenanga sudah seminggu", report), asked, city)
    assert turn.action.draft.service == "sampah"


def test_withdrawing_is_confirmed_first(said, city):
    mine = Situation(tickets=(ticket("waiting"),))
    asked = respond(Dialogue(), said("ga jadi deh laporannya", understood("batal")), mine, city)
    assert asked.action is None
    assert asked.dialogue.pending.asked is Asked.WITHDRAW
    assert respond(asked.dialogue, said("ya", understood("setuju")), mine, city).action == Withdraw(NUMBER)
    kept = respond(asked.dialogue, said("tidak", understood("tolak")), mine, city)
    assert kept.action is None
    assert kept.replies[0].wording == "kept_open"


def test_yes_to_nothing_gets_a_friendly_word(said, city):
    turn = respond(Dialogue(), said("ya", understood("setuju")), Situation(), city)
    assert turn.action is None
    assert turn.replies[0].wording == "nothing_asked"


def test_the_later_question_is_the_one_that_a_yes_answers(said, city):
    earlier = Dialogue(Pending(Asked.PLACE, NOON - timedelta(days=1)))
    assert respond(earlier, said("sudah", understood("setuju")), CLAIMED, city).action == Confirm(NUMBER)


def test_another_report_with_a_no_in_it_is_no_answer(said, city):
    report = said(
        "sampah di Jl. Kenanga tidak diangkut seminggu", understood("lapor", "sampah", place="Jl. Kenanga")
    )
    turn = respond(Dialogue(), report, CLAIMED, city)
    assert turn.action.draft.service == "sampah"


def test_the_same_problem_told_again_is_a_no(said, city):
    again = said("jalannya masih berlubang tidak ada yang datang", understood("lapor", "jalan_rusak"))
    assert isinstance(respond(Dialogue(), again, CLAIMED, city).action, Deny)


def test_a_story_beside_a_number_waits_for_the_model(said, city):
    mine = Situation(tickets=(ticket("in_progress"),))
    told = said(f"halo pak {NUMBER}\njalan di depan sekolah berlubang parah sekali", None, numbers=(NUMBER,))
    assert respond(Dialogue(), told, mine, city).hold


# -- a day that is over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "days", "wording"),
    [
        ("waiting", {"solve_by": NOON - timedelta(hours=1)}, "status_waiting"),  # a day counts to its end
        ("waiting", {"solve_by": NOON - timedelta(days=1)}, "status_waiting_late"),
        ("in_progress", {"solve_by": NOON - timedelta(days=1)}, "status_in_progress_late"),
        ("scheduled", {"expected_on": NOON - timedelta(days=1)}, "status_scheduled_late"),
        ("scheduled", {"expected_on": NOON, "solve_by": NOON - timedelta(days=9)}, "status_scheduled"),
        ("claimed_done", {"solve_by": NOON - timedelta(days=1)}, "status_claimed_done"),
        ("coordination", {"solve_by": NOON - timedelta(days=1)}, "status_coordination"),
    ],
)
def test_who_asks_after_the_target_reads_that_it_is_over(said, city, status, days, wording):
    mine = Situation(tickets=(ticket(status, **days),))
    turn = respond(Dialogue(), said("gimana laporan saya", understood("cek_status")), mine, city)
    assert [reply.wording for reply in turn.replies] == [wording]


@pytest.mark.parametrize(("late", "wording"), [(0, "anger_met_open"), (1, "anger_met_open_late")])
def test_who_is_angry_about_it_reads_that_too(said, city, late, wording):
    mine = Situation(tickets=(ticket(solve_by=NOON - timedelta(days=late)),))
    turn = respond(Dialogue(), said("kerja apa sih kalian", understood("marah")), mine, city)
    assert turn.replies[0].wording == wording


def test_what_an_agency_has_closed_is_not_withdrawn(said, city):
    """Whoever wants it withdrawn, by its number, is told how it ended."""
    never_mind = said(f"batalkan saja {NUMBER}", understood("batal"), numbers=(NUMBER,))
    for status, closed_at in (("rejected", NOON), ("withdrawn", NOON)):
        ended = Situation(tickets=(ticket(status, closed_at=closed_at),))
        turn = respond(Dialogue(), never_mind, ended, city)
        assert turn.dialogue.pending is None
        assert turn.replies[0].wording == f"status_{status}"


def test_a_yes_to_withdrawing_comes_too_late(said, city):
    asked = Dialogue(Pending(Asked.WITHDRAW, NOON, ("withdraw", "keep"), NUMBER))
    ended = Situation(tickets=(ticket("rejected", closed_at=NOON),))
    turn = respond(asked, said("ya", None), ended, city)
    assert turn.action is None
    assert turn.replies[0].wording == "status_rejected"

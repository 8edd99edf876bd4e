"""Several problems in one text, and one text that could be about several reports."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond, respond_to_silence
from bot.conversation.reports import services
from bot.conversation.state import Asked
from bot.conversation.turn import AddToTicket, AskPerson, Confirm, Deny, FileReport, Withdraw
from nlu.client import Guess
from tests.bot.conversation.conftest import NOON, ticket, understood

FIRST, SECOND = "JK-7Q2M9X-4", "JK-1B3C5D-7"
HOLE_AND_LIGHT = "jalan berlubang di Jl. Melati, lampunya juga mati"
HOLE_AND_WASTE = "jalan berlubang di Jl. Melati, sampahnya juga numpuk"
TWO_OPEN = Situation(
    tickets=(ticket(number=FIRST, service="jalan_rusak"), ticket(number=SECOND, service="sampah"))
)


def claimed(number: str, service: str, hours_ago: int):
    return ticket("claimed_done", number, service=service, asked_at=NOON - timedelta(hours=hours_ago))


TWO_CLAIMED = Situation(tickets=(claimed(FIRST, "jalan_rusak", 2), claimed(SECOND, "sampah", 3)))


def both(**more):
    return understood("lapor", "jalan_rusak", also=("lampu_jalan",), **more)


def test_two_problems_are_filed_together_with_one_reply(said, city):
    turn = respond(Dialogue(), said(HOLE_AND_LIGHT, both(place="Jl. Melati")), Situation(), city)
    assert isinstance(turn.action, FileReport)
    assert services(turn.action.draft, city) == ("jalan_rusak", "lampu_jalan")
    assert [reply.wording for reply in turn.replies] == ["reports_filed"]


def test_a_place_that_one_of_them_needs_is_asked_once_for_both(said, city):
    asked = respond(Dialogue(), said("jalan rusak, lampu juga mati pak tolong", both()), Situation(), city)
    assert [reply.wording for reply in asked.replies] == ["ask_place"]
    turn = respond(asked.dialogue, said("Gang Kober RT 3", understood("tambah_info")), Situation(), city)
    assert services(turn.action.draft, city) == ("jalan_rusak", "lampu_jalan")


def torn(first=0.5, second=0.4, others=("jalan_rusak", "sampah"), **more):
    """What the model makes of two problems in one text: between two services it cannot tell."""
    guesses = (Guess(others[0], first), Guess(others[1], second), Guess("trotoar_jpo", 0.02))
    return replace(understood("lapor", "jalan_rusak", **more), services=guesses)


def test_whoever_is_asked_about_two_likely_services_may_mean_both(said, city):
    asked = respond(Dialogue(), said(HOLE_AND_WASTE, torn(place="Jl. Melati")), Situation(), city)
    options = [key for key, _ in asked.replies[0].choices]
    assert options == ["jalan_rusak", "sampah", "trotoar_jpo", "both", "other"]
    turn = respond(asked.dialogue, said("Keduanya", None, choice="both"), Situation(), city)
    assert services(turn.action.draft, city) == ("jalan_rusak", "sampah")
    assert [reply.wording for reply in turn.replies] == ["reports_filed"]


@pytest.mark.parametrize(("first", "second"), [(0.7, 0.14), (0.44, 0.3)], ids=["one is likely", "many are"])
def test_both_is_offered_only_where_two_stand_out(said, city, first, second):
    asked = respond(Dialogue(), said(HOLE_AND_WASTE, torn(first, second, place="Jl. Melati")), Situation(), city)
    assert "both" not in asked.dialogue.pending.options


@pytest.mark.parametrize(
    ("answer", "picked"),
    [
        ("4", ("jalan_rusak", "sampah")),
        ("keduanya pak", ("jalan_rusak", "sampah")),
        ("1 dan 3", ("jalan_rusak", "trotoar_jpo")),
        ("no 2, 1", ("sampah", "jalan_rusak")),
        ("1,2,3", ("jalan_rusak", "sampah", "trotoar_jpo")),
        ("1 sama 5", ("jalan_rusak",)),
        ("2", ("sampah",)),
    ],
)
def test_several_are_picked_by_their_numbers(said, city, answer, picked):
    asked = respond(Dialogue(), said(HOLE_AND_WASTE, torn(place="Jl. Melati")), Situation(), city)
    means_all = answer.startswith("keduanya")
    turn = respond(asked.dialogue, said(answer, understood("tambah_info"), means_all=means_all), Situation(), city)
    assert services(turn.action.draft, city) == picked


@pytest.mark.parametrize("answer", ["1 dan 9", "12", "jalan 1 meter 2 senti"])
def test_numbers_that_are_no_choice_pick_nothing(said, city, answer):
    asked = respond(Dialogue(), said(HOLE_AND_WASTE, torn(place="Jl. Melati")), Situation(), city)
    turn = respond(asked.dialogue, said(answer, understood("tambah_info", sure=0.4)), Situation(), city)
    assert not isinstance(turn.action, FileReport)


def test_of_two_picked_one_for_few_eyes_takes_the_story(said, city):
    asked = respond(
        Dialogue(), said("x", torn(others=("jalan_rusak", "pungli"), place="Jl. Melati")), Situation(), city
    )
    turn = respond(asked.dialogue, said("Keduanya", None, choice="both"), Situation(), city)
    assert turn.action.sealed
    assert turn.action.draft.service == "pungli"


def test_what_is_explained_instead_is_one_report(said, city):
    asked = respond(Dialogue(), said(HOLE_AND_WASTE, torn(place="Jl. Melati")), Situation(), city)
    told = said("aspalnya yang bolong pak, mohon ditambal", understood("lapor", "jalan_rusak"))
    turn = respond(asked.dialogue, told, Situation(), city)
    assert services(turn.action.draft, city) == ("jalan_rusak",)


def test_a_sealed_matter_never_rides_along_with_an_open_one(said, city):
    meaning = understood("lapor", "jalan_rusak", also=("pungli", "nowhere"), place="Jl. Melati")
    turn = respond(Dialogue(), said(HOLE_AND_LIGHT, meaning), Situation(), city)
    assert services(turn.action.draft, city) == ("jalan_rusak",)


def test_a_detail_goes_to_the_report_that_it_fits(said, city):
    detail = said("sampahnya sekarang sampai ke tengah jalan", understood("tambah_info", "sampah"))
    assert respond(Dialogue(), detail, TWO_OPEN, city).action.number == SECOND


def test_a_detail_that_fits_none_is_asked_about_and_kept(said, city):
    text = "rumah nomor 12 ya pak, yang pagar hijau"
    asked = respond(Dialogue(), said(text, understood("tambah_info")), TWO_OPEN, city)
    assert asked.dialogue.pending.asked is Asked.WHICH
    assert [key for key, _ in asked.replies[0].choices] == [FIRST, SECOND, "other"]

    turn = respond(asked.dialogue, said("2", None), TWO_OPEN, city)
    assert turn.action == AddToTicket(SECOND, text)
    assert turn.dialogue.pending is None


def test_none_of_them_is_read_by_a_person(said, city):
    asked = respond(Dialogue(), said("yang pagar hijau itu pak", understood("tambah_info")), TWO_OPEN, city)
    turn = respond(asked.dialogue, said("3", None), TWO_OPEN, city)
    assert turn.action == AskPerson("unsure", "yang pagar hijau itu pak")


def test_a_detail_whose_report_is_never_named_is_not_lost(said, city):
    asked = respond(Dialogue(), said("yang pagar hijau itu pak", understood("tambah_info")), TWO_OPEN, city)
    assert asked.wake_at == NOON + timedelta(minutes=31)
    turn = respond_to_silence(asked.dialogue, TWO_OPEN, city, NOON + timedelta(minutes=30))
    assert turn.action == AskPerson("unsure", "yang pagar hijau itu pak")


def test_a_yes_after_two_questions_is_asked_about(said, city):
    asked = respond(Dialogue(), said("sudah", understood("setuju")), TWO_CLAIMED, city)
    assert asked.dialogue.pending.asked is Asked.WHICH
    turn = respond(asked.dialogue, said("1", None), TWO_CLAIMED, city)
    assert turn.action == Confirm(FIRST)


def test_a_no_keeps_what_was_said_with_it(said, city):
    asked = respond(Dialogue(), said("belum pak, masih sama saja", understood("tolak")), TWO_CLAIMED, city)
    turn = respond(asked.dialogue, said("2", None), TWO_CLAIMED, city)
    assert turn.action == Deny(SECOND, "belum pak, masih sama saja")


def test_a_quoted_question_tells_which_one_is_meant(said, city):
    turn = respond(Dialogue(), said("sudah", understood("setuju"), quoted=SECOND), TWO_CLAIMED, city)
    assert turn.action == Confirm(SECOND)


def test_a_question_asked_much_later_is_the_one_that_is_answered(said, city):
    days_apart = Situation(tickets=(claimed(FIRST, "jalan_rusak", 2), claimed(SECOND, "sampah", 50)))
    assert respond(Dialogue(), said("sudah", understood("setuju")), days_apart, city).action == Confirm(FIRST)


def test_the_topic_of_an_answer_tells_which_one_is_meant(said, city):
    answer = said("belum, sampahnya masih ada", understood("tolak", "sampah"))
    assert respond(Dialogue(), answer, TWO_CLAIMED, city).action.number == SECOND


@pytest.mark.parametrize("nonsense", ["9", "0", "hmm"])
def test_what_is_no_option_picks_nothing(said, city, nonsense):
    asked = respond(Dialogue(), said("sudah", understood("setuju")), TWO_CLAIMED, city)
    turn = respond(asked.dialogue, said(nonsense, understood("salam", sure=0.2)), TWO_CLAIMED, city)
    assert not isinstance(turn.action, Confirm | Deny)


def test_withdrawing_with_two_open_reports_asks_which(said, city):
    asked = respond(Dialogue(), said("ga jadi lapor deh pak", understood("batal")), TWO_OPEN, city)
    assert asked.dialogue.pending.asked is Asked.WHICH
    sure = respond(asked.dialogue, said("1", None), TWO_OPEN, city)
    assert sure.dialogue.pending.asked is Asked.WITHDRAW
    assert respond(sure.dialogue, said("ya", understood("setuju")), TWO_OPEN, city).action == Withdraw(FIRST)


def test_an_open_report_is_not_dropped_by_a_question_about_others(said, city):
    waiting = respond(
        Dialogue(), said("lampu mati pak tolong", understood("lapor", "lampu_jalan")), TWO_OPEN, city
    )
    later = replace(
        TWO_CLAIMED, tickets=tuple(replace(t, asked_at=NOON + timedelta(minutes=2)) for t in TWO_CLAIMED.tickets)
    )
    asked = respond(
        waiting.dialogue, said("sudah", understood("setuju"), at=NOON + timedelta(minutes=3)), later, city
    )
    assert asked.dialogue.pending.asked is Asked.WHICH
    assert asked.dialogue.draft.service == "lampu_jalan"


# -- found by random conversations (tests/conversation_properties) ------------------------------------------------


def test_words_that_nobody_named_a_report_for_go_to_a_person_when_the_talk_moves_on(said, city):
    asked = respond(Dialogue(), said("yang pagar hijau itu pak", understood("tambah_info")), TWO_OPEN, city)
    turn = respond(asked.dialogue, said("terima kasih banyak ya", understood("terima_kasih")), TWO_OPEN, city)
    assert turn.action == AskPerson("unsure", "yang pagar hijau itu pak")
    assert turn.hold  # the thanks is looked at next, on its own


def test_a_second_report_makes_room_by_filing_the_first(said, city):
    first = said("lampu mati pak tolong", understood("lapor", "lampu_jalan"))
    waiting = respond(Dialogue(), first, Situation(), city)
    fire = said("tolong ada kebakaran pak!", understood("darurat", "kebakaran"))
    urgent = respond(waiting.dialogue, fire, Situation(), city)
    second = said("sampah di Jl. Melati menumpuk", understood("lapor", "sampah", place="Jl. Melati"))
    turn = respond(urgent.dialogue, second, Situation(), city)
    assert turn.action.draft.service == "lampu_jalan"
    assert turn.hold


def test_an_unclear_first_story_goes_to_a_person_before_the_second(said, city):
    unclear = said("itu yg di ujung sana kok begitu terus ya", understood("lapor", "pohon", service_sure=0.3))
    asked = respond(Dialogue(), unclear, Situation(), city)
    fire = said("anak saya tenggelam", understood("darurat", "kebakaran"))
    urgent = respond(asked.dialogue, fire, Situation(), city)
    second = said("sampah di Jl. Melati menumpuk", understood("lapor", "sampah", place="Jl. Melati"))
    assert respond(urgent.dialogue, second, Situation(), city).action == AskPerson("unsure", unclear.text)


def test_a_report_that_names_a_ticket_is_added_to_it(said, city):
    more = said(f"jalannya makin rusak parah pak {FIRST}", understood("lapor", "jalan_rusak"), numbers=(FIRST,))
    assert respond(Dialogue(), more, TWO_OPEN, city).action == AddToTicket(FIRST, more.text)


def test_another_report_that_mentions_a_ticket_is_filed(said, city):
    text = f"dulu saya lapor {FIRST}, sekarang pohon tumbang di Jl. Mawar"
    other = said(text, understood("lapor", "pohon", place="Jl. Mawar"), numbers=(FIRST,))
    assert isinstance(respond(Dialogue(), other, TWO_OPEN, city).action, FileReport)


def test_a_report_with_a_number_that_is_not_theirs_is_filed(said, city):
    text = "pohon tumbang di Jl. Mawar seperti JK-XXXXXX-X"
    other = said(text, understood("lapor", "pohon", place="Jl. Mawar"), numbers=("JK-9Z9Z9Z-9",))
    assert isinstance(respond(Dialogue(), other, TWO_OPEN, city).action, FileReport)


def test_the_not_in_a_report_of_its_own_answers_no_question(said, city):
    asked = respond(Dialogue(), said("hapus data", None), Situation(), city)
    report = said("sampah di tps sudah seminggu tidak diangkut", understood("lapor", "sampah"))
    turn = respond(asked.dialogue, report, Situation(), city)
    assert turn.replies[0].wording == "ask_place"

"""Putting a report right after it was filed, and a service's own question."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Pending
from bot.conversation.turn import AddToTicket, AskPerson, Correct, FileReport
from bot.messages import Location
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
MINE = Situation(tickets=(ticket("received"),))
JUST_FILED = Dialogue(recent=NUMBER, recent_at=NOON)


@pytest.fixture
def asked_what(said, city):
    return respond(JUST_FILED, said("UBAH", None), MINE, city).dialogue


def test_change_offers_what_can_be_changed(said, city):
    turn = respond(JUST_FILED, said("ubah", None), MINE, city)
    assert [key for key, _ in turn.replies[0].choices] == ["place", "service", "withdraw"]


def test_change_without_any_report_says_so(said, city):
    assert respond(Dialogue(), said("ubah", None), Situation(), city).replies[0].wording == "no_tickets"


def test_a_story_that_names_one_of_them_picks_none(said, city):
    """It came before UBAH, which was looked at first: what it tells must not be lost."""
    two = Situation(tickets=(ticket("received"), ticket("received", number="JK-8M1J7W-W")))
    which = respond(Dialogue(), said("UBAH", None), two, city)
    assert which.dialogue.pending.asked is Asked.WHICH
    text = f"sekarang lampu di Jl. Melati juga mati semua sejak kemarin malam {NUMBER}"
    story = said(text, understood("lapor", "lampu_jalan", place="Jl. Melati"), numbers=(NUMBER,))
    turn = respond(which.dialogue, story, two, city)
    assert isinstance(turn.action, FileReport)
    assert "lampu di Jl. Melati" in turn.action.draft.story


def test_the_place_is_put_right(said, city, asked_what):
    place = respond(asked_what, said("1", None), MINE, city)
    assert place.dialogue.pending.asked is Asked.NEW_PLACE
    turn = respond(place.dialogue, said("Jl. Anggrek 5, bukan Melati", understood("tambah_info")), MINE, city)
    assert turn.action == Correct(NUMBER, place="Jl. Anggrek 5, bukan Melati")
    again = said(
        "jalan di depan sekolah berlubang parah di Jl. Anggrek 5",
        understood("lapor", "jalan_rusak", place="Jl. Anggrek 5"),
    )
    assert respond(place.dialogue, again, MINE, city).action == Correct(
        NUMBER, place="Jl. Anggrek 5", text=again.text
    )
    pinned = respond(place.dialogue, said("", None, location=Location(-6.2, 106.8)), MINE, city)
    assert pinned.action == Correct(NUMBER, location=Location(-6.2, 106.8))


def test_what_it_is_about_is_put_right_in_words(said, city, asked_what):
    kind = respond(asked_what, said("2", None), MINE, city)
    turn = respond(
        kind.dialogue, said("itu salurannya yang mampet", understood("lapor", "saluran_air")), MINE, city
    )
    assert turn.action == Correct(NUMBER, service="saluran_air", text="itu salurannya yang mampet")


def test_what_it_is_about_is_offered_where_the_words_do_not_tell(said, city, asked_what):
    kind = respond(asked_what, said("2", None), MINE, city)
    unclear = understood("lapor", "saluran_air", service_sure=0.3)
    offered = respond(kind.dialogue, said("yang di pinggir itu lho pak", unclear), MINE, city)
    assert offered.dialogue.pending.asked is Asked.NEW_SERVICE
    picked = respond(offered.dialogue, said("1", None), MINE, city)
    assert picked.action == Correct(NUMBER, service="saluran_air", text="yang di pinggir itu lho pak")
    other = respond(offered.dialogue, said("", None, choice="other"), MINE, city)
    assert isinstance(other.action, AskPerson)


def test_a_change_can_be_a_withdrawal(said, city, asked_what):
    assert respond(asked_what, said("3", None), MINE, city).dialogue.pending.asked is Asked.WITHDRAW


def test_an_answer_a_day_late_changes_nothing(said, city, asked_what):
    place = respond(asked_what, said("1", None), MINE, city)
    late = said("Jl. Anggrek", understood("tambah_info"), at=NOON + timedelta(days=1))
    assert not isinstance(respond(place.dialogue, late, MINE, city).action, Correct)


def test_a_services_own_question_goes_along_with_the_one_for_the_place(said, city):
    dark = said("lampu jalan depan rumah mati pak", understood("lapor", "lampu_jalan"))
    asked = respond(Dialogue(), dark, Situation(), city)
    assert [reply.wording for reply in asked.replies] == ["ask_place", "own_question"]
    turn = respond(asked.dialogue, said("Jl. Melati 3, tiang 0123", understood("tambah_info")), Situation(), city)
    assert isinstance(turn.action, FileReport)
    assert [reply.wording for reply in turn.replies] == ["report_filed"]


def test_with_the_place_told_it_follows_the_filing_and_holds_up_nothing(said, city):
    dark = said("lampu jalan mati di Jl. Melati 3", understood("lapor", "lampu_jalan", place="Jl. Melati 3"))
    turn = respond(Dialogue(), dark, Situation(), city)
    assert isinstance(turn.action, FileReport)
    assert [reply.wording for reply in turn.replies] == ["report_filed", "own_question"]


def test_what_was_told_already_is_not_asked(said, city):
    text = "lampu jalan mati di Jl. Melati 3, nomor tiang BT-17"
    turn = respond(
        Dialogue(), said(text, understood("lapor", "lampu_jalan", place="Jl. Melati 3")), Situation(), city
    )
    assert [reply.wording for reply in turn.replies] == ["report_filed"]


DETAIL = Dialogue(Pending(Asked.DETAIL, NOON, ticket=NUMBER), recent=NUMBER, recent_at=NOON)


def test_the_detail_is_added(said, city):
    turn = respond(DETAIL, said("BT-17", understood("tambah_info", sure=0.4)), MINE, city)
    assert turn.action == AddToTicket(NUMBER, "BT-17")


def test_not_knowing_the_detail_is_fine(said, city):
    turn = respond(DETAIL, said("ga tau", understood("tolak")), MINE, city)
    assert (turn.action, turn.replies[0].wording) == (None, "never_mind")


def test_another_report_is_not_taken_for_the_detail(said, city):
    other = said(
        "sampah di Jl. Kenanga sudah seminggu tidak diangkut", understood("lapor", "sampah", place="Jl. Kenanga")
    )
    assert isinstance(respond(DETAIL, other, MINE, city).action, FileReport)

"""Words for few eyes only, wherever they come in: with a place, a no, a correction, a wish, a number."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Draft, Pending
from bot.conversation.turn import AddToTicket, AnswerRecheck, AskPerson, Correct, FileReport, JudgeAll
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER, OTHER = "JK-7Q2M9X-4", "JK-1B3C5D-7"
BRIBE = "petugasnya minta uang 20 ribu"
OPEN = Situation(tickets=(ticket("waiting"),))


def asking(asked, **more):
    draft = Draft("lapor", "parkir liar makin parah", "parkir_liar")
    return Dialogue(Pending(asked, NOON, **more), draft)


def test_told_with_the_place(said, city):
    answer = said(f"depan Pasar Minggu, {BRIBE}", understood("tambah_info", place="Pasar Minggu"))
    assert respond(asking(Asked.PLACE), answer, Situation(), city).action.sealed


def test_told_instead_of_a_choice(said, city):
    question = asking(Asked.SERVICE, options=("parkir_liar", "other"))
    answer = said(f"parkirnya di Jl. Melati, {BRIBE}", understood("lapor", "parkir_liar", place="Jl. Melati"))
    assert respond(question, answer, Situation(), city).action.sealed


def test_told_with_the_no_to_an_answer(said, city):
    held = Draft("lapor", "cara bikin KTP gimana", "ktp")
    question = Dialogue(Pending(Asked.HELPED, NOON, ("helped", "not_helped"), topic="ktp_baru", held=held))
    turn = respond(question, said(f"belum, {BRIBE} dulu", understood("tolak")), Situation(), city)
    assert turn.action.sealed


def test_told_when_it_did_not_work_out(said, city):
    asked = Situation(rechecking=("ktp_baru", NOON - timedelta(hours=1)))
    turn = respond(Dialogue(), said(f"belum, {BRIBE}", understood("tolak")), asked, city)
    assert isinstance(turn.action, AnswerRecheck)
    assert turn.action.sealed
    assert turn.dialogue.pending.asked is Asked.SAFE


@pytest.mark.parametrize(
    ("text", "service"), [(f"bukan lampu, {BRIBE}", "lampu_jalan"), ("itu pungli di kelurahan", "pungli")]
)
def test_told_as_a_correction(said, city, text, service):
    question = Dialogue(Pending(Asked.NEW_SERVICE, NOON, ticket=NUMBER))
    turn = respond(question, said(text, understood("lapor", service, sure=0.95)), OPEN, city)
    assert isinstance(turn.action, Correct)
    assert turn.action.seals
    assert [reply.wording for reply in turn.replies] == ["sealed_now"]
    assert turn.dialogue.pending.asked is Asked.SAFE


def test_told_of_several_at_once(said, city):
    claims = tuple(
        ticket("claimed_done", number, service=service, asked_at=NOON - timedelta(hours=2))
        for number, service in ((NUMBER, "jalan_rusak"), (OTHER, "sampah"))
    )
    turn = respond(Dialogue(), said(f"semuanya belum, {BRIBE}", understood("tolak")), Situation(claims), city)
    assert isinstance(turn.action, JudgeAll)
    assert turn.action.seals


@pytest.mark.parametrize("intent", ["marah", "cek_status"])
def test_told_with_a_ticket_number(said, city, intent):
    text = f"{NUMBER} {BRIBE}, gimana ini pak"
    turn = respond(Dialogue(), said(text, understood(intent), numbers=(NUMBER,)), OPEN, city)
    assert isinstance(turn.action, AddToTicket)
    assert turn.action.seals


@pytest.mark.parametrize(
    ("intent", "text"), [("bicara_petugas", "saya mau bicara petugas soal"), ("marah", "kalian kerja apa sih")]
)
def test_a_ticket_number_does_not_swallow_the_rest(said, city, intent, text):
    turn = respond(Dialogue(), said(f"{text} {NUMBER}", understood(intent), numbers=(NUMBER,)), OPEN, city)
    assert turn.action == AskPerson("person", f"{text} {NUMBER}", NUMBER)


# -- beside the wish to be named nowhere ------------------------------------------------------------------------


def test_the_place_of_a_fire_is_not_lost(said, city):
    fire = Situation(tickets=(ticket("received", service="kebakaran", urgent=True),))
    question = Dialogue(Pending(Asked.EMERGENCY_PLACE, NOON, ticket=NUMBER), recent=NUMBER, recent_at=NOON)
    answer = said("gang mawar rt 2, rahasiakan nama saya ya", understood("tambah_info", place="gang mawar rt 2"))
    turn = respond(question, answer, fire, city)
    assert isinstance(turn.action, AddToTicket)
    assert turn.action.place
    assert turn.hides_name


@pytest.mark.parametrize(
    ("text", "meaning", "kind"),
    [
        ("petugasnya minta uang, rahasiakan nama saya", "tambah_info", AddToTicket),
        ("mau bicara petugas, rahasiakan nama saya", "bicara_petugas", AskPerson),
    ],
)
def test_what_is_said_beside_that_wish_is_done(said, city, text, meaning, kind):
    turn = respond(Dialogue(), said(text, understood(meaning)), OPEN, city)
    assert isinstance(turn.action, kind)
    assert turn.hides_name


def test_a_photo_beside_that_wish_is_kept(said, city):
    spoken = said("rahasiakan nama saya", understood("tambah_info"), media=1, kinds=frozenset({"image"}))
    turn = respond(Dialogue(), spoken, OPEN, city)
    assert isinstance(turn.action, AddToTicket)


# -- on a phone that others may read ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["done", "withdrawn"])
def test_a_closed_sealed_matter_is_not_named_either(said, city, status):
    closed = ticket(status, sealed=True, service="perempuan_anak", closed_at=NOON, outcome="confirmed")
    turn = respond(Dialogue(), said("laporan saya gimana?", understood("cek_status")), Situation((closed,)), city)
    assert [reply.wording for reply in turn.replies] == ["status_sealed_closed"]


def test_which_one_names_the_number_of_a_sealed_one_alone(said, city):
    mine = Situation((ticket("waiting"), ticket("waiting", OTHER, service="perempuan_anak", sealed=True)))
    turn = respond(Dialogue(), said("ubah", None), mine, city)
    assert (OTHER, f"ticket:{OTHER}:") in turn.replies[0].choices


def test_a_report_stays_what_it_is_without_such_words(said, city):
    answer = said("depan Pasar Minggu", understood("tambah_info", place="Pasar Minggu"))
    turn = respond(asking(Asked.PLACE), answer, Situation(), city)
    assert isinstance(turn.action, FileReport)
    assert not turn.action.sealed

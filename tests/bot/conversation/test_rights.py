"""What people can ask for with a word, sealed matters, other languages, voices, and who is not answered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond, respond_to_silence
from bot.conversation.state import Asked, Draft, Pending
from bot.conversation.turn import AskPerson, Confirm, Erase, FileReport, Rate, SetSafeContact, ShowData
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
CLAIMED = ticket("claimed_done", asked_at=NOON - timedelta(hours=1), may_be_rated=True)


def test_my_data_is_shown(said, city):
    assert respond(Dialogue(), said("DATA SAYA", None), Situation(), city).action == ShowData()


@pytest.mark.parametrize(("answer", "erased"), [("ya", True), ("1", True), ("tidak", False), ("2", False)])
def test_erasing_needs_a_clear_yes(said, city, answer, erased):
    asked = respond(Dialogue(), said("hapus data", None), Situation(), city)
    assert asked.dialogue.pending.asked is Asked.ERASE
    turn = respond(asked.dialogue, said(answer, None), Situation(), city)
    assert (turn.action == Erase()) is erased


def test_something_else_erases_nothing(said, city):
    asked = respond(Dialogue(), said("hapus data", None), Situation(), city)
    other = said("lampu mati di Jl. Melati", understood("lapor", "lampu_jalan", place="Jl. Melati"))
    assert isinstance(respond(asked.dialogue, other, Situation(), city).action, FileReport)


STORY = "sudah dua minggu jalan di gang kami masih berlubang"


def test_a_story_answers_no_question_without_a_model(said, city):
    """It came before HAPUS DATA, which was looked at first; the "masih" in it is no "keep it"."""
    asked = respond(Dialogue(), said("hapus data", None), Situation(), city)
    turn = respond(asked.dialogue, said(STORY, None), Situation(), city)
    assert turn.hold
    assert turn.dialogue.pending.asked is Asked.ERASE


def test_a_story_answers_no_question_whatever_it_is_about(said, city):
    asked = respond(Dialogue(), said("hapus data", None), Situation(), city)
    turn = respond(
        asked.dialogue, said(STORY, understood("lapor", "jalan_rusak", service_sure=0.75)), Situation(), city
    )
    assert "not_erased" not in [reply.wording for reply in turn.replies]


def test_a_yes_the_day_after_erases_nothing(said, city):
    asked = respond(Dialogue(), said("hapus data", None), Situation(), city)
    late = said("ya", understood("setuju"), at=NOON + timedelta(days=2))
    assert respond(asked.dialogue, late, Situation(), city).action is None


def test_a_name_is_hidden_beside_the_report(said, city):
    text = "sampah menumpuk di Jl. Melati, tolong rahasiakan nama saya"
    hidden = said(text, understood("lapor", "sampah", place="Jl. Melati"), hides_name=True)
    turn = respond(Dialogue(), hidden, Situation(), city)
    assert turn.hides_name
    assert [reply.wording for reply in turn.replies] == ["report_filed", "name_hidden"]


def test_a_sealed_matter_is_asked_for_a_safe_way_back(said, city):
    paid = said("lurah minta 500 ribu buat tanda tangan", understood("lapor", "pungli"))
    turn = respond(Dialogue(), paid, Situation(), city)
    assert turn.action.sealed
    assert turn.replies[0].wording == "sealed_filed"
    assert turn.dialogue.pending.asked is Asked.SAFE


def test_signs_of_violence_seal_whatever_the_model_sees(said, city):
    text = "tetangga saya sering dipukuli, itu kdrt pak"
    turn = respond(Dialogue(), said(text, understood("lapor", "ketertiban"), sealed_words=True), Situation(), city)
    assert turn.action.sealed


SAFE = Dialogue(Pending(Asked.SAFE, NOON, ("safe", "not_safe"), NUMBER), recent=NUMBER, recent_at=NOON)
SEALED = Situation(tickets=(ticket("received", sealed=True),))


OTHER_WAY = "hubungi lewat kakak saya saja di puskesmas"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("aman", SetSafeContact(NUMBER, True)),
        ("1", SetSafeContact(NUMBER, True)),
        ("2", SetSafeContact(NUMBER, False)),
        ("tidak aman", SetSafeContact(NUMBER, False)),
        ("jangan", SetSafeContact(NUMBER, False)),
        (OTHER_WAY, SetSafeContact(NUMBER, False, OTHER_WAY)),
    ],
)
def test_only_a_yes_allows_to_write(said, city, answer, expected):
    turn = respond(SAFE, said(answer, understood("tambah_info", sure=0.5)), SEALED, city)
    assert turn.action == expected


def test_the_state_of_a_sealed_matter_names_nothing(said, city):
    turn = respond(Dialogue(), said("gimana laporan saya", understood("cek_status")), SEALED, city)
    assert turn.replies[0].wording == "status_sealed"


def test_someone_who_wants_to_die_is_met_at_once(said, city):
    text = "saya capek hidup, mau mengakhiri semuanya"
    turn = respond(
        Dialogue(), said(text, understood("marah"), self_harm=True, sealed_words=True), Situation(), city
    )
    assert turn.action.urgent
    assert turn.action.sealed
    assert turn.replies[0].wording == "emergency_self_harm_ask_place"


def test_a_closing_is_rated_once(said, city):
    asked = respond(Dialogue(), said("sudah beres", understood("setuju")), Situation(tickets=(CLAIMED,)), city)
    assert asked.action == Confirm(NUMBER)
    assert [reply.wording for reply in asked.replies] == ["closed_confirmed", "ask_rating"]
    rated = respond(asked.dialogue, said("4", None), Situation(tickets=(ticket("done"),)), city)
    assert rated.action == Rate(NUMBER, 4)
    again = replace(CLAIMED, may_be_rated=False)
    turn = respond(Dialogue(), said("sudah beres", understood("setuju")), Situation(tickets=(again,)), city)
    assert [reply.wording for reply in turn.replies] == ["closed_confirmed"]


@pytest.mark.parametrize("text", ["0", "6", "10", "makasih ya"])
def test_what_is_no_rating_is_none(said, city, text):
    asked = respond(Dialogue(), said("sudah beres", understood("setuju")), Situation(tickets=(CLAIMED,)), city)
    turn = respond(asked.dialogue, said(text, understood("terima_kasih")), Situation(), city)
    assert not isinstance(turn.action, Rate)


def test_english_gets_an_english_line_and_a_person(said, city):
    text = "there is a big hole in the road near my house"
    turn = respond(Dialogue(), said(text, understood("lapor", "jalan_rusak"), english=True), Situation(), city)
    assert turn.action == AskPerson("english", text)
    assert turn.language == "en"


def test_whoever_returns_to_indonesian_is_answered_in_it(said, city):
    turn = respond(Dialogue(), said("halo pak", understood("salam"), english=False), Situation(), city)
    assert turn.language == "id"


def test_an_emergency_in_english_still_comes_first(said, city):
    turn = respond(
        Dialogue(),
        said("help there is a fire", understood("darurat", "kebakaran"), english=True),
        Situation(),
        city,
    )
    assert turn.action.urgent
    assert turn.language == "en"


def test_a_voice_note_goes_to_a_person(said, city):
    turn = respond(Dialogue(), said("", None, kinds=frozenset({"voice"}), media=1), Situation(), city)
    assert turn.action == AskPerson("voice", "")


def test_a_blocked_sender_is_not_answered_unless_in_danger(said, city):
    blocked = Situation(blocked=True)
    spam = respond(Dialogue(), said("obat kuat murah bos", understood("di_luar_cakupan")), blocked, city)
    assert (spam.replies, spam.action, spam.outcome) == ((), None, "blocked")
    fire = respond(
        Dialogue(), said("kebakaran di pasar tolong!", understood("darurat", "kebakaran")), blocked, city
    )
    assert fire.action.urgent


HELD, BLOCKED = Situation(held_by_person=True), Situation(blocked=True)


@pytest.mark.parametrize("world", [HELD, BLOCKED])
@pytest.mark.parametrize("text", ["ubah", "hapus data", "minta salinan", "rahasiakan nama saya", "halo"])
def test_the_bot_is_silent_while_a_person_speaks_or_the_sender_is_blocked(said, city, world, text):
    turn = respond(Dialogue(), said(text, understood("salam"), hides_name="nama" in text), world, city)
    assert turn.replies == ()
    assert turn.hides_name is ("nama" in text)


@pytest.mark.parametrize("text", ["hapus data", "minta salinan"])
def test_a_wish_about_data_waits_for_the_person(said, city, text):
    assert respond(Dialogue(), said(text, None), HELD, city).action == AskPerson("data", text)


def test_a_report_left_open_before_a_person_took_over_is_filed_in_silence(city):
    waiting = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    turn = respond_to_silence(waiting, HELD, city, NOON + timedelta(minutes=31))
    assert isinstance(turn.action, FileReport)
    assert turn.replies == ()


def test_consent_is_never_taken_from_a_word_about_something_else(said, city):
    other = said("jalan di gang kami masih berlubang sudah dua minggu", understood("lapor", "jalan_rusak"))
    turn = respond(SAFE, other, SEALED, city)
    assert not isinstance(turn.action, SetSafeContact)


def test_thanks_with_words_of_violence_is_a_complaint(said, city):
    thanks = said("adik saya dilecehkan guru", understood("apresiasi", "sekolah"), sealed_words=True)
    turn = respond(Dialogue(), thanks, Situation(), city)
    assert turn.action.sealed
    assert turn.action.draft.kind == "lapor"


def test_erasing_asked_for_and_not_confirmed_loses_no_report(said, city):
    waiting = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    asked = respond(waiting, said("hapus data", None), Situation(), city)
    kept = respond(asked.dialogue, said("tidak jadi", None), Situation(), city)
    assert kept.dialogue.draft is not None
    assert kept.wake_at is not None


def test_a_model_that_takes_a_victims_story_for_praise_is_overruled(said, city):
    text = "tadi pagi saya dilecehkan penumpang lain di bus, petugasnya diam saja"
    turn = respond(Dialogue(), said(text, understood("apresiasi", "transportasi_umum"), sealed_words=True),
                   Situation(), city)  # fmt: skip
    assert (turn.action.sealed, turn.action.draft.kind) == (True, "lapor")


def test_an_address_that_looks_like_an_emergency_to_the_model_is_an_address(said, city):
    waiting = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "lampu mati", "lampu_jalan"))
    address = said("jl. Kemuning Dalam, banyak motor jatuh", understood("darurat", "lampu_jalan", sure=0.49))
    assert not respond(waiting, address, Situation(), city).action.urgent


def test_a_wish_to_be_called_is_a_safe_way_and_no_wish_for_an_answer_here(said, city):
    """A person was asked to write to the number of which nobody knew whether it is safe."""
    words = said("lewat telepon saja malam hari", understood("bicara_petugas", sure=0.82))
    turn = respond(SAFE, words, SEALED, city)
    assert turn.action == SetSafeContact(NUMBER, may_write=False, other_way="lewat telepon saja malam hari")

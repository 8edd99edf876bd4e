"""What is said minutes after a report was filed: more of it, a correction, or a matter of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Draft, Pending
from bot.conversation.turn import AddToTicket, Correct, Deny, FileReport
from nlu.client import Guess, Place, Understanding
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
MINE = Situation(tickets=(ticket("received"),))
LAMP = Situation(tickets=(ticket("received", service="lampu_jalan", place="Jl. Kebon Sirih"),))
JUST_FILED = Dialogue(recent=NUMBER, recent_at=NOON)
ASKED_DETAIL = Dialogue(recent=NUMBER, recent_at=NOON, pending=Pending(Asked.DETAIL, NOON, ticket=NUMBER))


def made(intents: dict[str, float], services: dict[str, float], place: str | None = None) -> Understanding:
    """What the model made of such a message."""
    return Understanding(
        intents=tuple(Guess(*one) for one in intents.items()),
        services=tuple(Guess(*one) for one in services.items()),
        faqs=(),
        place=Place(place) if place else None,
    )


GOES_ON = [
    ("bahaya banget buat anak sekolah", made({"lapor": 0.73}, {"sekolah": 0.88})),
    ("tiap sore sampe malem", made({"lapor": 0.82}, {"ketertiban": 0.66})),
    ("udah kayak gitu dari kemaren", made({"tolak": 0.29, "lapor": 0.26}, {"pelayanan_petugas": 0.2})),
    ("itu angkot ngetem sembarangan", made({"di_luar_cakupan": 0.54, "lapor": 0.22}, {"kemacetan": 0.67})),
    ("masih bolong aja sampe sekarang", made({"tolak": 0.93}, {"jalan_rusak": 0.99})),
]
STILL_DARK = "ini masih mati juga lampunya", made({"bantuan": 0.63, "lapor": 0.14}, {"lampu_jalan": 1.0})


@pytest.mark.parametrize(("text", "meaning"), GOES_ON, ids=lambda value: value if isinstance(value, str) else "")
def test_a_story_that_goes_on_is_added(said, city, text, meaning):
    turn = respond(JUST_FILED, said(text, meaning), MINE, city)
    assert isinstance(turn.action, AddToTicket)
    assert [reply.wording for reply in turn.replies] == ["info_added"]


OF_ITS_OWN = [
    ("sampah juga numpuk seminggu nih", made({"lapor": 0.95}, {"sampah": 0.97}), "asked"),
    ("saya juga dimintai uang sama petugasnya", made({"lapor": 0.75}, {"pungli": 0.6}), "asked"),
    ("udah kasih uang rokok masih didiemin", made({"tolak": 0.6, "lapor": 0.4}, {"pungli": 0.7}), "answered"),
    ("sampah juga belum diangkut", made({"tolak": 0.95}, {"sampah": 1.0}), "asked"),
    ("sampahnya jg bau sekali pak", made({"lapor": 0.78}, {"sampah": 0.99}), "asked"),
    ("hapus nomor saya dari situ dong", made({"hapus_data": 0.45, "batal": 0.3}, {}), "person"),
    ("asdfgh", made({"di_luar_cakupan": 0.93}, {"sampah": 0.36}), "off_topic"),
    ("makasih banyak ya pak", made({"terima_kasih": 0.97}, {}), "answered"),
    ("itu kapan dikerjakan?", made({"cek_status": 0.9}, {"jalan_rusak": 0.5}), "answered"),
    ("petugasnya ramah sekali, salut", made({"apresiasi": 0.9}, {"pelayanan_petugas": 0.9}), "filed"),
]


@pytest.mark.parametrize(("text", "meaning", "outcome"), OF_ITS_OWN, ids=lambda v: v if isinstance(v, str) else "")
def test_what_is_clearly_something_else_is_not_added(said, city, text, meaning, outcome):
    turn = respond(JUST_FILED, said(text, meaning), MINE, city)
    assert not isinstance(turn.action, AddToTicket)
    assert turn.outcome == outcome


def test_an_hour_later_the_same_words_stand_alone(said, city):
    text, meaning = GOES_ON[0]
    turn = respond(JUST_FILED, said(text, meaning, at=NOON + timedelta(hours=1)), MINE, city)
    assert not isinstance(turn.action, AddToTicket)


def test_what_follows_praise_is_no_part_of_it(said, city):
    praise = Situation(tickets=(ticket("received", is_report=False),))
    turn = respond(JUST_FILED, said("tapi lampu di sana gelap", GOES_ON[0][1]), praise, city)
    assert not isinstance(turn.action, AddToTicket)


def test_words_for_few_eyes_seal_their_own_report_and_not_the_pothole(said, city):
    meaning = made({"di_luar_cakupan": 0.6, "lapor": 0.3}, {"perempuan_anak": 0.7})
    words = said("suami saya memukul saya tiap malam", meaning, sealed_words=True)
    turn = respond(JUST_FILED, words, MINE, city)
    assert isinstance(turn.action, FileReport)
    assert turn.action.sealed


def test_a_question_that_must_be_answered_is_not_passed_over(said, city):
    asked = respond(JUST_FILED, said("UBAH", None), MINE, city).dialogue
    turn = respond(asked, said("alamatnya pak yang tadi itu", made({"lapor": 0.3, "tolak": 0.2}, {})), MINE, city)
    assert not isinstance(turn.action, AddToTicket)


def test_while_another_report_is_open_it_is_about_that_one(said, city):
    draft = Draft("lapor", "sampah menumpuk", "sampah", asked_at=NOON)
    both = Dialogue(recent=NUMBER, recent_at=NOON, draft=draft)
    turn = respond(both, said(*GOES_ON[0]), MINE, city)
    assert not isinstance(turn.action, AddToTicket)


DRAIN = "selokan mampet di jl tebet timur dalam no 15, airnya meluap"
SOUNDS_LIKE_A_DETAIL = made(
    {"tambah_info": 0.52, "lapor": 0.34, "darurat": 0.1},
    {"saluran_air": 0.99},
    "jl tebet timur dalam no 15",
)


@pytest.mark.parametrize("dialogue", [Dialogue(), JUST_FILED, ASKED_DETAIL], ids=["first", "after one", "asked"])
def test_another_matter_with_its_place_is_a_report_in_whatever_tone(said, city, dialogue):
    """It was added to the lamp that was reported before it, as the number of the lamp-post."""
    around = LAMP if dialogue.recent else Situation()
    turn = respond(dialogue, said(DRAIN, SOUNDS_LIKE_A_DETAIL), around, city)
    assert isinstance(turn.action, FileReport)
    assert (turn.action.draft.service, turn.action.draft.place) == ("saluran_air", "jl tebet timur dalam no 15")


def test_a_bare_address_is_no_other_matter(said, city):
    """The model sees a clinic in it."""
    meaning = made({"tambah_info": 0.7, "lapor": 0.3}, {"layanan_kesehatan": 0.95}, "depan puskesmas tebet")
    turn = respond(JUST_FILED, said("depan puskesmas tebet pak", meaning), LAMP, city)
    assert isinstance(turn.action, AddToTicket)


def test_the_place_is_put_right_though_we_asked_for_something_else(said, city):
    meaning = made({"tambah_info": 0.89}, {"lainnya": 0.31}, "jl kebon kacang no 14")
    words = said("eh salah, maksudnya jl kebon kacang no 14", meaning, corrects=True)
    turn = respond(ASKED_DETAIL, words, LAMP, city)
    assert turn.action == Correct(NUMBER, place="jl kebon kacang no 14")
    assert turn.dialogue.pending is None


def test_the_kind_is_put_right_in_passing(said, city):
    meaning = made({"lapor": 0.99}, {"lampu_jalan": 0.5, "taman": 0.49})
    text = "bukan lampu jalan pak, lampu taman"
    turn = respond(JUST_FILED, said(text, meaning, corrects=True), LAMP, city)
    assert turn.action == Correct(NUMBER, service="taman", text=text)
    assert turn.replies[0].wording == "corrected_service"


def test_a_bukan_in_another_report_corrects_nothing(said, city):
    meaning = made({"lapor": 0.95}, {"sampah": 0.98, "lampu_jalan": 0.01})
    turn = respond(
        JUST_FILED, said("sampahnya bukan diangkut malah dibiarkan numpuk", meaning, corrects=True), LAMP, city
    )
    assert not isinstance(turn.action, Correct | AddToTicket)


def test_still_not_done_days_later_is_passed_on(said, city):
    meaning = made({"tolak": 0.99}, {"sampah": 1.0})
    mine = Situation(tickets=(ticket("waiting", service="sampah"),))
    turn = respond(Dialogue(), said("belum diangkut juga sampahnya", meaning), mine, city)
    assert isinstance(turn.action, AddToTicket)
    assert [reply.wording for reply in turn.replies] == ["visit_missed"]


def test_not_yet_about_another_kind_is_its_first_report(said, city):
    """It was passed on to the agency for lamps."""
    meaning = made({"tolak": 0.99}, {"sampah": 1.0})
    turn = respond(Dialogue(), said("belum diangkut juga sampahnya", meaning), LAMP, city)
    assert [reply.wording for reply in turn.replies] == ["ask_place"]
    assert turn.dialogue.draft.service == "sampah"


def test_not_yet_about_a_sealed_matter_names_nobody(said, city):
    sealed = Situation(tickets=(ticket("waiting", service="perempuan_anak", sealed=True),))
    turn = respond(Dialogue(), said("belum ada kabar juga", understood("tolak")), sealed, city)
    assert isinstance(turn.action, AddToTicket)
    assert [reply.wording for reply in turn.replies] == ["status_sealed"]


def test_thanks_but_no_thanks_is_no_complaint(said, city):
    turn = respond(Dialogue(), said("gak usah dibalas lagi pak makasih", understood("tolak")), LAMP, city)
    assert turn.action is None


def test_a_corrected_address_is_about_the_last_report_though_it_names_a_clinic(said, city):
    clinic = ticket("waiting", number="JK-8M1J7W-W", service="layanan_kesehatan")
    two = Situation(tickets=(*MINE.tickets, clinic))
    meaning = made({"tambah_info": 0.9}, {"layanan_kesehatan": 0.95}, "depan puskesmas tebet")
    turn = respond(JUST_FILED, said("maksudnya depan puskesmas tebet", meaning, corrects=True), two, city)
    assert turn.action == Correct(NUMBER, place="depan puskesmas tebet")


@pytest.mark.parametrize("text", ["bukan cuma lubang, salurannya juga mampet", "salah satu lampunya mati"])
def test_not_only_takes_nothing_back(words, text):
    assert not words.corrects(text)
    assert words.corrects("bukan lampu jalan, lampu taman")
    assert words.corrects("salah, maksudnya Jl. Melati")


def test_a_bare_no_to_nothing_is_passed_to_nobody(said, city):
    turn = respond(Dialogue(), said("tidak", understood("tolak")), MINE, city)
    assert turn.action is None


def test_what_names_an_earlier_report_goes_there(said, city):
    lamp = ticket("waiting", number="JK-8M1J7W-W", service="lampu_jalan")
    two = Situation(tickets=(*MINE.tickets, lamp))
    turn = respond(JUST_FILED, said(*STILL_DARK), two, city)
    assert turn.action.number == "JK-8M1J7W-W"


@pytest.mark.parametrize(("text", "service"), [("belum beres itu", None), ("masih gelap pak", "lampu_jalan")])
def test_not_yet_is_about_the_only_report_though_nobody_asked(said, city, text, service):
    """Weeks after the target it read "if there is anything to report, just write"."""
    turn = respond(Dialogue(), said(text, understood("tolak", service)), LAMP, city)
    assert isinstance(turn.action, AddToTicket)
    assert [reply.wording for reply in turn.replies] == ["visit_missed"]


CLOSED = Situation(tickets=(ticket("done", service="lampu_jalan", closed_at=NOON - timedelta(days=4)),))


def test_what_breaks_again_soon_is_opened_again_with_its_history(said, city):
    """The citizen was asked where it is, four days after rating the same lamp with five stars."""
    turn = respond(Dialogue(), said("mati lagi lampunya pak", understood("lapor", "lampu_jalan")), CLOSED, city)
    assert turn.action == Deny(NUMBER, "mati lagi lampunya pak")
    assert [reply.wording for reply in turn.replies] == ["reopened"]


@pytest.mark.parametrize(
    ("text", "place", "days"),
    [
        ("lampu mati lagi di Jl. Melati", "Jl. Melati", 4),
        ("lampu jalan mati pak", None, 4),
        ("mati lagi", None, 20),
    ],
)
def test_another_lamp_or_one_long_ago_is_a_report_of_its_own(said, city, text, place, days):
    closed = Situation(tickets=(replace(CLOSED.tickets[0], closed_at=NOON - timedelta(days=days)),))
    turn = respond(Dialogue(), said(text, understood("lapor", "lampu_jalan", place=place)), closed, city)
    assert not isinstance(turn.action, Deny)

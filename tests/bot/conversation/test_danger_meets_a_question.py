"""Danger while something else is asked, by voice, or in words that usually tell of none."""

from datetime import timedelta

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.state import Asked, Draft, Pending
from bot.conversation.turn import AskPerson
from bot.messages import Location
from tests.bot.conversation.conftest import NOON, ticket, understood

NUMBER = "JK-7Q2M9X-4"
STARS = ("1", "2", "3", "4", "5")
SAYS_WHERE = (Asked.PLACE, Asked.SERVICE)


@pytest.mark.parametrize(
    ("pending", "text"),
    [
        (Pending(Asked.RATING, NOON, STARS, NUMBER), "tolong pak ada orang jatuh dari lantai 3 ga gerak"),
        (Pending(Asked.SAFE, NOON, ("safe", "not_safe"), NUMBER), "dia dobrak pintu, saya sama anak ketakutan"),
        (Pending(Asked.DETAIL, NOON, ticket=NUMBER), "ibu saya tiba2 jatuh dan mulutnya mencong"),
        (Pending(Asked.PLACE, NOON), "ada anak jatuh ke sumur barusan"),
    ],
)
def test_112_is_named_whatever_is_asked(said, city, pending, text):
    """The model is less than sure, and no sign stands in the words."""
    draft = Draft("lapor", "lampu mati", "lampu_jalan") if pending.asked in SAYS_WHERE else None
    mine = Situation(tickets=(ticket("done", closed_at=NOON - timedelta(hours=1)),))
    danger = said(
        text, understood("darurat", "layanan_kesehatan", sure=0.6), emergency_words=False, names_place=False
    )
    turn = respond(Dialogue(pending, draft), danger, mine, city)
    assert turn.action.urgent
    assert turn.replies[0].wording.startswith("emergency")


def urgent(asked=None):
    pending = Pending(asked, NOON, ticket=NUMBER) if asked else None
    return Dialogue(pending, recent=NUMBER, recent_at=NOON), Situation((ticket("waiting", urgent=True),))


@pytest.mark.parametrize(
    ("asked", "wording"), [(None, "emergency_voice"), (Asked.EMERGENCY_PLACE, "emergency_voice_ask_place")]
)
def test_a_voice_note_in_an_emergency_knows_no_office_hours(said, city, asked, wording):
    dialogue, mine = urgent(asked)
    turn = respond(dialogue, said("", None, kinds=frozenset({"voice"}), media=1), mine, city)
    assert [reply.wording for reply in turn.replies] == [wording]
    assert turn.action == AskPerson("voice", "", NUMBER)
    assert turn.dialogue.pending == dialogue.pending, "where it is stays asked"


@pytest.mark.parametrize(
    "text",
    [
        "kebakaran hebat di Pasar Senen",
        "tolong kebakaran, kalau bisa cepat kirim damkar",
        "rumah sebelah terbakar, saya takut merembet",
    ],
)
def test_ordinary_words_do_not_switch_an_emergency_off(words, text):
    assert words.is_emergency(text)


@pytest.mark.parametrize(
    "text",
    [
        "damkarnya hebat, kebakaran di pasar cepat padam",
        "hebat petugas damkar, api besar semalam padam",
        "kabel semrawut, takut kebakaran di rumah kami",
        "kalau ada kebakaran di rumah telepon ke mana",
    ],
)
def test_what_only_speaks_of_fire_is_none(words, text):
    assert not words.is_emergency(text)


# -- where, and nothing that tells ------------------------------------------------------------------------------

WHERE = Dialogue(Pending(Asked.PLACE, NOON), Draft("lapor", "jalan bolong", "jalan_rusak"))


def test_a_pin_beside_a_photo_is_the_place(said, city):
    spoken = said("", None, media=1, kinds=frozenset({"image"}), location=Location(-6.2, 106.8))
    turn = respond(WHERE, spoken, Situation(), city)
    assert turn.outcome == "filed"
    assert turn.action.draft.location


@pytest.mark.parametrize("text", ["ok pak", "sebentar ya saya cek dulu", "bentar bu, tunggu"])
def test_wait_a_moment_is_no_place(said, city, text):
    turn = respond(WHERE, said(text, understood("tambah_info", sure=0.5)), Situation(), city)
    assert [reply.wording for reply in turn.replies] == ["place_help"]
    assert turn.dialogue.pending == WHERE.pending

"""Asked what it is about, somebody says where it is."""

from dataclasses import replace

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.reports import services
from bot.conversation.state import Asked, Draft, Pending
from bot.conversation.turn import AskPerson, FileReport
from bot.messages import Location
from tests.bot.conversation.conftest import NOON, understood

QUIET = Situation(answerable=frozenset({"ktp_hilang"}))
CHOICES = ("pohon", "galian_utilitas", "both", "other")
LEANS = Dialogue(
    Pending(Asked.SERVICE, NOON, CHOICES),
    Draft("lapor", "pohon miring menimpa kabel", also=("pohon", "galian_utilitas")),
)


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "di jl duren tiga raya no 8 pancoran", "place": "jl duren tiga raya no 8 pancoran"},
        {"text": "", "location": Location(-6.25, 106.83)},
    ],
    ids=["an address", "a pin"],
)
def test_where_it_is_instead_of_what_it_is_keeps_the_question(said, city, answer):
    """It went to a person, and a pin was lost."""
    found = answer.pop("place", None)
    text = answer.pop("text")
    meaning = understood("tambah_info", "kebakaran", service_sure=0.7, place=found) if text else None
    turn = respond(LEANS, said(text, meaning, **answer), QUIET, city)
    assert turn.action is None
    assert [reply.wording for reply in turn.replies] == ["place_noted_what"]
    assert [key for key, _ in turn.replies[0].choices] == list(CHOICES)
    filed = respond(turn.dialogue, said("Pohon", understood("lapor", "pohon"), choice="pohon"), QUIET, city)
    assert isinstance(filed.action, FileReport)
    assert filed.action.draft.has_place
    both = respond(turn.dialogue, said("3", understood("di_luar_cakupan")), QUIET, city)
    assert services(both.action.draft, city) == ("pohon", "galian_utilitas")


def test_a_pin_behind_the_address_is_kept_and_the_question_too(said, city):
    placed = replace(LEANS, draft=replace(LEANS.draft, place="Jl. Duren Tiga"))
    turn = respond(placed, said("", None, location=Location(-6.25, 106.83)), QUIET, city)
    assert turn.action is None
    assert turn.dialogue.pending == LEANS.pending
    assert turn.dialogue.draft.location == Location(-6.25, 106.83)
    assert turn.dialogue.draft.also == LEANS.draft.also


def test_more_words_that_tell_nothing_go_to_a_person_as_ever(said, city):
    placed = replace(LEANS, draft=replace(LEANS.draft, place="Jl. Duren Tiga"))
    words = said("itu pokoknya di Jl. Duren Tiga", understood("tambah_info", place="Jl. Duren Tiga"))
    turn = respond(placed, words, QUIET, city)
    assert isinstance(turn.action, AskPerson)

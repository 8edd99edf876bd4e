"""Whoever asks what we mean is helped with that question, and the question stays."""

import pytest

from bot.conversation import Dialogue, Situation, respond
from bot.conversation.turn import FileReport
from tests.bot.conversation.conftest import understood

STORY, LIGHT = "lampu mati pak tolong", understood("lapor", "lampu_jalan")
HELP = understood("bantuan", sure=0.8)


@pytest.fixture
def place_asked(said, city):
    return respond(Dialogue(), said(STORY, LIGHT), Situation(), city)


@pytest.mark.parametrize(
    ("text", "means"),
    [("maksudnya gimana ya?", HELP), ("ga ngerti pak", understood("salam", sure=0.3)), ("maksudnya?", None),
     ("caranya gimana?", HELP)],
)  # fmt: skip
def test_the_place_is_explained(said, city, place_asked, text, means):
    turn = respond(place_asked.dialogue, said(text, means), Situation(), city)
    assert [reply.wording for reply in turn.replies] == ["place_help"]
    assert turn.dialogue == place_asked.dialogue
    assert turn.wake_at == place_asked.wake_at


@pytest.mark.parametrize("text", ["maksudnya di Jl. Melati 5", "depan masjid maksudnya"])
def test_a_place_is_still_a_place(said, city, place_asked, text):
    answer = said(text, understood("tambah_info"), names_place=True)
    assert isinstance(respond(place_asked.dialogue, answer, Situation(), city).action, FileReport)


def test_the_services_are_offered_again(said, city):
    unclear = said("itu yg di ujung sana kok begitu terus ya", understood("lapor", "pohon", service_sure=0.4))
    asked = respond(Dialogue(), unclear, Situation(), city)
    turn = respond(asked.dialogue, said("apa maksudnya pak", HELP), Situation(), city)
    assert turn.replies[0].wording == "service_help"
    assert turn.replies[0].choices == asked.replies[0].choices
    assert turn.dialogue == asked.dialogue


def test_nothing_is_explained_where_nothing_is_asked(said, city):
    assert respond(Dialogue(), said("maksudnya gimana ya?", HELP), Situation(), city).replies[0].wording == "help"

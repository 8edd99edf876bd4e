"""One report from its first word to its number costs at most three messages, and one when everything was said."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import given, note
from hypothesis import strategies as st

from tests.conversation_properties.profiles import PURE, QUICK_SINGLE, TALLY, profile, sample_city
from tests.conversation_properties.pure_world import World
from tests.conversation_properties.utterances import PLACES, STORIES, Utterance, understood

MOST = 3
told = st.sampled_from([(code, text) for code, texts in STORIES.items() for text in texts])
sure = st.sampled_from((0.97, 0.75, 0.55, 0.42))
waits = st.sampled_from((0, 5, 16, 61, 600, 1_801, 4_000))


@st.composite
def complaints(draw: st.DrawFn) -> Utterance:
    """A complaint, clear or not, with its place or without."""
    (service, text), place = draw(told), draw(st.sampled_from((None, *PLACES[:3])))
    means = understood("lapor", draw(sure), service, draw(sure), (), place)
    return Utterance(f"{text} di {place}" if place else text, means, story=True)


def answer_to(asked: str, draw: Callable[[st.SearchStrategy[int]], int]) -> Utterance:
    """What somebody says who wants nothing but this one report."""
    if asked == "service":
        return Utterance("", picks=draw(st.integers(0, 3)))
    place = PLACES[draw(st.integers(0, 4))]
    return Utterance(place, understood("tambah_info", 0.9, None, 0.0, (), place))


@profile(QUICK_SINGLE, PURE // 10)
@given(complaint=complaints(), data=st.data())
def test_one_report_costs_at_most_three_messages(complaint: Utterance, data: st.DataObject) -> None:
    world = World(sample_city())
    world.hears(complaint)
    for _ in range(MOST + 1):
        world.passes(timedelta(seconds=data.draw(waits)))
        pending = world.dialogue.pending
        if pending and world.dialogue.draft:
            world.hears(answer_to(pending.asked, data.draw))
    world.passes(timedelta(hours=2))
    TALLY.count("one report", len(world.story))
    note("\n".join(["", *world.story]))
    assert world.messages <= MOST
    assert world.dialogue.draft is None

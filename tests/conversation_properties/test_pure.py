"""Whole conversations without a database: thousands of them, each rule after each turn."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from hypothesis import given, note
from hypothesis import strategies as st

from bot.status import Move
from tests.conversation_properties.known import KnownDefectError
from tests.conversation_properties.profiles import PURE, QUICK_PURE, TALLY, profile, sample_city
from tests.conversation_properties.pure_world import World
from tests.conversation_properties.utterances import Utterance, utterances


@dataclass(frozen=True)
class Says:
    utterance: Utterance


@dataclass(frozen=True)
class Passes:
    seconds: int


@dataclass(frozen=True)
class Happens:
    what: str
    which: int


Step = Says | Passes | Happens

AGENCY = tuple(move.value for move in (Move.FORWARD, Move.ACCEPT, Move.ASK, Move.CLAIM, Move.CLAIM, Move.SET_DATE,
                                       Move.SEND_BACK, Move.REJECT, Move.CLOSE_SILENT))  # fmt: skip
WORLD = ("held_by_person", "blocked", "opted_out", "model", "recheck")
TIMES = (1, 3, 16, 61, 300, 1_000, 1_801, 4_000, 50_000, 100_000, 700_000, 3_000_000, 9_000_000)

says = st.builds(Says, utterances)
passes = st.builds(Passes, st.sampled_from(TIMES))
agency = st.builds(Happens, st.sampled_from(AGENCY), st.integers(0, 3))
world = st.builds(Happens, st.sampled_from(WORLD), st.just(0))
# Short lists of short lists: long conversations that still shrink to a line.
step = st.one_of(*[says] * 9, *[passes] * 2, *[agency] * 2, world)
steps = st.lists(st.lists(step, min_size=1, max_size=5), min_size=1, max_size=20).map(
    lambda parts: list(chain.from_iterable(parts))
)


def play(world: World, told: list[Step]) -> None:
    """Let it all happen; the story is shown where a rule is broken."""
    try:
        for step in told:
            take(world, step)
    except KnownDefectError:
        TALLY.ended_early += 1
    except BaseException:
        note("\n".join(["", *world.story]))
        raise


def take(world: World, step: Step) -> None:
    if isinstance(step, Says):
        world.hears(step.utterance)
    elif isinstance(step, Passes):
        world.passes(timedelta(seconds=step.seconds))
    else:
        world.happens(step.what, step.which)


@profile(QUICK_PURE, PURE)
@given(told=steps)
def test_no_conversation_breaks_a_rule(told: list[Step]) -> None:
    TALLY.count("pure", len(told))
    play(World(sample_city()), told)

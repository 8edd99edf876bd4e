"""Whole conversations over the real worker, follow-ups and courier: rules are read from the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from storage import keyring
from storage.keyring import Keyring
from tests.conversation_properties.known import KnownDefectError
from tests.conversation_properties.profiles import QUICK_WHOLE, TALLY, WHOLE, profile, sample_city
from tests.conversation_properties.town import Town
from tests.conversation_properties.utterances import Utterance, utterances
from tests.support.databases import Stock


@dataclass(frozen=True)
class Hears:
    burst: tuple[Utterance, ...]
    who: int
    gap: int
    early: int
    work: bool


@dataclass(frozen=True)
class Repeats:
    which: int


@dataclass(frozen=True)
class Passes:
    seconds: int


@dataclass(frozen=True)
class Model:
    away: bool


@dataclass(frozen=True)
class Acts:
    who: str
    what: str
    which: int


Step = Hears | Repeats | Passes | Model | Acts

AGENCY = ("accept", "send_back", "ask", "set_date", "claim_done", "claim_done")
PEOPLE = (
    "take", "take", "reply", "give_back", "give_back_rest", "block", "unblock", "answer", "make_ticket", "pass_on",
    "take_alarm",
)  # fmt: skip
TIMES = (1, 5, 16, 61, 200, 1_000, 1_801, 4_000, 50_000, 100_000, 700_000, 3_000_000)

bursts = st.one_of(
    st.tuples(utterances), st.tuples(utterances), st.lists(utterances, min_size=2, max_size=4).map(tuple)
)
hears = st.builds(Hears, bursts, st.sampled_from((1, 1, 1, 2)), st.sampled_from((0, 1, 5, 20)),
                  st.sampled_from((0, 0, 0, 30)), st.sampled_from((True, True, True, False)))  # fmt: skip
passes = st.builds(Passes, st.sampled_from(TIMES))
acts = st.one_of(st.builds(Acts, st.just("agency"), st.sampled_from(AGENCY), st.integers(0, 2)),
                 st.builds(Acts, st.just("person"), st.sampled_from(PEOPLE), st.integers(0, 2)))  # fmt: skip
odd = st.one_of(st.builds(Repeats, st.integers(0, 9)), st.builds(Model, st.booleans()))
step = st.one_of(hears, hears, hears, hears, passes, passes, acts, odd)
# Short lists of short lists: long conversations that still shrink to a line.
steps = st.lists(st.lists(step, min_size=1, max_size=4), min_size=1, max_size=12).map(
    lambda parts: list(chain.from_iterable(parts))
)


def play(town: Town, told: list[Step]) -> None:
    """Let it all happen; the story is shown where a rule is broken."""
    try:
        for each in told:
            take(town, each)
        town.nlu.away = False
        town.passes(timedelta(hours=2))  # what is open by now is settled by then
    except KnownDefectError:
        TALLY.ended_early += 1
    except BaseException as error:
        note("\n".join(["", *town.story, repr(error)]))
        raise


def take(town: Town, told: Step) -> None:
    match told:
        case Hears(burst, who, gap, early, work):
            town.hears(burst, who, gap, early)
            if work:
                town.works()
        case Repeats(which):
            town.repeats(which)
            town.works()
        case Passes(seconds):
            town.tell("...")
            town.passes(timedelta(seconds=seconds))
        case Model(away):
            town.nlu.away = away
            town.tell(f"-- the model is {'away' if away else 'back'}")
        case Acts(who, what, which):
            getattr(town, who)(what, which)
            town.looks()


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


@profile(QUICK_WHOLE, WHOLE)
@given(told=steps)
def test_no_conversation_breaks_a_rule(sqlite_stock: Stock, pool: ThreadPoolExecutor, told: list[Step]) -> None:
    TALLY.count("over a database", len(told))
    keyring.use(Keyring(("test secret",)))
    play(Town(sqlite_stock.fresh(), sample_city(), pool), told)

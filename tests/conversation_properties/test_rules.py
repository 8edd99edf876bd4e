"""The rules themselves: a bot with one fault is found out by them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.conversation import Dialogue, Reply, Turn, respond
from bot.conversation import turn as acts
from tests.conversation_properties.profiles import sample_city
from tests.conversation_properties.pure_world import World
from tests.conversation_properties.utterances import Utterance, understood

Fault = Callable[[Dialogue, Turn, Any], Turn]


def forgets_reports(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    return (
        replace(turn, action=None) if isinstance(turn.action, acts.FileReport) and not turn.action.urgent else turn
    )


def forgets_drafts(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    return replace(turn, dialogue=replace(turn.dialogue, draft=None)) if before.draft else turn


def never_wakes(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    return replace(turn, wake_at=None) if turn.dialogue.draft else turn


def talks_over_people(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    return replace(turn, replies=(Reply("help"),)) if situation.held_by_person else turn


def repeats_itself(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    return replace(turn, replies=turn.replies * 2)


def asks_without_waiting(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    return replace(turn, dialogue=replace(turn.dialogue, pending=None))


def plays_danger_down(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    danger = isinstance(turn.action, acts.FileReport) and turn.action.urgent
    return replace(turn, replies=(Reply("report_filed"),)) if danger else turn


def ignores_stop(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    return replace(turn, action=None) if isinstance(turn.action, acts.SetOptOut) else turn


def acts_on_others(before: Dialogue, turn: Turn, situation: Any) -> Turn:
    return replace(turn, action=acts.Withdraw("JK-7Q2M9X-4")) if turn.outcome == "answered" else turn


def _report(text: str, intent: str, service: str, place: str | None) -> Utterance:
    return Utterance(text, understood(intent, 0.95, service, 0.95, (), place), story=True)


def _talk(text: str, intent: str) -> Utterance:
    return Utterance(text, understood(intent, 0.95, None, 0.0, (), None))


MISSING_PLACE = _report("jalan di depan sekolah berlubang parah", "lapor", "jalan_rusak", None)
COMPLETE = _report("sampah menumpuk di Jl. Melati 5", "lapor", "sampah", "Jl. Melati 5")
FIRE = _report("tolong rumah tetangga kebakaran pak", "darurat", "kebakaran", "Jl. Melati 5")
THANKS, WITHDRAWAL = _talk("terima kasih banyak ya", "terima_kasih"), _talk("batal", "batal")
STOP = _talk("BERHENTI", "berhenti")

FAULTS: tuple[tuple[Fault, tuple[Utterance | str, ...], str], ...] = (
    (forgets_reports, (COMPLETE,), "came to nothing"),
    (forgets_drafts, (MISSING_PLACE, THANKS), "is lost"),
    (never_wakes, (MISSING_PLACE,), "nothing will wake"),
    (talks_over_people, ("held_by_person", COMPLETE), "whom a person speaks with"),
    (repeats_itself, (THANKS,), "twice in one answer"),
    (asks_without_waiting, (COMPLETE, WITHDRAWAL), "but waits for"),
    (plays_danger_down, (FIRE,), "without the number to call"),
    (ignores_stop, (STOP,), "was not obeyed"),
    (acts_on_others, (THANKS,), "is not theirs"),
)


@pytest.mark.parametrize(("fault", "said", "broken"), FAULTS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_fault_is_found_out(fault: Fault, said: tuple[Utterance | str, ...], broken: str) -> None:
    def faulty(dialogue: Dialogue, heard: Any, situation: Any, city: Any) -> Turn:
        return fault(dialogue, respond(dialogue, heard, situation, city), situation)

    with pytest.raises(AssertionError, match=broken):
        _tell(World(sample_city(), respond=faulty), said)


@pytest.mark.parametrize("said", [said for _, said, _ in FAULTS])
def test_without_a_fault_nothing_is_found(said: tuple[Utterance | str, ...]) -> None:
    _tell(World(sample_city()), said)


def _tell(world: World, said: tuple[Utterance | str, ...]) -> None:
    for each in said:
        if isinstance(each, str):
            world.happens(each, 0)
        else:
            world.hears(each)
        world.passes(timedelta(seconds=30))

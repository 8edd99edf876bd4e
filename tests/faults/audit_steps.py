"""What is done by the clock alone: every follow-up has had its effect once, alarms and lists were told once.

A step's effect is a mark in the ticket's history, or something written that has the step's id in its key, or both.
Keys of the outbox are unique, so that nothing can stand in it twice; what has to be looked for is what is missing,
and what was written or marked though no step was done.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from bot.city.ladder import AGENCY, LEADERSHIP
from bot.following.followups import CHASES
from bot.outgoing.unasked import NEWS
from bot.tickets.followups_plan import TO_CITIZEN, Kind
from tests.faults.records import Records

DROPPED = "reminder_dropped"  # it came so late that the deadline had passed as well
# What a step of the clock leaves in a ticket's history.
MARKS = {
    Kind.FORWARD: "forward",
    **{kind: event for kind, (_, _, event) in CHASES.items()},
    Kind.LEADERSHIP_LIST: "on_weekly_list",
    Kind.CLOSE_SILENT: "close_silent",
    Kind.GO_ON_WITHOUT_INFO: "answer",
}
# Other words for the same: praise is closed when it is passed on, an unheard question is no silence.
AS_GOOD = {"delivered": "forward", DROPPED: "agency_reminded", "close_unreachable": "close_silent"}
SAID_OTHERWISE = ("told_in_reply", "close_unreachable")
TO_AGENCY = frozenset({*CHASES, Kind.GO_ON_WITHOUT_INFO})
STEP = re.compile(r"(?:mail:)?step:(\d+)(?::\w+)?")
FORWARD = re.compile(r"mail:forward:(\d+):\d+")
ALARM = re.compile(r"alarm:(\d+):(\d+):\d+")
LIST = re.compile(r"list:(\d+:\d+):\d+")


def marked_once(found: Records) -> Iterator[str]:
    """Each follow-up that is done has left its mark in the history once. What goes along with another ticket's
    case is chased with that one, and may have none."""
    due = Counter((row.ticket_id, MARKS[Kind(row.kind)]) for row in _done(found) if row.kind in MARKS)
    named = [row for row in found.events if row.actor == "clock" or row.kind == "delivered"]
    marks = Counter((row.ticket_id, AS_GOOD.get(row.kind, row.kind)) for row in named)
    for ticket, mark in sorted(due | marks):
        wanted, count = due[ticket, mark], marks[ticket, mark]
        may_lack = ticket not in found.cases and mark != "forward"
        if mark in MARKS.values() and (count > wanted or (count < wanted and not may_lack)):
            yield f"Ticket {ticket} had '{mark}' {count} times; {wanted} were due."


def written_once(found: Records) -> Iterator[str]:
    """Each has written what it is for, and nothing was written for a step that is not done."""
    written, excused = _written(found), _excused(found)
    for row in found.steps:
        if row.state != "done" and row.id in written:
            yield f"Step {row.id} ({row.kind}) is '{row.state}', and something was written for it."
        writes = row.kind in TO_CITIZEN or (row.kind in TO_AGENCY and row.ticket_id in found.cases)
        if row.state == "done" and writes and row.id not in written and row.ticket_id not in excused:
            yield f"Step {row.id} ({row.kind}) is done, and nothing was written."
    letters = Counter(int(part[1]) for part in _parts(found, FORWARD))
    forwarded = Counter(row.ticket_id for row in _done(found) if row.kind == Kind.FORWARD)
    for ticket in sorted(found.cases & forwarded.keys()):
        if letters[ticket] != forwarded[ticket]:
            yield f"Ticket {ticket} was forwarded {forwarded[ticket]} times in {letters[ticket]} letters."


def told_as_marked(found: Records) -> Iterator[str]:
    """What a step has said to a citizen stands in the history as often as it was said; news may stand there once
    more, where one message told of several tickets."""
    rows = [row for row in found.keys.values() if row.ticket_id]
    said = Counter((row.ticket_id, row.wording) for row in rows)
    marks = Counter((row.ticket_id, row.kind) for row in found.events)
    by_steps = {(row.ticket_id, row.wording) for row in rows if row.key.startswith("step:")}
    for ticket, wording in sorted(by_steps):
        times, count = said[ticket, wording], marks[ticket, wording]
        if count < times or (count > times and wording not in NEWS):
            yield f"'{wording}' was said {times} times about ticket {ticket}; its history has it {count} times."


def news_told(found: Records) -> Iterator[str]:
    """What waited to be told was written to its citizen, alone or with others of theirs."""
    together = {row.conversation_id for row in found.outbound if row.wording == "follow_digest"}
    excused = _excused(found)
    for row in found.notices:
        is_said = row.key in found.keys or row.conversation_id in together or row.ticket_id in excused
        if row.state == "told" and not is_said:
            yield f"News {row.id} of ticket {row.ticket_id} are told, and nobody was written to."


def alarms_told_once(found: Records) -> Iterator[str]:
    """An emergency raises one alarm; who can be reached is told of each of its rounds, and of no other."""
    told = {(int(part[1]), int(part[2])) for part in _parts(found, ALARM)}
    rounds = {(row.id, number) for row in found.alarms for number in range(1, row.rounds + 1)}
    yield from (f"Alarm {alarm} was told in round {number}, which never was." for alarm, number in told - rounds)
    if found.phones:
        yield from (f"Nobody was told of round {number} of alarm {alarm}." for alarm, number in rounds - told)
    alone = [row for row in found.tickets if row.urgent and row.incident_id is None and row.linked_to is None]
    raised = {row.ticket_id for row in found.alarms}
    yield from (f"Emergency {row.id} raised no alarm." for row in alone if row.id not in raised)


def lists_written_once(found: Records) -> Iterator[str]:
    """No reader has one list twice, each was written, and what belongs on the leadership's came there."""
    readers: dict[str, list[str]] = defaultdict(list)
    for part in _parts(found, LIST):
        readers[part[1]].append(found.keys[part[0]].recipient)
    yield from (f"List {name} was written twice to the same reader." for name, to in readers.items()
                if len(to) > len(set(to)))  # fmt: skip
    written = {int(name.partition(":")[0]) for name in readers}
    done = [row for row in found.lists if row.done_at and row.kind in _read(found)]
    yield from (f"List {row.id} ({row.target}) was never written." for row in done if row.id not in written)
    latest = max((row.done_at for row in _done(found) if row.kind == Kind.LEADERSHIP_LIST), default=None)
    told = [row for row in found.lists if row.kind == LEADERSHIP]
    if latest and not any(row.due_at or (row.done_at and row.done_at >= latest) for row in told):
        yield "The leadership's list was not written when the last ticket had come on it."


def _done(found: Records) -> list[Row[Any]]:
    return [row for row in found.steps if row.state == "done"]


def _written(found: Records) -> frozenset[int]:
    """The steps that stand in the key of something in the outbox, or of news that wait for the hour."""
    keys = [*found.keys, *(row.key for row in found.notices)]
    return frozenset(int(part[1]) for part in map(STEP.fullmatch, keys) if part)


def _excused(found: Records) -> frozenset[int]:
    """Tickets about which something was not said, for a reason that stands in their history: it went into a list,
    the citizen heard it before, does not want to hear of it, or never got the question."""
    return frozenset(
        row.ticket_id
        for row in found.events
        if row.data.get("late") or row.kind.startswith("not_sent_") or row.kind in SAID_OTHERWISE
    )


def _read(found: Records) -> tuple[str, ...]:
    """Whose lists are letters of their own: the leadership's may have come with the report of the week."""
    is_in_report = any(key.startswith("weekly:") for key in found.keys)
    return (AGENCY,) if is_in_report else (AGENCY, LEADERSHIP)


def _parts(found: Records, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    return [part for part in map(pattern.fullmatch, found.keys) if part]


RULES = (marked_once, written_once, told_as_marked, news_told, alarms_told_once, lists_written_once)

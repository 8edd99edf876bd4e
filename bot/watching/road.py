"""The road of one message from its arrival to the report of delivery, told from the database: times, no words."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from storage.queries import roads
from storage.queries.roads import Came, Happened, Went


class Step(NamedTuple):
    """Something that happened at ``at``."""

    at: datetime
    text: str


def of_message(session: Session, message_id: int) -> list[Step] | None:
    """All steps of one message and of what answered it, in order; None where there is no such message."""
    came = roads.came(session, message_id)
    return None if came is None else _in_order([*_of_came(came), *_of_all(roads.answers_to(session, came))])


def of_ticket(session: Session, number: str) -> list[Step] | None:
    """All steps of what is about a ticket, and its history, in order; None where there is no such ticket."""
    ticket = roads.ticket_id(session, number)
    if ticket is None:
        return None
    came, went = roads.came_about(session, ticket), roads.went_about(session, ticket)
    replies = {one.id: one for message in came for one in roads.answers_to(session, message)}
    went += [one for one in replies.values() if one.id not in {known.id for known in went}]
    happened = map(_of_history, roads.happened(session, ticket))
    return _in_order([*(step for one in came for step in _of_came(one)), *_of_all(went), *happened])


def _of_came(came: Came) -> Iterator[Step]:
    lane = "emergency lane" if came.lane == 0 else "normal lane"
    yield Step(came.received_at, f"message {came.id} received by {came.channel}, {lane}")
    if came.done_at is None:
        yield Step(came.received_at, f"message {came.id} is {came.state}: not answered yet")
        return
    read = f"understood by {came.model}" if came.model else "no model was asked"
    about = f", conversation {came.conversation_id}" if came.conversation_id else ""
    yield Step(came.done_at, f"message {came.id} decided: {came.outcome} ({read}){about}")


def _of_all(went: Iterable[Went]) -> Iterator[Step]:
    for one in went:
        yield from _of_went(one)


def _of_went(one: Went) -> Iterator[Step]:
    instead = f" instead of {one.instead_of}" if one.instead_of else ""
    yield Step(one.created_at, f"outbound {one.id} written ({one.wording}) for {one.channel}{instead}")
    if one.sent_at:
        yield Step(one.sent_at, f"outbound {one.id} taken by the provider, attempt {one.attempts}")
    if one.delivered_at:
        yield Step(one.delivered_at, f"outbound {one.id} delivered")
    if one.state in ("waiting", "sending", "in_doubt", "failed", "cancelled"):
        why = ", ".join(part for part in (one.failure, one.error) if part)
        yield Step(
            one.sent_at or one.due_at, f"outbound {one.id} is {one.state}{f' ({why})' if why else ''} "
            f"after {one.attempts} attempts"
        )  # fmt: skip


def _of_history(one: Happened) -> Step:
    return Step(one.at, f"ticket: {one.kind} by {one.actor}, now {one.status}")


def _in_order(steps: list[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: step.at)

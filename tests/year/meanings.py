"""What single rows say for the figures: an event, a deadline, a reading. Shared with nothing that counts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.year.raw import Ticket

Place = tuple[str, str]
CLOSED_BY = {
    "confirm": "confirmed",
    "close_silent": "silent",
    "close_unreachable": "unreachable",
    "withdraw": "withdrawn",
    "reject": "rejected",
    "delivered": "delivered",
    "duplicate": "duplicate",
}
ALSO = {"claim": "claimed", "deny": "reopened", "refuse_claim": "reopened", "rated": "rated"}


def counters_of(event: Any, ticket: Ticket) -> Iterator[tuple[str, int]]:
    if event.kind == "filed":
        yield "filed", 1
        yield "urgent", int(ticket.urgent)
    if name := CLOSED_BY.get(event.kind) or ALSO.get(event.kind):
        yield name, 1
    if event.kind == "send_back" and event.actor != "citizen":
        yield "misrouted", 1
    if event.kind == "rated":
        yield "stars", event.data["stars"]


def places_of(agency: str, service: str, area: str | None, channel: str) -> list[Place]:
    return [
        ("all", ""),
        ("agency", agency),
        ("service", service),
        ("area", area or ""),
        ("channel", channel),
        ("agency_service", f"{agency}/{service}"),
    ]


def was_confirmed_at(ticket: Ticket, at: datetime | None) -> bool:
    return any(event.kind == "confirm" and event.at == at for event in ticket.events)


def is_asked(ticket: Ticket, held: Any) -> bool:
    """Whether the deadline stands still: its citizen was asked before it, and has not answered."""
    waits = ticket.status == "needs_info" and held.ended_at is None
    return waits and ticket.asked_at is not None and ticket.asked_at <= held.solve_by


def standing_at(ticket: Ticket, moment: datetime) -> tuple[str, str, datetime]:
    """Status, who had it, and its deadline at a moment of the past."""
    before = [event for event in ticket.events if event.at < moment]
    if not before or before[-1] is ticket.events[-1]:
        status, agency, solve_by = ticket.status, ticket.agency, ticket.solve_by
    else:
        begun = [held for held in ticket.assignments if held.begun_at < moment]
        status, agency = before[-1].status, before[-1].agency
        solve_by = begun[-1].solve_by if begun else ticket.solve_by
    return status, "coordinators" if status == "coordination" else agency, solve_by


def is_read_otherwise(label: Any, read: Mapping[str, Any]) -> bool:
    first = {name: guesses[0][0] if guesses else None for name, guesses in read.items() if name in
             ("intents", "services", "faqs")}  # fmt: skip
    said = {"intents": label.intent, "services": label.service, "faqs": label.faq}
    return any(value is not None and value != first.get(name) for name, value in said.items())


def bucket_of(seconds: float) -> int:
    """The first of the bounds a minute, a tenth more, and so on, that is not below."""
    bound, bucket = 60.0, 0
    while bound * (1 + 1e-10) < seconds:
        bound, bucket = bound * 1.1, bucket + 1
    return bucket

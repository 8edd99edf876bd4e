"""The life of tickets: filing, every move through the status table, and the history of both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.city.city import COORDINATORS
from bot.city.routing import Destination, Matter, route
from bot.errors import NotFoundError, RefusedError
from bot.history.appending import append_event
from bot.messages import DESK, OPEN311, Location
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.status import OUTCOMES, Move, Outcome, Status, after
from bot.tickets import assignments, followups_plan
from bot.tickets.followups_plan import Kind, Step
from bot.tickets.numbers import new_number
from storage.models import Citizen, CivilServant, Conversation, FollowUp, Ticket
from storage.queries.claiming import follow_up, follow_ups_of
from storage.queries.inserting import insert_all

# Nothing that waits to be written could change these two answers.
CIVIL_SERVANT = select(CivilServant.id).where(CivilServant.phone_hash == bindparam("phone"))
ID_OF_NUMBER = select(Ticket.id).where(Ticket.number == bindparam("number"))
# Nor this one: a new ticket is flushed where it is filed, and keeps its number.
OF_NUMBER = select(Ticket).where(Ticket.number == bindparam("number")).execution_options(autoflush=False)
FORGOTTEN = "Data laporan ini sudah dihapus karena waktunya habis. Minta warga mengirim laporan baru."


@dataclass(frozen=True)
class AtDesk:
    """How a report came to the desk, and who wrote it down; ``source``: the link of a post.

    ``check_first``: coordinators ask the unit whether it is so before any agency has it. What another system filed
    (``came_by`` is OPEN311) nobody wrote down.
    """

    came_by: str
    taken_by: int | None
    source: str | None = None
    check_first: bool = False


@dataclass(frozen=True)
class Report:
    """What a new ticket is made of. ``desk``: an officer took it down; None for what its citizen wrote."""

    kind: str
    service: str
    story: str
    place: str | None = None
    kelurahan: str | None = None
    city: str | None = None
    location: Location | None = None
    urgent: bool = False
    sealed: bool = False
    desk: AtDesk | None = None


@dataclass(frozen=True)
class By:
    """Who does something to a ticket and when. ``actor`` as in the history; ``note`` is encrypted there."""

    actor: str
    at: datetime
    note: str | None = None


def open_ticket(
    session: Session, rulebook: Rulebook, conversation: Conversation, report: Report, now: datetime
) -> Ticket:
    """File a report: number, destination, deadlines, history, and what is to follow."""
    city = rulebook.city
    channel = _way_in(report.desk.came_by if report.desk else None, conversation.channel)
    matter = Matter(report.kind, report.service, channel, now.astimezone(city.zone).time(),
                    report.kelurahan, report.city, report.story, report.sealed)  # fmt: skip
    desk = report.desk
    destination = Destination(COORDINATORS) if desk and desk.check_first else route(city, matter)
    ticket = Ticket(
        number=_free_number(session, city.ticket_prefix),
        citizen_id=conversation.citizen_id,
        conversation_id=conversation.id,
        kind=report.kind,
        service=report.service,
        agency=destination.agency,
        unit=destination.unit,
        status=Status.RECEIVED,
        urgent=report.urgent,
        sealed=report.sealed,
        on_behalf=is_civil_servant(session, conversation.citizen),
        story=report.story,
        masked_story=mask(report.story),
        place=report.place and mask(report.place),
        area=report.kelurahan,
        latitude=report.location.latitude if report.location else None,
        longitude=report.location.longitude if report.location else None,
        created_at=now,
        forward_at=now if report.urgent else now + rulebook.forward_delay,
        came_by=desk.came_by if desk else None,
        taken_by=desk.taken_by if desk else None,
        source=desk.source if desk else None,
        reopened=0,
        moves=0,
        clocks=0,
    )
    assignments.set_deadlines(rulebook, ticket, now)
    if destination.agency == COORDINATORS:
        ticket.status = Status.COORDINATION
    session.add(ticket)
    session.flush()
    record(session, ticket, "filed", By("citizen", now), {"rule": destination.rule})
    assignments.begin(session, rulebook, ticket, now)
    _plan(session, rulebook, ticket, now, ())
    return ticket


def destination_of(rulebook: Rulebook, ticket: Ticket, channel: str) -> Destination:
    """Where ``ticket`` would go if it were filed now as it stands."""
    at = ticket.created_at.astimezone(rulebook.city.zone).time()
    channel = _way_in(ticket.came_by, channel)
    matter = Matter(
        ticket.kind, ticket.service, channel, at, ticket.area, story=ticket.story, sealed=ticket.sealed
    )
    return route(rulebook.city, matter)


def send_elsewhere(
    session: Session, rulebook: Rulebook, ticket: Ticket, destination: Destination, now: datetime
) -> None:
    """Give a ticket that no agency works on to ``destination``, whose time begins now."""
    ticket.agency, ticket.unit = destination.agency, destination.unit
    assignments.begin_anew(session, rulebook, ticket, now, "moved")
    if ticket.status in (Status.RECEIVED, Status.COORDINATION) and ticket.forwarded_at is None:
        ticket.status = Status.COORDINATION if destination.agency == COORDINATORS else Status.RECEIVED
    plan_ahead(session, rulebook, ticket, now)


def is_civil_servant(session: Session, citizen: Citizen) -> bool:
    """Whether this person is registered to report for others."""
    of = {"phone": citizen.phone_hash}
    return citizen.phone_hash is not None and session.connection().scalar(CIVIL_SERVANT, of) is not None


def move(session: Session, rulebook: Rulebook, ticket: Ticket, step: Move, by: By) -> None:
    """Take ``ticket`` one step through the status table.

    RefusedError where the table has no such step, and where nobody is left to tell: its data had their time.
    """
    if ticket.anonymised_at is not None:
        raise RefusedError(FORGOTTEN)
    before = Status(ticket.status)
    ticket.status = after(before, step)
    ticket.moves += 1
    if step in OUTCOMES:
        ticket.outcome, ticket.closed_at = OUTCOMES[step], by.at
    if step in (Move.DENY, Move.REFUSE_CLAIM):
        _open_again(ticket)
    told = assignments.follow(session, rulebook, ticket, step, by.actor, before, by.at)
    ticket.asked_at = by.at if step in (Move.CLAIM, Move.ASK) else None
    record(session, ticket, step, by, told)
    plan_ahead(session, rulebook, ticket, by.at)


def close_at_delivery(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """Praise and ideas are done when they have been passed on; nobody is chased for them."""
    ticket.status, ticket.outcome, ticket.closed_at = Status.DONE, Outcome.DELIVERED, now
    assignments.end(session, ticket, "closed", now)
    record(session, ticket, "delivered", By("bot", now))
    plan_ahead(session, rulebook, ticket, now)


def record(session: Session, ticket: Ticket, kind: str, by: By, data: Mapping[str, object] | None = None) -> None:
    """Append to the history at once; nothing in it is ever changed but that ``by.note`` can be taken away.

    ``data`` stays for good: it holds nothing that anybody wrote.
    """
    row = {
        "ticket_id": ticket.id,
        "at": by.at,
        "kind": kind,
        "actor": by.actor,
        "status": ticket.status,
        "agency": _holder(ticket, kind),
        "note": by.note,
        "data": dict(data or {}),
    }
    append_event(session, ticket.number, row)
    if "events" in ticket.__dict__:
        session.expire(ticket, ["events"])  # whoever has read the history reads it anew


def _holder(ticket: Ticket, kind: str) -> str:
    """Who has it: coordinators look for the right agency; what one gave back was its own until then."""
    with_coordinators = ticket.status == Status.COORDINATION and kind != Move.SEND_BACK
    return COORDINATORS if with_coordinators else ticket.agency


def plan_ahead(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime) -> None:
    """Drop what no longer applies and plan what the new status calls for.

    A step that was done stays done: its ``(kind, round)`` is never planned again.
    """
    _plan(session, rulebook, ticket, now, follow_ups_of(session, ticket.id))


def _plan(session: Session, rulebook: Rulebook, ticket: Ticket, now: datetime, rows: Iterable[FollowUp]) -> None:
    known = {(row.kind, row.round): row for row in rows}
    weeks = [n for (kind, n), row in known.items() if kind == Kind.LEADERSHIP_LIST and row.state == "done"]
    steps = {(s.kind, s.round): s for s in followups_plan.plan(ticket, rulebook.city, now, max(weeks, default=0))}
    for key, row in known.items():
        if row.state == "waiting" and key not in steps:
            row.state = "cancelled"
        elif key in steps:
            _plan_again(row, steps[key])
    _insert(session, ticket.id, [step for key, step in steps.items() if key not in known])


def put(session: Session, ticket_id: int, step: Step) -> bool:
    """Have one more step happen; False where it was done already."""
    row = follow_up(session, ticket_id, step.kind, step.round)
    if row is not None:
        return _plan_again(row, step)
    _insert(session, ticket_id, [step])
    return True


def _plan_again(row: FollowUp, step: Step) -> bool:
    if row.state == "done":
        return False
    planned = ("waiting", step.due, step.say)
    if (row.state, row.due_at, row.say) != planned:  # what is not touched need not be compared at every flush
        row.state, row.due_at, row.say = planned
    return True


def _insert(session: Session, ticket_id: int, steps: Iterable[Step]) -> None:
    rows = [
        {
            "ticket_id": ticket_id,
            "kind": s.kind,
            "round": s.round,
            "due_at": s.due,
            "state": "waiting",
            "say": s.say,
        }
        for s in steps
    ]
    insert_all(session, FollowUp, rows)


def by_number(session: Session, number: str) -> Ticket:
    """The ticket of that number; NotFoundError when there is none."""
    ticket = session.scalar(OF_NUMBER, {"number": number})
    if ticket is None:
        raise NotFoundError(f"Tidak ada laporan bernomor {number}.")
    return ticket


def _way_in(came_by: str | None, channel: str) -> str:
    """The channel by which rules know a report."""
    if came_by is None:
        return channel
    return OPEN311 if came_by == OPEN311 else DESK


def _open_again(ticket: Ticket) -> None:
    """A denied claim gives the agency its time anew, and its own row of reminders."""
    ticket.reopened += 1
    ticket.outcome = ticket.closed_at = ticket.expected_on = None


def _free_number(session: Session, prefix: str) -> str:
    while True:
        number = new_number(prefix)
        if session.connection().scalar(ID_OF_NUMBER, {"number": number}) is None:
            return number

"""The page of one ticket, put together: what was said, what is known, what is planned, and the forms that fit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from bot.accounts.roles import STAFF
from bot.accounts.sealing import Curtain, curtain, may_see
from bot.desk.work import NOTED, WITH_RUNNING_TARGET
from bot.errors import NotFoundError
from bot.incidents.incidents import JOINABLE
from bot.incidents.similar import similar_to
from bot.status import Move, Status, is_open, moves_from
from handlers.agency.steps import AUDIT
from handlers.console import sight
from handlers.console.conversations.addressees import named
from handlers.console.conversations.talks import talk_with
from handlers.console.conversations.thread import ALL, LONGEST, Rows, lines_of, rows_of
from handlers.console.room import phrases, user_id
from handlers.console.ticket.understood import is_angry, understood
from handlers.edge import edge
from handlers.forms import Typed
from handlers.phrases import Phrases
from storage.models import InboundMessage, OutboundMessage, Ticket, User
from storage.queries import console as queries
from storage.queries import costs, ticket_page
from storage.queries.angry import MET_AS_ANGRY
from storage.queries.attachments import photos_of
from storage.queries.dead_letters import TO_AGENCIES
from storage.queries.ticket_page import Opened

OTHERS_SHOWN = 10
HISTORY_SHOWN = 8


@dataclass(frozen=True)
class People:
    """Colleagues by id, as the page calls them."""

    users: Sequence[User]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """By actor of a history: ``user:<id>``."""
        return {f"user:{user.id}": name_of(user) for user in self.users}

    def who(self, actor: str, say: Phrases) -> str:
        """Who did something: a colleague by name, everybody else by kind."""
        return self.names.get(actor) or say.actor(actor)

    def called(self, user_id: int | None) -> str:
        return self.names.get(f"user:{user_id}", "")

    def who_may(self, ticket: Ticket) -> list[User]:
        """Colleagues to whom the ticket can be assigned."""
        able = [user for user in self.users if user.disabled_at is None and user.role in STAFF]
        return [user for user in able if may_see(user.role, user.agency, ticket)]


@dataclass(frozen=True)
class Possible:
    """What can be done with a ticket as it stands, by this user."""

    work: bool
    reroute: bool
    needs_reason: bool
    place: bool
    deadline: bool
    join: bool
    split: bool
    withdraw: bool
    reject: bool


def name_of(user: User) -> str:
    """What a colleague is called: by name, else by e-mail address."""
    return user.name or user.email


def ticket_page_of(number: str, typed: Typed, template: str = "console/ticket.html") -> str:
    """The page, with a form that was refused as it was typed; NotFoundError where it may not be seen."""
    with edge().database.read() as session:
        found = ticket_page.opened(session, number)
        if found is None or not sight.sees(found.ticket):
            raise NotFoundError(f"Tidak ada laporan bernomor {number}.")
        return render_template(template, typed=typed, **_context(session, found, phrases()))


def _context(session: Session, found: Opened, say: Phrases) -> dict[str, Any]:
    ticket = found.ticket
    others = ticket_page.others_of(session, ticket)
    before = _curtain(ticket, others)
    rows = rows_of(
        session, ticket.conversation_id, ticket, ALL if request.args.get("messages") == "all" else LONGEST
    )
    people = People(ticket_page.colleagues(session, STAFF, _mentioned(ticket)))
    lines = lines_of(rows, say, before, ticket)
    seen = [other for other in others if sight.sees(other)]
    return {
        "ticket": ticket,
        "say": say,
        "people": people,
        "city": say.city,
        "lines": lines,
        "cut": rows.cut and request.args.get("messages") != "all",
        "seen": found.fingerprint,
        "talk": talk_with(ticket.conversation, found.hold, rows, people.names, before, ticket.number),
        "can": _possible(found),
        "incident": found.incident,
        "lead": found.lead,
        "similar": similar_to(session, edge().rulebook, ticket),
        "linked": [other for other in seen if _is_linked(ticket, other)],
        "others": [other for other in seen if not _is_linked(ticket, other)][:OTHERS_SHOWN],
        "planned": queries.planned(session, ticket.id) if is_open(ticket.status) else (),
        "photos": photos_of(session, ticket.id) if found.has_photos else (),
        "understood": understood(_readable(rows, before), ticket, say),
        "angry": _is_angry(rows, ticket),
        "unsent": _unsent_letters(rows, ticket, say),
        "costs": costs.of_ticket(session, ticket.id),
        **_history(ticket),
        **_map(),
    }


def _curtain(ticket: Ticket, others: Sequence[Ticket]) -> Curtain:
    mine = [each for each in (ticket, *others) if each.citizen_id == ticket.citizen_id]
    sealed = sorted((each for each in mine if each.sealed), key=lambda each: each.id)
    return curtain(current_user.role, current_user.agency, sealed)


def _readable(rows: Rows, before: Curtain) -> list[InboundMessage]:
    return [row for row in rows.came if not before.covers(row.ticket_id, row.received_at)]


def _history(ticket: Ticket) -> dict[str, Any]:
    events = [event for event in ticket.events if event.kind not in (*AUDIT, NOTED)]
    return {
        "history": events,
        "history_shown": HISTORY_SHOWN,
        "notes": [event for event in ticket.events if event.kind == NOTED],
        "looks": [event for event in ticket.events if event.kind in AUDIT],
        "last_event": max((event.id for event in ticket.events), default=0),
    }


def _map() -> dict[str, str]:
    settings = edge().settings
    return {"map_tiles": settings.map_tiles, "map_attribution": settings.map_attribution}


def _mentioned(ticket: Ticket) -> Collection[int]:
    """The ids of the users that the page names."""
    actors = {event.actor.removeprefix("user:") for event in ticket.events if event.actor.startswith("user:")}
    given = {event.data.get("to") for event in ticket.events if event.kind == "assigned"}
    held = {ticket.assigned_to, ticket.conversation.held_by, user_id()}
    return {int(one) for one in (*actors, *given, *held) if one is not None and str(one).isdecimal()}


def _possible(found: Opened) -> Possible:
    ticket, moves = found.ticket, moves_from(found.ticket.status)
    follows = found.lead is not None and found.lead != ticket.number
    members = found.incident.members if found.incident else 1
    had = Move.REROUTE in moves
    placed = ticket.status == Status.COORDINATION
    may = current_user.role in STAFF
    return Possible(
        work=may,
        reroute=may and not follows and (had or ticket.status == Status.RECEIVED),
        needs_reason=had,
        place=may and placed,
        deadline=may and ticket.status in WITH_RUNNING_TARGET,
        join=may and not ticket.sealed and ticket.status in JOINABLE,
        split=may and members > 1 and is_open(ticket.status),
        withdraw=may and Move.WITHDRAW in moves,
        reject=may and Move.REJECT in moves,
    )


def _is_linked(ticket: Ticket, other: Ticket) -> bool:
    """Whether both are of one text."""
    return (other.linked_to or other.id) == (ticket.linked_to or ticket.id)


def _is_angry(rows: Rows, ticket: Ticket) -> bool:
    met = any(row.wording in MET_AS_ANGRY and row.created_at >= ticket.created_at for row in rows.went)
    return met or is_angry(rows.came, ticket)


def _unsent_letters(rows: Rows, ticket: Ticket, say: Phrases) -> list[tuple[str, OutboundMessage]]:
    """To whom a letter about this ticket did not get through, the newest of each."""
    followed = {row.instead_of for row in rows.went}
    dead = [row for row in rows.went if _is_dead_letter(row) and row.id not in followed]
    return list({named(row, ticket, say): (named(row, ticket, say), row) for row in reversed(dead)}.values())


def _is_dead_letter(row: OutboundMessage) -> bool:
    is_letter = row.wording in TO_AGENCIES and row.conversation_id is None
    return is_letter and row.state == "failed" and row.settled_at is None

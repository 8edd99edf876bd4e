"""Tickets, their append-only history, what is still to be followed up, and what waits for a person."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage.models.base import Base, BigId
from storage.models.conversations import Citizen, Conversation
from storage.types import Encrypted, EncryptedBytes


def _of_some(condition: str, name: str, *columns: str) -> Index:
    """An index of the rows of which ``condition`` is true on both databases."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class Ticket(Base):
    """One matter of one citizen, with the agency that answers for it.

    ``version`` counts changes and is checked by SQLAlchemy at every update, so that two people who work on
    the same ticket cannot overwrite each other.

    ``linked_to`` is the first ticket of those that one text was about; ``incident_id``: others reported the
    same (:class:`storage.models.incidents.Incident`); ``duplicate_of``: the same citizen did, in that ticket. A
    ``sealed`` ticket is seen only by the people named for it, and nothing is sent unasked about it unless
    ``may_write`` is true: the citizen said that it is safe. ``on_behalf``: a registered civil servant reported
    it for somebody else. ``rating`` is 1 to 5, or 0 when it was asked for and not given. ``verified_at``,
    ``answered_at``: when its agency first did anything, and first gave a date or a result. ``clocks`` counts
    how often an agency's time began anew. ``asked_at``: when the citizen was asked whether it is fixed, what the
    agency wants to know or, after a reopening, whether anyone has come; the next move ends the waiting.
    ``assigned_to``: the coordinator who keeps an eye on it; ``priority``: 1 before others, 0 as usual.
    ``came_by``: how it came to the desk (``visit``, ``telephone``, ``letter``, ``social``), with ``taken_by`` who
    wrote it down and ``source``, the link of a post, or ``open311`` with ``source``, the link of a picture that
    nobody fetched; None for what the citizen wrote to the system.
    ``anonymised_at``: when its words, place and reporter were dropped because their time was over.
    ``link_round`` counts how often its citizen's link was ended; each round has a link of its own.
    """

    __tablename__ = "tickets"
    # Most begin with what a list is narrowed to and go on in its order; what follows is read without the row.
    # Their conditions are those of the queries, word for word: otherwise they are not used.
    __table_args__ = (
        Index("ix_tickets_status_agency", "status", "agency", "id"),
        Index("ix_tickets_service_area_created_at", "service", "area", "created_at"),
        Index("ix_tickets_service_created_at", "service", "created_at"),
        Index("ix_tickets_service_latitude", "service", "latitude"),
        Index("ix_tickets_agency_id", "agency", "id"),
        Index("ix_tickets_service_id", "service", "id", "status", "sealed"),
        Index("ix_tickets_status_id", "status", "id", "sealed", "area"),
        Index("ix_tickets_area_id", "area", "id", "sealed"),
        Index("ix_tickets_created_at", "created_at"),
        Index("ix_tickets_closed_at", "closed_at", "created_at", "status"),
        _of_some("closed_at IS NOT NULL AND anonymised_at IS NULL", "ix_tickets_to_anonymise", "sealed", "urgent",
                 "closed_at"),
        _of_some("anonymised_at IS NOT NULL", "ix_tickets_to_delete", "sealed", "urgent", "closed_at"),
        _of_some("closed_at IS NULL", "ix_tickets_open_deadline", "solve_by", "id", "status", "service", "sealed",
                 "urgent", "priority", "incident_id", "agency"),
        # What stands in front of every list: open emergencies, and what coordinators hurry.
        Index("ix_tickets_first", "urgent", "priority", "solve_by",
              sqlite_where=text("closed_at IS NULL AND (urgent = 1 OR priority > 0)"),
              postgresql_where=text("closed_at IS NULL AND (urgent OR priority > 0)")),
        _of_some("closed_at IS NULL AND latitude IS NOT NULL", "ix_tickets_open_place", "latitude", "longitude",
                 "id", "status", "sealed"),
        _of_some("priority > 0", "ix_tickets_hurried", "id"),
        # Nearly all have none: a whole index would be written for nothing, and not trusted by a planner.
        _of_some("linked_to IS NOT NULL", "ix_tickets_linked_to", "linked_to"),
        _of_some("incident_id IS NOT NULL", "ix_tickets_incident_id", "incident_id"),
        _of_some("duplicate_of IS NOT NULL", "ix_tickets_duplicate_of", "duplicate_of"),
        _of_some("closed_at IS NULL AND forwarded_at IS NOT NULL", "ix_tickets_agency_open", "agency", "solve_by",
                 "id", "status", "unit", "service", "area", "sealed", "incident_id", "version"),
        _of_some("closed_at IS NOT NULL AND forwarded_at IS NOT NULL", "ix_tickets_agency_closed", "agency",
                 "closed_at", "id", "status", "unit", "service", "area", "sealed", "incident_id"),
        _of_some("assigned_to IS NOT NULL", "ix_tickets_holder", "assigned_to", "closed_at", "id"),
        _of_some("outcome IS NOT NULL", "ix_tickets_outcome_id", "outcome", "id", "sealed"),
        _of_some("came_by IS NOT NULL", "ix_tickets_came_by", "came_by", "id"),
        _of_some("kind = 'apresiasi'", "ix_tickets_praise", "created_at", "agency", "sealed"),
        Index("ix_tickets_urgent", "created_at", sqlite_where=text("urgent = 1"), postgresql_where=text("urgent")),
        Index("ix_tickets_sealed", "status", "solve_by", sqlite_where=text("sealed = 1"),
              postgresql_where=text("sealed")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    kind: Mapped[str]
    service: Mapped[str]
    agency: Mapped[str]
    unit: Mapped[str | None]
    status: Mapped[str]
    outcome: Mapped[str | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    story: Mapped[str] = mapped_column(Encrypted)
    masked_story: Mapped[str]
    place: Mapped[str | None] = mapped_column(Encrypted)
    area: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    created_at: Mapped[datetime]
    forward_at: Mapped[datetime]
    forwarded_at: Mapped[datetime | None]
    verify_by: Mapped[datetime]
    answer_by: Mapped[datetime]
    solve_by: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    expected_on: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    anonymised_at: Mapped[datetime | None]
    linked_to: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    duplicate_of: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    sealed: Mapped[bool] = mapped_column(default=False, server_default=false())
    may_write: Mapped[bool | None]
    on_behalf: Mapped[bool] = mapped_column(default=False, server_default=false())
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    priority: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    came_by: Mapped[str | None]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str | None] = mapped_column(Encrypted)
    link_round: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    reopened: Mapped[int] = mapped_column(default=0)
    moves: Mapped[int] = mapped_column(default=0)
    clocks: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1)

    citizen: Mapped[Citizen] = relationship()
    conversation: Mapped[Conversation] = relationship()
    events: Mapped[list["TicketEvent"]] = relationship(order_by="TicketEvent.id", back_populates="ticket")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class TicketEvent(Base):
    """Append-only history of a ticket: who did what when, and the status it led to.

    ``actor`` is ``citizen``, ``bot``, ``clock``, ``agency:<code>`` or ``user:<id>``. ``agency``: who held the
    ticket then (``coordinators`` where no agency's time ran); of a ``send_back`` the agency that gave it back.
    ``digest`` is over ``salt`` and what erasure takes away, ``link`` over the row and the link before it
    (``bot.history``); ``position`` counts the chain's rows from 1, and from -1 down those that were there before
    the chains. None in rows that nobody has sealed yet.
    """

    __tablename__ = "ticket_events"
    __table_args__ = (Index("ix_ticket_events_at", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    status: Mapped[str]
    agency: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Encrypted)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    salt: Mapped[bytes | None]
    digest: Mapped[str | None]
    link: Mapped[str | None]
    position: Mapped[int | None]

    ticket: Mapped[Ticket] = relationship(back_populates="events")


class Attachment(Base):
    """A photo or file that belongs to a ticket, from the citizen or as proof from the agency.

    ``taken_at`` and the place, in degrees, are what the photo's EXIF said; the kept photo has none any more.
    """

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    actor: Mapped[str]
    content_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(EncryptedBytes)
    created_at: Mapped[datetime]
    perceptual_hash: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class FollowUp(Base):
    """One step that is due at a time; done in the transaction that writes its message, so exactly once.

    ``state``: ``waiting``, ``done``, ``cancelled``. ``say`` is the sentence that the city's ladder chose for it.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("ticket_id", "kind", "round"),
        _of_some("state = 'waiting'", "ix_follow_ups_due", "due_at"),
        _of_some("state = 'waiting' AND kind = 'leadership_list'", "ix_follow_ups_gathering", "due_at"),
        _of_some("state = 'done' AND kind = 'leadership_list'", "ix_follow_ups_listed", "done_at", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[str]
    round: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    done_at: Mapped[datetime | None]
    say: Mapped[str | None]

    ticket: Mapped[Ticket] = relationship()


class Recheck(Base):
    """A promise to ask somebody later whether what a standing answer told them worked out.

    ``state``: ``waiting``, ``asked`` (at ``done_at``), ``done`` (answered, or of no interest any more),
    ``cancelled``.
    """

    __tablename__ = "rechecks"
    __table_args__ = (
        UniqueConstraint("conversation_id", "inbound_id", "topic"),
        Index("ix_rechecks_due", "due_at", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_messages.id"))
    topic: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    done_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()


class Handover(Base):
    """Something that only a person can answer: a light question, an unsure message, a wish for a human.

    ``reason`` is ``question``, ``unsure``, ``person``, ``no_understanding``, ``media``, ``voice``, ``english``,
    ``data``, ``flood`` or ``error``. ``hold`` and ``block`` wait for no answer: see ``storage.queries.people``.
    ``reminded_at``: when coordinators were told by e-mail that its ``due_at`` is over.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        _of_some("answered_at IS NULL", "ix_handovers_waiting", "due_at", "id", "reason", "answered_by",
                 "conversation_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_messages.id"))
    reason: Mapped[str]
    text: Mapped[str] = mapped_column(Encrypted)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[str | None] = mapped_column(Encrypted)
    reminded_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship()

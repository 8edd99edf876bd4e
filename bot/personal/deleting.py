"""Tickets that were anonymised years ago go for good, with all that hangs on them; their chain's end stays."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot.history.ending import end_tickets
from bot.personal.anonymising import NOBODY
from storage.models import (
    AgencyLink,
    Alarm,
    Assignment,
    Attachment,
    Citizen,
    Claim,
    Consent,
    Conversation,
    Example,
    FollowUp,
    Handover,
    InboundMessage,
    Incident,
    MediaFile,
    Notice,
    OutboundMessage,
    PhotoPrint,
    Presence,
    Recheck,
    RequestToken,
    Ticket,
    TicketEvent,
)
from storage.queries.media import ERASED
from storage.queries.retention import FIGURES, mark

# In this order: what refers to something goes before it.
IN_A_TALK = (InboundMessage, OutboundMessage, Handover, Recheck, Notice, Ticket)
OF_TICKET = (TicketEvent, Assignment, FollowUp, Claim, Attachment, AgencyLink, Alarm, Presence, Notice)


def deletable(found: Select[Any]) -> Select[Any]:
    """Of these tickets those of whose files the store has let go."""
    kept = exists().where(
        InboundMessage.ticket_id == Ticket.id, MediaFile.inbound_id == InboundMessage.id, MediaFile.state != ERASED
    )
    return found.where(~kept)


def delete_tickets(session: Session, ids: Sequence[int], now: datetime) -> Counter[str]:
    """Delete these anonymised tickets, which are locked; rows by table."""
    if not ids:
        return Counter()
    _note_for_figures(session, ids)
    # The receipts: without them the database deletes no history.
    end_tickets(session, session.scalars(select(Ticket.number).where(Ticket.id.in_(ids))).all(), now)
    talks = select(Ticket.conversation_id).join(Conversation).where(Ticket.id.in_(ids))
    nobodys = session.scalars(talks.where(Conversation.address_hash.like(f"{NOBODY}%"))).all()
    done = Counter[str]()
    _let_go_of_photos(session, ids)
    for model in OF_TICKET:
        done[model.__tablename__] += _run(session, delete(model).where(model.ticket_id.in_(ids)))
    done += _messages(session, ids)
    _cut_ties(session, ids)
    done["tickets"] = _run(session, delete(Ticket).where(Ticket.id.in_(ids)))
    done += _nobodys(session, nobodys)
    return done


def _note_for_figures(session: Session, ids: Sequence[int]) -> None:
    """What happened until then cannot be counted again, for some of it is gone."""
    last = session.scalar(select(func.max(Ticket.closed_at)).where(Ticket.id.in_(ids)))
    row = mark(session, FIGURES)
    row.at = max(filter(None, (row.at, last)))


def _let_go_of_photos(session: Session, ids: Sequence[int]) -> None:
    photos = select(Attachment.id).where(Attachment.ticket_id.in_(ids))
    _run(session, update(Claim).where(Claim.attachment_id.in_(photos)).values(attachment_id=None))
    _run(session, delete(PhotoPrint).where(PhotoPrint.attachment_id.in_(photos)))


def _messages(session: Session, ids: Sequence[int]) -> Counter[str]:
    came = session.scalars(select(InboundMessage.id).where(InboundMessage.ticket_id.in_(ids))).all()
    went = session.scalars(select(OutboundMessage.id).where(OutboundMessage.ticket_id.in_(ids))).all()
    instead = update(OutboundMessage).where(OutboundMessage.instead_of.in_(went))
    _run(session, instead.values(instead_of=None))
    return delete_inbound(session, came) + Counter(
        outbound_messages=_run(session, delete(OutboundMessage).where(OutboundMessage.id.in_(went)))
    )


def delete_inbound(session: Session, ids: Sequence[int]) -> Counter[str]:
    """Delete these messages with what hangs on them; their files are erased by then."""
    files = select(MediaFile.id).where(MediaFile.inbound_id.in_(ids))
    _run(session, delete(PhotoPrint).where(PhotoPrint.media_id.in_(files)))
    _run(session, update(Consent).where(Consent.inbound_id.in_(ids)).values(inbound_id=None))
    done = Counter[str]()
    for model in (MediaFile, Example, Recheck, Handover, RequestToken):
        done[model.__tablename__] += _run(session, delete(model).where(model.inbound_id.in_(ids)))
    done["inbound_messages"] = _run(session, delete(InboundMessage).where(InboundMessage.id.in_(ids)))
    return done


def _cut_ties(session: Session, ids: Sequence[int]) -> None:
    """Of other tickets to these, and of incidents that have none left."""
    for column in (Ticket.linked_to, Ticket.duplicate_of):
        _run(session, update(Ticket).where(column.in_(ids)).values({column.key: None}))
    _run(session, update(RequestToken).where(RequestToken.ticket_id.in_(ids)).values(ticket_id=None))
    theirs = select(Ticket.incident_id).where(Ticket.id.in_(ids), Ticket.incident_id.is_not(None))
    incidents = session.scalars(theirs.distinct()).all()
    _run(session, update(Ticket).where(Ticket.id.in_(ids)).values(incident_id=None))
    left = exists().where(Ticket.incident_id == Incident.id)
    over = session.scalars(select(Incident.id).where(Incident.id.in_(incidents), ~left)).all()
    _run(session, update(Incident).where(Incident.merged_into.in_(over)).values(merged_into=None))
    _run(session, delete(Incident).where(Incident.id.in_(over)))


def _nobodys(session: Session, conversation_ids: Sequence[int]) -> Counter[str]:
    """The reporters who were nobody, each made for one ticket."""
    is_used = or_(*(exists().where(model.conversation_id == Conversation.id) for model in IN_A_TALK))
    mine = select(Conversation.id, Conversation.citizen_id).where(Conversation.id.in_(conversation_ids), ~is_used)
    rows = session.execute(mine).all()
    _run(session, delete(Conversation).where(Conversation.id.in_([row.id for row in rows])))
    gone = delete(Citizen).where(Citizen.id.in_([row.citizen_id for row in rows]))
    return Counter(citizens=_run(session, gone))


def _run(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return max(int(result.rowcount), 0)

"""All that is stored about somebody, for themselves: as data, and in words that the page is made of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.messages import EMAIL
from bot.rulebook import Rulebook
from storage.files import FileMissingError, FileStore
from storage.models import (
    Attachment,
    Citizen,
    Consent,
    Conversation,
    Example,
    Handover,
    InboundMessage,
    MediaFile,
    Notice,
    OutboundMessage,
    RightsRequest,
    Ticket,
    TicketEvent,
)

VERSION = 1
KEPT = "kept"
# Who did something, without saying which of our people it was.
PEOPLE = {"user": "petugas", "citizen": "pelapor", "bot": "sistem", "clock": "sistem"}
Rows = list[dict[str, Any]]


def everything(session: Session, rulebook: Rulebook, citizen: Citizen, now: datetime) -> dict[str, Any]:
    """As plain values (JSON knows them all); times are ISO texts in UTC. Of staff it names nobody."""
    talks = select(Conversation.id).where(Conversation.citizen_id == citizen.id)
    return {
        "version": VERSION,
        "city": rulebook.city.name,
        "made_at": _at(now),
        "person": _person(citizen),
        "addresses": _addresses(session, citizen),
        "messages": _received(session, talks),
        "answers": _sent(session, talks),
        "reports": _reports(session, rulebook, citizen),
        "questions": _questions(session, talks),
        "kept_for_training": _examples(session, talks),
        "waiting_news": _notices(session, talks),
        "consents": _consents(session, citizen),
        "requests": _requests(session, citizen),
    }


def kept_files(session: Session, citizen: Citizen) -> list[tuple[str, str]]:
    """Names, as :func:`everything` gives them, and keys of what the store keeps of somebody."""
    return [(_name(file.id, file.content_type), file.store_key) for file in session.scalars(_files(citizen))]


def fetched(store: FileStore, files: Iterable[tuple[str, str]]) -> list[tuple[str, bytes]]:
    """These with their contents; what the store lacks is left out. Not inside a transaction: it takes a while."""
    found = []
    for name, key in files:
        try:
            found.append((name, store.get(key)))
        except FileMissingError:
            continue
    return found


def proofs_of(session: Session, citizen: Citizen) -> list[tuple[str, bytes]]:
    """Photos that were put into somebody's tickets by others, named as in :func:`everything`."""
    mine = select(Attachment).join(Ticket, Ticket.id == Attachment.ticket_id)
    photos = session.scalars(mine.where(Ticket.citizen_id == citizen.id).order_by(Attachment.id))
    return [(_name(photo.id, photo.content_type, "bukti"), photo.content) for photo in photos]


def _person(citizen: Citizen) -> dict[str, Any]:
    return {
        "name": citizen.name,
        "first_came": _at(citizen.created_at),
        "name_hidden_from_agencies": citizen.hide_name,
        "notice_given": _at(citizen.notice_given_at),
        "no_news_since": _at(citizen.opted_out_at),
        "blocked_since": _at(citizen.blocked_at),
    }


def _addresses(session: Session, citizen: Citizen) -> Rows:
    theirs = select(Conversation).where(Conversation.citizen_id == citizen.id).order_by(Conversation.id)
    return [
        {
            "channel": talk.channel,
            "address": talk.address,
            "language": talk.language,
            "since": _at(talk.created_at),
            "being_talked_about": talk.dialogue or None,
        }
        for talk in session.scalars(theirs)
    ]


def _received(session: Session, talks: Select[Any]) -> Rows:
    files: dict[int, list[str]] = {}
    with_files = select(MediaFile).join(MediaFile.message).where(InboundMessage.conversation_id.in_(talks))
    for file in session.scalars(with_files.order_by(MediaFile.id)):
        files.setdefault(file.inbound_id, []).append(_name(file.id, file.content_type))
    found = select(InboundMessage).where(InboundMessage.conversation_id.in_(talks)).order_by(InboundMessage.id)
    return [
        {
            "at": _at(row.received_at),
            "channel": row.channel,
            "text": row.content.get("text", "") or row.text,
            "place": row.content.get("location"),
            "profile_name": row.content.get("profile_name"),
            "files": files.get(row.id, []),
            "as_received": row.raw,
            "understood_as": row.understanding,
        }
        for row in session.scalars(found)
    ]


def _sent(session: Session, talks: Select[Any]) -> Rows:
    found = select(OutboundMessage).where(OutboundMessage.conversation_id.in_(talks)).order_by(OutboundMessage.id)
    return [
        {"at": _at(row.created_at), "channel": row.channel, "state": row.state, "text": row.body.get("text", "")}
        for row in session.scalars(found)
    ]


def _reports(session: Session, rulebook: Rulebook, citizen: Citizen) -> Rows:
    theirs = select(Ticket).where(Ticket.citizen_id == citizen.id).order_by(Ticket.id)
    return [_report(session, rulebook, ticket) for ticket in session.scalars(theirs)]


def _report(session: Session, rulebook: Rulebook, ticket: Ticket) -> dict[str, Any]:
    service = rulebook.city.services.get(ticket.service)
    events = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.id)
    letters = select(OutboundMessage).where(
        OutboundMessage.ticket_id == ticket.id, OutboundMessage.channel == EMAIL
    )
    return {
        "number": ticket.number,
        "service": service.name if service else ticket.service,
        "agency": rulebook.city.agency_name(ticket.agency),
        "status": ticket.status,
        "filed": _at(ticket.created_at),
        "closed": _at(ticket.closed_at),
        "told": ticket.story,
        "place": ticket.place,
        "area": ticket.area,
        "latitude": ticket.latitude,
        "longitude": ticket.longitude,
        "link": ticket.source,
        "stars": ticket.rating,
        "sealed": ticket.sealed,
        "may_be_written_to": ticket.may_write,
        "history": [_event(rulebook, event) for event in session.scalars(events)],
        "told_to_agencies": [
            {"at": _at(row.created_at), "text": row.body.get("text", "")}
            for row in session.scalars(letters.order_by(OutboundMessage.id))
        ],
    }


def _event(rulebook: Rulebook, event: TicketEvent) -> dict[str, Any]:
    kind, _, code = event.actor.partition(":")
    by = rulebook.city.agency_name(code.partition("/")[0]) if kind == "agency" else PEOPLE.get(kind, kind)
    return {"at": _at(event.at), "what": event.kind, "by": by, "note": event.note}


def _questions(session: Session, talks: Select[Any]) -> Rows:
    found = select(Handover).where(Handover.conversation_id.in_(talks)).order_by(Handover.id)
    return [
        {"at": _at(row.created_at), "question": row.text, "answer": row.answer, "answered": _at(row.answered_at)}
        for row in session.scalars(found)
    ]


def _examples(session: Session, talks: Select[Any]) -> Rows:
    told = select(InboundMessage.id).where(InboundMessage.conversation_id.in_(talks))
    found = select(Example).where(Example.inbound_id.in_(told)).order_by(Example.id)
    return [{"at": _at(row.created_at), "text": row.text, "meaning": row.intent} for row in session.scalars(found)]


def _notices(session: Session, talks: Select[Any]) -> Rows:
    found = select(Notice).where(Notice.conversation_id.in_(talks), Notice.state == "waiting").order_by(Notice.id)
    return [{"due": _at(row.due_at), "what": row.wording, "values": row.more} for row in session.scalars(found)]


def _consents(session: Session, citizen: Citizen) -> Rows:
    found = select(Consent).where(Consent.citizen_id == citizen.id).order_by(Consent.id)
    return [{"at": _at(row.at), "about": row.about, "given": row.given} for row in session.scalars(found)]


def _requests(session: Session, citizen: Citizen) -> Rows:
    found = select(RightsRequest).where(RightsRequest.citizen_id == citizen.id).order_by(RightsRequest.id)
    return [
        {
            "what": row.kind,
            "asked": _at(row.asked_at),
            "due": _at(row.due_at),
            "done": _at(row.done_at),
            "outcome": row.outcome,
            "note": row.note,
        }
        for row in session.scalars(found)
    ]


def _files(citizen: Citizen) -> Select[MediaFile]:
    talks = select(Conversation.id).where(Conversation.citizen_id == citizen.id)
    mine = select(MediaFile).join(MediaFile.message).where(InboundMessage.conversation_id.in_(talks))
    return mine.where(MediaFile.state == KEPT).order_by(MediaFile.id)


def _name(file_id: int, content_type: str | None, what: str = "berkas") -> str:
    ending = (content_type or "").partition("/")[2].partition(";")[0].partition("+")[0] or "bin"
    return f"{what}-{file_id}.{ending if ending.isalnum() else 'bin'}"


def _at(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def count(told: dict[str, Any]) -> dict[str, int]:
    """How much of each there is, for the page and the record."""
    return {
        name: len(rows) for name, rows in told.items() if isinstance(rows, Sequence) and not isinstance(rows, str)
    }

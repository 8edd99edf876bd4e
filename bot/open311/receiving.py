"""Stores a report that another system sends, once; the worker makes the ticket of it, as of every message."""

import secrets
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.accounts.api_keys import Holder
from bot.city.city import City
from bot.errors import NotFoundError
from bot.intake.inbox import address_hash
from bot.messages import OPEN311, Content
from bot.open311.documents import Document
from bot.open311.errors import TooManyError, UnfitError
from bot.open311.ids import REQUEST, Ids
from bot.open311.posted import Posted
from bot.privacy import mask
from bot.rulebook import Rulebook
from storage import keyring
from storage.models import InboundMessage, RequestToken
from storage.queries import open311_filed
from storage.queries.api_keys import filed_since
from storage.queries.inserting import insert_once, ring
from storage.queries.open311_filed import Filed

log = structlog.get_logger()
_TOKEN_BYTES = 16
# The same content from the same key within this time, and up to twice as long, is a repetition.
REPEATED_WITHIN = timedelta(minutes=10)


def receive(
    session: Session, rulebook: Rulebook, ids: Ids, posted: Posted, holder: Holder, once: str, now: datetime
) -> Document:
    """Keep it and say by which token it is found; for a repetition the token that it has.

    ``once``: the sender's name for this request, its Idempotency-Key; empty: the content tells a repetition.
    UnfitError where ``once`` stands for another report, TooManyError.
    """
    names = _names(holder, posted, once, now)
    known = open311_filed.by_message(session, OPEN311, names)
    if known is None:
        _bounded(session, rulebook.city, holder, now)
        message_id = insert_once(session, InboundMessage, _message(rulebook, posted, names[0], now))
        if message_id is not None:
            ring(session)
            return _answer(ids, _kept(session, message_id, holder, posted, now))
        known = open311_filed.by_message(session, OPEN311, names)
    if known is None:
        raise TooManyError("The same report is just being stored; ask again in a moment.")
    if known.digest not in posted.digests:
        raise UnfitError(["Idempotency-Key was used for another report already; choose a new one."])
    return _answer(ids, known)


def found_by(session: Session, ids: Ids, token: str) -> Document:
    """What a token stands for; NotFoundError where nobody was given it."""
    known = open311_filed.by_token(session, token)
    if known is None:
        raise NotFoundError("There is no such token.")
    return _answer(ids, known)


def _answer(ids: Ids, filed: Filed) -> Document:
    """``ticket_number`` is for the citizen: by it they ask us, and open their page where they left a number."""
    name = None if filed.ticket_id is None else ids.name(REQUEST, filed.ticket_id)
    return {"service_request_id": name, "token": filed.token, "ticket_number": filed.number}


def _kept(session: Session, message_id: int, holder: Holder, posted: Posted, now: datetime) -> Filed:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(
        RequestToken(
            token=token, api_key_id=holder.id, inbound_id=message_id, digest=posted.digests[0], created_at=now
        )
    )
    session.flush()
    log.info("open311_received", message=message_id, api_key=holder.id)
    return Filed(token, posted.digests[0], None, None)


def _names(holder: Holder, posted: Posted, once: str, now: datetime) -> tuple[str, ...]:
    """What the message may be called, the name that a new one gets first."""
    if once:
        return tuple(f"{holder.id}:once:{hashed}" for hashed in keyring.current().lookups(f"once:{once}"))
    spell = int(now.timestamp() // REPEATED_WITHIN.total_seconds())
    return tuple(f"{holder.id}:{digest}:{number}" for digest in posted.digests for number in (spell, spell - 1))


def _bounded(session: Session, city: City, holder: Holder, now: datetime) -> None:
    most = city.open311.a_minute if city.open311 else 0
    if filed_since(session, holder.id, now - timedelta(minutes=1)) >= most:
        raise TooManyError(f"One key may send {most} reports a minute; go on in a minute.")


def _message(rulebook: Rulebook, posted: Posted, external_id: str, now: datetime) -> dict[str, object]:
    """A message like any other. Nobody else writes from its address: each report is a conversation of its own."""
    story, address = story_of(rulebook, posted), f"{OPEN311}:{external_id}"
    content = Content(text=story, location=posted.location, profile_name=posted.name or None)
    return {
        "channel": OPEN311,
        "external_id": external_id,
        "address_hash": address_hash(address),
        "phone_hash": None,  # whose number was left is found when it is filed
        "address": address,
        "our_address": None,
        "received_at": now,
        "lane": rulebook.words.lane(posted.description),
        "state": "new",
        "text": mask("\n".join(filter(None, (story, posted.address)))),
        "content": content.to_json(),
        "raw": {
            "service_code": posted.service,
            "address_string": posted.address,
            "media_url": posted.media_url,
            "phone": posted.phone,
        },
        "copy_deleted_at": now,  # no provider has one
    }


def story_of(rulebook: Rulebook, posted: Posted) -> str:
    """The citizen's words, with the service's question where it was answered: the agency must understand that."""
    question = rulebook.city.services[posted.service].question
    if question is None or not posted.answer:
        return posted.description
    return f"{posted.description}\n{question.text[rulebook.language]} {posted.answer}"

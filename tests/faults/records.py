"""What the audit reads: the database, Twilio's account and the mail server's folder, each once."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from bot.messages import EMAIL, SMS, WHATSAPP
from storage.models import (
    Alarm,
    Digest,
    FollowUp,
    InboundMessage,
    Incident,
    Notice,
    OutboundMessage,
    Ticket,
    TicketEvent,
    User,
)
from tests.journeys.town import Town

I, O, T, E, F = InboundMessage, OutboundMessage, Ticket, TicketEvent, FollowUp  # noqa: E741 - tables
N, D, A = Notice, Digest, Alarm
BY_TWILIO = (WHATSAPP, SMS)
BY_ITSELF = ("clock", "bot")
Rows = list[Row[Any]]


@dataclass(frozen=True)
class Records:
    """``inbound``, ``outbound`` (all channels), ``tickets``, ``events`` (those of nobody's doing), ``steps``
    (follow-ups), ``notices``, ``lists`` and ``alarms`` are rows of the tables. ``leads``: tickets that are an
    agency's case for several; ``phones``: how many people can be reached by an alarm.

    ``accepted``: the messages that Twilio accepted, by the id of the outbound row that each names in its status
    callback; ``callbacks``: the reports that Twilio made, and what we answered; ``letters``: Message-IDs as they
    arrived at the mail server, one each time.
    """

    inbound: Rows
    outbound: Rows
    tickets: Rows
    events: Rows
    steps: Rows
    notices: Rows
    lists: Rows
    alarms: Rows
    leads: frozenset[int]
    phones: int
    accepted: Mapping[int, list[dict[str, Any]]]
    callbacks: list[dict[str, Any]]
    letters: list[str]
    violations: list[Any]

    @cached_property
    def by_twilio(self) -> Rows:
        """What was to go to citizens' telephones."""
        return [row for row in self.outbound if row.channel in BY_TWILIO]

    @cached_property
    def by_mail(self) -> Rows:
        return [row for row in self.outbound if row.channel == EMAIL]

    @cached_property
    def _copies(self) -> Counter[str]:
        return Counter(self.letters)

    @cached_property
    def cases(self) -> frozenset[int]:
        """Tickets that are an agency's own case; the others go along with one of these."""
        return frozenset(row.id for row in self.tickets if row.incident_id is None) | self.leads

    @cached_property
    def keys(self) -> Mapping[str, Row[Any]]:
        """The outbox by the one occasion of each message, without what was said by another way in its place."""
        return {row.key: row for row in self.outbound if row.instead_of is None}

    def arrived(self, row: Row[Any]) -> int:
        """How often the other side has got what this outbound row says."""
        by_mail = row.channel == EMAIL
        return self._copies[row.body["message_id"]] if by_mail else len(self.accepted.get(row.id, ()))


def read(place: Town, session: Session) -> Records:
    """Everything, as of now. What Twilio says it reported is read first: a report may come between the two."""
    callbacks = place.callbacks()
    return Records(
        inbound=_all(session, I.id, I.external_id, I.state, I.outcome, I.conversation_id, I.text, I.received_at),
        outbound=_all(session, O.id, O.channel, O.recipient, O.body, O.state, O.failure, O.at_least_once,
                      O.provider_id, O.created_at, O.delivered_at, O.attempts, O.sent_at, O.key, O.wording,
                      O.ticket_id, O.instead_of, O.conversation_id),
        tickets=_all(session, T.id, T.conversation_id, T.masked_story, T.forwarded_at, T.status, T.incident_id,
                     T.linked_to, T.urgent),
        events=[*session.execute(select(E.ticket_id, E.kind, E.actor, E.data).where(E.actor.in_(BY_ITSELF)))],
        steps=_all(session, F.id, F.ticket_id, F.kind, F.state, F.done_at),
        notices=_all(session, N.id, N.key, N.ticket_id, N.conversation_id, N.state),
        lists=_all(session, D.id, D.kind, D.target, D.due_at, D.done_at),
        alarms=_all(session, A.id, A.ticket_id, A.rounds),
        leads=frozenset(session.scalars(select(Incident.lead_id))),
        phones=session.scalar(select(func.count(User.id)).where(User.phone.is_not(None))) or 0,
        accepted=_by_row(place.sent_messages()),
        callbacks=callbacks,
        letters=_letters(place),
        violations=place.violations(),
    )  # fmt: skip


def _all(session: Session, *columns: Any) -> Rows:
    return [*session.execute(select(*columns).order_by(columns[0]))]


def _by_row(sent: list[dict[str, Any]]) -> Mapping[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for message in sent:
        callback = urlsplit(message["form"].get("StatusCallback", [""])[0])
        found[int(parse_qs(callback.query).get("outbound", ["0"])[0])].append(message)
    return found


def _letters(place: Town) -> list[str]:
    parser = BytesHeaderParser(policy=default)
    heads = (parser.parsebytes(path.read_bytes()) for path in place.mails.glob("*.eml"))
    return [str(head["Message-ID"]).strip() for head in heads]

"""What the audit reads: the database, Twilio's account and the mail server's folder, each once."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bot.messages import EMAIL, SMS, WHATSAPP
from storage.models import FollowUp, InboundMessage, OutboundMessage, Ticket, TicketEvent
from tests.journeys.town import Town

I, O, T, E, F = InboundMessage, OutboundMessage, Ticket, TicketEvent, FollowUp  # noqa: E741 - tables
BY_TWILIO = (WHATSAPP, SMS)
BY_ITSELF = ("clock", "bot")
Rows = list[Row[Any]]


@dataclass(frozen=True)
class Records:
    """``inbound``, ``outbound`` (all channels), ``tickets``, ``events`` (those of nobody's doing) and ``steps``
    (follow-ups) are rows of the tables.

    ``accepted``: the messages that Twilio accepted, by the id of the outbound row that each names in its status
    callback; ``callbacks``: the reports that Twilio made, and what we answered; ``letters``: Message-IDs as they
    arrived at the mail server, one each time.
    """

    inbound: Rows
    outbound: Rows
    tickets: Rows
    events: Rows
    steps: Rows
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
                      O.provider_id, O.created_at, O.delivered_at, O.attempts),
        tickets=_all(session, T.id, T.conversation_id, T.masked_story, T.forwarded_at, T.status),
        events=[*session.execute(select(E.ticket_id, E.kind, E.actor).where(E.actor.in_(BY_ITSELF)))],
        steps=_all(session, F.id, F.ticket_id, F.kind, F.state),
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
    return [str(head["Message-ID"]) for head in heads]

"""What is known of a conversation before a turn, beside the citizen's tickets: one row, one statement."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from storage.models import Handover, Recheck, Ticket
from storage.queries.people import waits_for_answer
from storage.queries.states import ASKED
from storage.types import UtcDateTime

CONVERSATION: BindParameter[int] = bindparam("conversation")
AWAITS_PERSON = select(Handover.id).where(Handover.conversation_id == CONVERSATION, waits_for_answer()).exists()
REPEATED = (
    select(Ticket.number)
    .where(Ticket.citizen_id == bindparam("citizen"), Ticket.status == bindparam("repeated"))
    .where(Ticket.created_at > bindparam("since", type_=UtcDateTime))
    .order_by(Ticket.id.desc())
    .limit(1)
)
ASKED_LAST = (
    select(Recheck)
    .where(Recheck.conversation_id == CONVERSATION, Recheck.state == ASKED)
    .order_by(Recheck.done_at.desc())
    .limit(1)
)
BEFORE = select(
    AWAITS_PERSON,
    REPEATED.scalar_subquery(),
    ASKED_LAST.with_only_columns(Recheck.topic).scalar_subquery(),
    ASKED_LAST.with_only_columns(Recheck.done_at).scalar_subquery(),
)


class Before(NamedTuple):
    """How things stand. ``repeated``: the number of the ticket that was last taken for a repetition.

    ``topic``, ``asked_at``: what was asked about last, by ourselves, and not answered.
    """

    awaits_person: bool
    repeated: str | None
    topic: str | None
    asked_at: datetime | None


def before(session: Session, conversation_id: int, citizen_id: int, repeated: str, since: datetime) -> Before:
    """``repeated`` is the status of what was taken for a repetition; only those filed after ``since`` count."""
    of = {"conversation": conversation_id, "citizen": citizen_id, "repeated": repeated, "since": since}
    return Before(*session.connection().execute(BEFORE, of).one())

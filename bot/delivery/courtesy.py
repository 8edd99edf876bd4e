"""What is not sent after all, or not yet: it would be too much, they opted out, they are no part of the trial."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from bot.city.deadlines import WorkingCalendar
from bot.city.rates import PersonPace
from bot.messages import has_phones
from bot.outgoing.outbox import UNASKED
from bot.words import EMERGENCY_LANE, NORMAL_LANE
from storage.models import OutboundMessage


def withheld(row: OutboundMessage, trial: Collection[str], halted: Collection[int] = ()) -> str | None:
    """Why ``row`` is not sent at all, though it was written; None where it is.

    ``trial``: the only numbers that anything is sent to, as E.164; empty where everybody is written to.
    ``halted``: announcements that a coordinator has stopped.
    """
    if row.announcement_id in halted:
        return "stopped"
    if trial and has_phones(row.channel) and row.recipient.removeprefix("whatsapp:") not in trial:
        return "trial"
    citizen = row.conversation.citizen if row.conversation else None
    return "opted_out" if _is_unasked(row) and citizen and citizen.opted_out_at is not None else None


def not_before(row: OutboundMessage, calendar: WorkingCalendar, now: datetime) -> datetime:
    """``now``, or the end of the quiet hours for what nobody asked for and was to go out by day.

    It had to be tried again, by another way too, or the worker was away. What was written at night on purpose, an
    answer that a person gave late, goes out.
    """
    is_late = row.instead_of is not None or calendar.awake(row.created_at) == row.created_at
    return calendar.awake(now) if _is_unasked(row) and is_late else now


def put_off(
    rows: Sequence[OutboundMessage], sent: Mapping[int, Sequence[datetime]], pace: PersonPace, now: datetime
) -> Iterator[tuple[OutboundMessage, datetime]]:
    """Those of ``rows`` that come too soon behind others to the same person, and when they may be sent.

    ``sent``: when each conversation was sent something lately, oldest first.
    """
    times = {conversation: list(earlier) for conversation, earlier in sent.items()}
    waiting: dict[int, datetime] = {}
    for row in rows:
        if row.conversation_id is None or row.lane == EMERGENCY_LANE:
            continue
        earlier = times.setdefault(row.conversation_id, [])
        due = waiting.get(row.conversation_id) or _after_burst(earlier, row.lane == NORMAL_LANE, pace)
        if due is not None and due > now:  # what stands behind it waits as well: order is kept
            waiting[row.conversation_id] = due
            yield row, due
        else:
            earlier.append(now)


def _is_unasked(row: OutboundMessage) -> bool:
    return row.wording.startswith(UNASKED) and row.lane != EMERGENCY_LANE


def _after_burst(earlier: Sequence[datetime], is_reply: bool, pace: PersonPace) -> datetime | None:
    """Replies may be ahead of their time by a burst; what nobody asked for keeps to it."""
    ahead = pace.burst if is_reply else 1
    return earlier[-ahead] + ahead * pace.every if len(earlier) >= ahead else None

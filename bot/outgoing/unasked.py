"""What citizens are told unasked: not in the quiet hours, not too often, and several things at once.

Direct replies and emergencies do not pass through here, or pass at once. News may wait or be kept back; a question
never is. Whether something may be said, and is still true, is judged when it is said.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.due import PUT_OFF, Due, carry_out
from bot.messages import NOBODY_THERE, WHATSAPP
from bot.outgoing import outbox
from bot.outgoing.outbox import UNASKED, Note
from bot.rulebook import Rulebook
from bot.segments import segments
from bot.status import WITH_AGENCY, Status
from bot.tickets import tickets
from bot.tickets.tickets import By
from bot.tickets.values import citizen_values
from bot.wording.forms import FREE_TEXT_FOR
from bot.wording.templates import content_sid
from bot.wording.wording import say_day
from bot.words import EMERGENCY_LANE
from storage.database import Database
from storage.models import Conversation, Notice, Ticket
from storage.queries import notices
from storage.queries.notices import Waiting

BATCH = 50
YES_NO = (("yes", "choice_yes"), ("no", "choice_no"))
ASKED_WITH = {"follow_confirm": YES_NO, "follow_confirm_again": YES_NO}
OPTED_OUT = "not_sent_opted_out"
WHILE_HELD = timedelta(hours=1)
A_WEEK = timedelta(days=7)
# Two questions do not arrive in one breath: each is to be answered by itself.
BETWEEN_QUESTIONS = timedelta(minutes=1)
# News, each with its line in a message that tells several; everything else is a question or decides something.
NEWS = {
    "follow_progress": "line_progress",
    "follow_waiting": "line_waiting",
    "follow_escalated": "line_escalated",
    "follow_scheduled": "line_scheduled",
    "follow_passed_on": "line_passed_on",
    "follow_new_target": "line_new_target",
    "follow_coordination": "line_coordination",
    "follow_coordination_late": "line_coordination_late",
}
# A date is worth waiting for; the rest is dropped when the week is full.
WAITS_FOR_ROOM = frozenset({"follow_scheduled", "follow_passed_on", "follow_new_target"})
# Which answers to "how far is it?" tell the same.
SAID_BY: dict[str, tuple[str, ...]] = {
    "follow_progress": (
        "status_in_progress",
        "status_in_progress_late",
        "status_scheduled",
        "status_scheduled_late",
    ),
    "follow_waiting": ("status_waiting", "status_waiting_late"),
    "follow_scheduled": ("status_scheduled", "status_scheduled_late"),
    "follow_passed_on": ("status_waiting", "status_waiting_late", "status_in_progress", "status_scheduled"),
    "follow_new_target": ("status_waiting", "status_in_progress"),
}
ASKS_FOR_A_VISIT = "follow_after_reopening"
# In which statuses it is still true; what is not named is true at any time.
TRUE_WHILE: dict[str, tuple[Status, ...]] = {
    "follow_progress": WITH_AGENCY,
    "follow_waiting": (Status.WAITING,),
    "follow_escalated": WITH_AGENCY,
    "follow_scheduled": (*WITH_AGENCY, Status.NEEDS_INFO),
    "follow_passed_on": (*WITH_AGENCY, Status.NEEDS_INFO),
    "follow_new_target": (*WITH_AGENCY, Status.NEEDS_INFO),
    "follow_coordination": (Status.COORDINATION,),
    "follow_coordination_late": (Status.COORDINATION,),
    "follow_split": (*WITH_AGENCY, Status.NEEDS_INFO),
    "follow_question": (Status.NEEDS_INFO,),
    "follow_question_again": (Status.NEEDS_INFO,),
    "follow_confirm": (Status.CLAIMED_DONE,),
    "follow_confirm_again": (Status.CLAIMED_DONE,),
    ASKS_FOR_A_VISIT: WITH_AGENCY,
}
MOST_SEGMENTS = 2
Talk = tuple[Conversation, list[Notice]]


def tell(session: Session, rulebook: Rulebook, ticket: Ticket, note: Note, now: datetime) -> None:
    """Write to the citizen of ``ticket`` by ourselves, at once or when it may be.

    Nothing is written where they asked us not to, or where it may not be safe.
    """
    reason = why_silent(ticket)
    if reason and not (reason == OPTED_OUT and _called_for_help_since(ticket, note)):
        tickets.record(session, ticket, reason, By("bot", now))
    elif note.lane == EMERGENCY_LANE or not note.wording.startswith(UNASKED):
        _say(session, rulebook, ticket, note, now)
    elif (due := _may_write_from(rulebook, ticket.conversation, now)) > now:
        wait(session, rulebook, ticket, note, now, due)
    elif note.wording in NEWS:
        _tell_news(session, rulebook, ticket.conversation, [(ticket, note)], now)
    else:
        _say(session, rulebook, ticket, note, now)


def tell_of_move(session: Session, rulebook: Rulebook, ticket: Ticket, wording: str, now: datetime) -> None:
    """Tell what was just done with ``ticket``, once for that move."""
    values = citizen_values(session, rulebook, ticket, now)
    note = Note(f"{wording}:{ticket.id}:{ticket.moves}", wording, values, ticket_id=ticket.id)
    tell(session, rulebook, ticket, note, now)


def told_in_reply(session: Session, said: Mapping[str, str], now: datetime) -> None:
    """Forget what waits to be told and was just read in an answer; ``said``: which sentence, by ticket number."""
    for row in notices.waiting_about(session, said):
        if said[row.ticket.number] in SAID_BY.get(row.wording, ()):
            row.state, row.done_at = "told", now
            tickets.record(session, row.ticket, "told_in_reply", By("bot", now))


def wait(session: Session, rulebook: Rulebook, ticket: Ticket, note: Note, now: datetime, due: datetime) -> None:
    """Keep ``note`` until ``due``; it is put into words then, with the ticket as it is then."""
    known = citizen_values(session, rulebook, ticket, now)
    language, zone = ticket.conversation.language, rulebook.city.zone
    more = {
        name: say_day(value, language, zone) if isinstance(value, datetime) else str(value)
        for name, value in note.values.items()
        if name not in known
    }
    kept = Waiting(note.key, note.wording, ticket.conversation_id, ticket.id, more or None)
    notices.wait(session, kept, now, due)


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Tell what has waited until ``now``; how many conversations that were."""

    def tell_all(session: Session, found: Sequence[Talk]) -> int:
        for conversation, rows in found:
            _tell_waiting(session, rulebook, conversation, rows, now)
        return len(found)

    due = Due[Talk](
        "conversation",
        take=lambda session, only: notices.due(session, now, BATCH, only),
        id_of=lambda talk: talk[0].id,
        do=tell_all,
        put_off=lambda talk: _put_off(talk[1], now + PUT_OFF),
    )
    return carry_out(database, due)


def _put_off(rows: Sequence[Notice], due: datetime) -> None:
    for row in rows:
        row.due_at = due


def why_silent(ticket: Ticket) -> str | None:
    """Why nothing is sent unasked, as the history tells it; None where it may be."""
    if ticket.citizen.erased_at is not None:
        return "not_sent_erased"
    if ticket.citizen.blocked_at is not None:
        return "not_sent_blocked"
    if ticket.conversation.channel in NOBODY_THERE:
        return "not_sent_no_number"
    if ticket.sealed and not ticket.may_write:
        return "not_sent_sealed"
    return OPTED_OUT if ticket.citizen.opted_out_at is not None else None


def _called_for_help_since(ticket: Ticket, note: Note) -> bool:
    """Whoever opted out and then reported an emergency hears what becomes of it."""
    opted_out_at = ticket.citizen.opted_out_at
    return note.lane == EMERGENCY_LANE and opted_out_at is not None and ticket.created_at > opted_out_at


def _may_write_from(rulebook: Rulebook, conversation: Conversation, now: datetime) -> datetime:
    """``now``, or the end of the quiet hours; while a person speaks, later."""
    free = now if conversation.held_by is None else now + WHILE_HELD
    return rulebook.city.working_calendar.awake(free)


def _tell_waiting(
    session: Session, rulebook: Rulebook, conversation: Conversation, rows: Sequence[Notice], now: datetime
) -> None:
    if (due := _may_write_from(rulebook, conversation, now)) > now:
        _put_off(rows, due)
        return
    for row in rows:
        row.state, row.done_at = "told", now
    latest = {(row.ticket_id, row.wording in NEWS or row.wording): row for row in rows}
    told = [row for row in rows if _is_to_be_told(session, row, row in latest.values(), now)]
    notes = [(row.ticket, _note(session, rulebook, row, now)) for row in told]
    for ticket, note in notes:
        if note.wording not in NEWS:
            _say(session, rulebook, ticket, note, now)
    _tell_news(session, rulebook, conversation, [pair for pair in notes if pair[1].wording in NEWS], now)


def _is_to_be_told(session: Session, row: Notice, is_latest: bool, now: datetime) -> bool:
    """Whether it may still be said, and is still so; of several news of one ticket only the last is."""
    true_while = TRUE_WHILE.get(row.wording)
    overtaken = not is_latest or (true_while is not None and row.ticket.status not in true_while)
    reason = why_silent(row.ticket) or ("not_sent_overtaken" if overtaken else None)
    if reason:
        row.state = "dropped"
        tickets.record(session, row.ticket, reason, By("bot", now))
    return reason is None


def _tell_news(
    session: Session,
    rulebook: Rulebook,
    conversation: Conversation,
    news: Sequence[tuple[Ticket, Note]],
    now: datetime,
) -> None:
    """One message for all of them where one can be, within what a citizen is told in a week."""
    digest = _digest(rulebook, conversation, news, now) if len(news) > 1 else None
    if digest and not _full_until(session, rulebook, conversation, now):
        outbox.to_citizen(session, rulebook, conversation, digest, now, now)
        for ticket, note in news:
            tickets.record(session, ticket, note.wording, By("bot", now))
        return
    for ticket, note in news:
        if until := _full_until(session, rulebook, conversation, now):
            _keep_back(session, rulebook, ticket, note, now, until)
        else:
            _say(session, rulebook, ticket, note, now)


def _keep_back(
    session: Session, rulebook: Rulebook, ticket: Ticket, note: Note, now: datetime, until: datetime
) -> None:
    if note.wording in WAITS_FOR_ROOM:
        key = f"{note.key}:{int(until.timestamp())}"
        again = Note(key, note.wording, note.values)
        wait(session, rulebook, ticket, again, now, rulebook.city.working_calendar.awake(until))
    else:
        tickets.record(session, ticket, "not_sent_enough", By("bot", now))


def _full_until(
    session: Session, rulebook: Rulebook, conversation: Conversation, now: datetime
) -> datetime | None:
    """When there is room again for news, where the citizen was told enough in the last seven days."""
    told = notices.told_since(session, conversation.citizen_id, UNASKED, now - A_WEEK)
    most = rulebook.city.follow_ups.citizen_weekly
    return told[-most] + A_WEEK if len(told) >= most else None


def _digest(
    rulebook: Rulebook,
    conversation: Conversation,
    news: Sequence[tuple[Ticket, Note]],
    now: datetime,
) -> Note | None:
    """All news in one message; None where it is too long, or WhatsApp would take it as a template only."""
    say, language = rulebook.wording.say, conversation.language
    lines = [say(NEWS[note.wording], language, note.values) for _, note in news]
    note = Note(f"news:{news[0][1].key}", "follow_digest", {"list": "\n".join(lines)})
    is_window = (conversation.last_inbound_at or now - FREE_TEXT_FOR) + FREE_TEXT_FOR > now
    if conversation.channel == WHATSAPP:
        return note if is_window or content_sid(rulebook.city, "follow_digest", language) else None
    return note if segments(say("follow_digest", language, note.values)) <= MOST_SEGMENTS else None


def _note(session: Session, rulebook: Rulebook, row: Notice, now: datetime) -> Note:
    values = {**(row.more or {}), **citizen_values(session, rulebook, row.ticket, now)}
    return Note(row.key, row.wording, values, ASKED_WITH.get(row.wording, ()), row.ticket_id)


def _say(session: Session, rulebook: Rulebook, ticket: Ticket, note: Note, now: datetime) -> None:
    due = _spaced(session, ticket.conversation, now) if note.choices else now
    outbox.to_citizen(session, rulebook, ticket.conversation, note, now, due)
    tickets.record(session, ticket, note.wording, By("bot", now))
    if note.wording == ASKS_FOR_A_VISIT:
        ticket.asked_at = now  # until the next move, which ends the waiting for an answer


def _spaced(session: Session, conversation: Conversation, now: datetime) -> datetime:
    """Behind a question that is just going out."""
    last = notices.last_waiting(session, conversation.id, ASKED_WITH)
    return max(now, last + BETWEEN_QUESTIONS) if last else now

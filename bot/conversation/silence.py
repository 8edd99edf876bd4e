"""What happens when nobody says anything: an open report is filed in its time, held words go to a person."""

from dataclasses import replace
from datetime import datetime

from bot.city.city import City
from bot.conversation import reports, which
from bot.conversation.state import ABOUT_A_DRAFT, COURTESY_QUESTIONS, Asked, Dialogue, Pending, Situation
from bot.conversation.turn import AskPerson, Turn


def respond_to_silence(dialogue: Dialogue, situation: Situation, city: City, now: datetime) -> Turn:
    """A question was not answered in its time: a report is filed with what is known, nothing is lost."""
    question, draft = dialogue.pending, dialogue.draft
    if question and question.held and _is_held(question) and (draft is None or now >= _until(question.since)):
        return with_draft_in_mind(which.never_named(dialogue, question), now)
    if draft is None:
        return Turn(dialogue.settled())
    if draft.service is None:
        turn = Turn(dialogue.settled(), (), AskPerson("unsure", draft.story), outcome="person")
    else:
        turn = reports.file(dialogue, draft, city, now, wording="report_filed_without_place")
    if situation.opted_out or situation.is_silent:
        turn = replace(turn, replies=())
    return with_draft_in_mind(_beside(turn, question, now), now)


def still_waiting(dialogue: Dialogue, now: datetime) -> Turn | None:
    """The turn where nothing needs an answer and no open question has had its time; None where one has."""
    due = _due(dialogue, now)
    if due is None:
        return Turn(dialogue.at(now)) if dialogue.pending else None
    return Turn(dialogue, wake_at=due) if now < due else None


def with_draft_in_mind(turn: Turn, now: datetime) -> Turn:
    """Whatever else was talked about: a report that is not filed yet is filed in its time."""
    due = _due(turn.dialogue, now)
    return turn if due is None or turn.wake_at is not None else replace(turn, wake_at=due)


def _due(dialogue: Dialogue, now: datetime) -> datetime | None:
    """When an open report is filed, or held words go to a person, whichever is first; None where nothing waits.

    A report's time runs from when it was asked about, whatever is asked after that.
    """
    question, draft = dialogue.pending, dialogue.draft
    since = [question.since] if question and _is_held(question) else []
    if draft:
        since.append(draft.asked_at or (question.since if question else now))
    return _until(min(since)) if since else None


def _beside(turn: Turn, question: Pending | None, now: datetime) -> Turn:
    """An open question about something else stays open, and none is asked beside it."""
    if question is None or question.asked in ABOUT_A_DRAFT | COURTESY_QUESTIONS or not question.is_open(now):
        return turn
    replies = turn.replies if turn.dialogue.pending is None else turn.replies[:1]
    return replace(turn, dialogue=replace(turn.dialogue, pending=question), replies=replies)


def _is_held(question: Pending) -> bool:
    return question.asked is Asked.WHICH or question.holds_words


def _until(since: datetime) -> datetime:
    return since + reports.PATIENCE

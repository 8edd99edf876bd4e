"""Taking an alarm by a reply from one's telephone."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from bot.conversation.turn import Reply
from bot.duty import duty
from bot.duty.duty import Taking
from bot.duty.notes import ALARMS
from bot.rulebook import Rulebook
from bot.status import OPEN
from bot.tickets.numbers import find_numbers
from storage.models import Alarm, Conversation, User
from storage.queries import duty as queries

LONGEST = 80  # what is longer says more than that
TAKE = ("ambil",)  # where a city's word list has none
SAID = {
    Taking.TAKEN: "duty_taken",
    Taking.YOURS: "duty_yours",
    Taking.OTHERS: "duty_others",
    Taking.CLOSED: "duty_closed",
}


def command(
    session: Session, rulebook: Rulebook, conversation: Conversation, text: str, now: datetime
) -> Reply | None:
    """Carry out AMBIL from the telephone of somebody who may be alerted; what to reply.

    None for everything else, so that they can still write as a citizen, and for everybody else. Without a number
    it means the untaken alarm that they were told of last.
    """
    wanted = _wanted(rulebook, text)
    phone_hash = conversation.citizen.phone_hash
    if wanted is None or phone_hash is None:
        return None
    user = queries.by_phone(session, phone_hash, duty.TAKERS)
    return _take(session, rulebook, user, wanted, now) if user else None


def _take(session: Session, rulebook: Rulebook, user: User, wanted: str, now: datetime) -> Reply:
    if not wanted:
        alarm = queries.latest_told(session, user.id, OPEN, ALARMS)
        return _answer(session, rulebook, alarm, user, now) if alarm else Reply("duty_none")
    number, *_ = find_numbers(wanted, rulebook.city.ticket_prefix) or ("",)
    alarm = queries.alarm_about(session, number) if number else None
    if alarm is None or not duty.may_take(session, alarm, user):
        return Reply("duty_unknown", {"number": number or " ".join(wanted.split())})
    return _answer(session, rulebook, alarm, user, now)


def _answer(session: Session, rulebook: Rulebook, alarm: Alarm, user: User, now: datetime) -> Reply:
    outcome = duty.take(session, rulebook, alarm, user, now)
    return Reply(SAID[outcome], {"number": alarm.ticket.number})


def _wanted(rulebook: Rulebook, text: str) -> str | None:
    """The number that stands behind the word for taking, empty where none does; None where the text says more."""
    if len(text) > LONGEST:
        return None
    words = "|".join(re.escape(word) for word in rulebook.words.data.get("take", TAKE))
    prefix = re.escape(rulebook.city.ticket_prefix)
    found = re.fullmatch(
        rf"\W*(?:{words})\b[\W_]*({prefix}[\s_-]*[0-9a-z]{{1,12}}(?:[\s_-]+[0-9a-z]{{1,3}})?)?\W*",
        text.casefold().replace("\u2010", "-").replace("\u2013", "-"),
        re.IGNORECASE,
    )
    return (found[1] or "").upper() if found else None

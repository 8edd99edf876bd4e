"""A person says what an unsure message is: filed as the conversation would have filed it, answered, or let go."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.case import Case, Facts
from bot.casework import casework, incident_news
from bot.casework.effects import perform
from bot.conversation import Dialogue, Said, reports
from bot.conversation.meaning import EMERGENCY, QUESTION
from bot.conversation.state import Draft
from bot.conversation.turn import FileReport, Turn
from bot.desk import readings
from bot.desk.readings import NOT_OURS, Heard
from bot.errors import NotFoundError, RefusedError
from bot.following import followups
from bot.learning import examples
from bot.learning.examples import Label
from bot.messages import legible
from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from nlu.client import Guess, Place, Understanding
from storage.models import Handover, InboundMessage, Ticket
from storage.queries import handovers as queries
from storage.queries.people import BLOCK, BY_A_PERSON, HOLD, locked_conversation

log = structlog.get_logger()

REPORT = "lapor"
KINDS = (REPORT, "apresiasi", "saran", EMERGENCY)
LONGEST_PLACE, LONGEST_STORY = 300, 2_000
# Beside the service of the first problem.
MOST_ALSO = reports.MOST_TICKETS - 1
OFF_TOPIC = "off_topic"
# Who sends spam again within this time is not told again what this number is for.
TOLD_FOR = timedelta(days=30)
QUESTION_REASON = "question"
DECIDED = "Pesan itu sudah dijawab rekan Anda; jawaban Anda belum terkirim."


@dataclass(frozen=True)
class Meant:
    """What a person says that a message is. ``story``: what it tells, where it has no words of its own; ``also``:
    the services of further problems in the same report, each of which becomes a ticket linked to the first."""

    kind: str
    service: str
    place: Place | None = None
    story: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filed:
    """What became of it: a new ticket, or the one in which its citizen had reported the same before."""

    ticket: Ticket
    is_new: bool = True


def file(
    session: Session, rulebook: Rulebook, handover_id: int, meant: Meant, user_id: int, now: datetime
) -> Filed:
    """File a message as a person understood it. Its citizen is told at once, of a sealed matter if that is safe.

    RefusedError where somebody has decided already, and for what is no kind, service or story.
    """
    handover = open_handover(session, handover_id)
    _check(rulebook, handover, meant)
    case, heard = _case_of(session, rulebook, handover, now)
    turn, action = _turn(case, heard, handover, meant)
    facts = perform(action, case)
    ticket: Ticket = facts["ticket"]
    _decided(handover, user_id, now)
    _belong_to(case.messages, ticket)
    _tell(case, incident_news.retold(case, turn, facts), facts, f"handover:{handover.id}")
    _learn(session, handover, heard, meant, user_id, now)
    log.info("handover_filed", handover=handover.id, ticket=ticket.number, user=user_id)
    return Filed(ticket, is_new=ticket.created_at == now)


def also_about(rulebook: Rulebook) -> frozenset[str]:
    """The services that a further problem can be about; what is for few eyes is filed by itself."""
    return frozenset(code for code, service in rulebook.city.services.items() if not service.sealed)


def let_go(session: Session, rulebook: Rulebook, handover_id: int, user_id: int, now: datetime) -> bool:
    """It is spam: one short line the first time, then silence, as the conversation does; whether one was said."""
    handover = open_handover(session, handover_id)
    case, heard = _case_of(session, rulebook, handover, now)
    dialogue = Dialogue.from_json(case.conversation.dialogue)
    told = queries.was_said(session, case.conversation.id, OFF_TOPIC, now - TOLD_FOR)
    speaks = not told and case.conversation.citizen.blocked_at is None
    case.conversation.dialogue = replace(dialogue, off_topic=dialogue.off_topic + 1).to_json()
    said = case.say(OFF_TOPIC, {"city": rulebook.city.name}) if speaks else ""
    _decided(handover, user_id, now, said)
    if speaks:
        note = Note(f"handover:{handover.id}", OFF_TOPIC, text=said)
        outbox.to_citizen(session, rulebook, case.conversation, note, now, now)
    examples.keep(session, handover, heard.last_id, Label(NOT_OURS), user_id, now)
    return speaks


def refer_elsewhere(session: Session, rulebook: Rulebook, handover_id: int, user_id: int, now: datetime) -> None:
    """It is another government's business: a ready sentence says so."""
    handover = open_handover(session, handover_id)
    case, heard = _case_of(session, rulebook, handover, now)
    said = case.say("not_for_us", {"city": rulebook.city.name})
    _decided(handover, user_id, now, said)
    # In a person's words: those can go out as a template when WhatsApp's window is shut.
    note = Note(f"handover:{handover.id}", BY_A_PERSON, {"answer": said})
    outbox.to_citizen(session, rulebook, case.conversation, note, now, now)
    examples.keep(session, handover, heard.last_id, Label(NOT_OURS), user_id, now)


def put_among_questions(session: Session, handover_id: int, user_id: int, now: datetime) -> None:
    """It asks something: it waits for an answer from now on, by the deadline that it had."""
    handover = open_handover(session, handover_id)
    if handover.reason == QUESTION_REASON:
        return
    heard = readings.heard(session, handover)
    examples.keep(session, handover, heard.last_id, Label(QUESTION), user_id, now)
    handover.reason = QUESTION_REASON


def keep_as_question(session: Session, handover_id: int, topic: str | None, user_id: int, now: datetime) -> bool:
    """Keep a question as an example for the model, with the topic that it asks about; whether it could be kept."""
    handover = session.get(Handover, handover_id)
    if handover is None or handover.reason in (HOLD, BLOCK):
        raise NotFoundError("Pesan itu tidak ada.")
    heard = readings.heard(session, handover)
    return examples.keep(session, handover, heard.last_id, Label(QUESTION, faq=topic), user_id, now) is not None


def open_handover(session: Session, handover_id: int) -> Handover:
    """One that still waits, locked; RefusedError when somebody was faster, NotFoundError where there is none."""
    handover = queries.locked(session, handover_id)
    if handover is None or handover.reason in (HOLD, BLOCK):
        raise NotFoundError("Pesan itu tidak ada.")
    if handover.answered_at is not None:
        raise RefusedError(DECIDED)
    return handover


def _check(rulebook: Rulebook, handover: Handover, meant: Meant) -> None:
    if meant.kind not in KINDS:
        raise RefusedError("Pilih maksud pesan dari daftar.")
    if meant.service not in rulebook.city.services:
        raise RefusedError("Pilih salah satu layanan dari daftar.")
    if len(meant.also) > MOST_ALSO or any(code not in also_about(rulebook) for code in meant.also):
        raise RefusedError(f"Pilih paling banyak {MOST_ALSO} layanan lain, dari daftar.")
    if meant.place and len(meant.place.text) > LONGEST_PLACE:
        raise RefusedError(f"Tulis tempatnya paling panjang {LONGEST_PLACE} huruf.")
    if len(meant.story) > LONGEST_STORY:
        raise RefusedError(f"Tulis isinya paling panjang {LONGEST_STORY} huruf.")
    if not _story(handover, meant):
        raise RefusedError("Pesan ini tanpa teks: tulis dulu singkat isinya, untuk instansi.")


def _story(handover: Handover, meant: Meant) -> str:
    """What was written and, behind it, what a person heard or saw in it."""
    return "\n".join(part for part in (handover.text.strip(), legible(meant.story).strip()) if part)


def _case_of(session: Session, rulebook: Rulebook, handover: Handover, now: datetime) -> tuple[Case, Heard]:
    heard = readings.heard(session, handover)
    conversation = locked_conversation(session, handover.conversation_id) or handover.conversation
    return Case(session, rulebook, conversation, heard.messages, now), heard


def _turn(case: Case, heard: Heard, handover: Handover, meant: Meant) -> tuple[Turn, FileReport]:
    """What the conversation would have done, had it understood the message so."""
    said, city = _said(case, heard, handover, meant), case.rulebook.city
    dialogue = Dialogue.from_json(case.conversation.dialogue)
    if meant.kind == EMERGENCY:
        turn = reports.emergency(dialogue, said, city)
    else:
        draft = reports.from_said(said, meant.kind, meant.service)
        turn = reports.file(Dialogue(), draft, city, case.now, wording=_wording(case, draft))
        turn = _beside(turn, dialogue)
    if not isinstance(turn.action, FileReport):
        raise TypeError("A decision that files nothing.")
    # What belongs to it is known already; whatever came since is about something else.
    return turn, replace(turn.action, draft=replace(turn.action.draft, begun=None))


def _beside(turn: Turn, dialogue: Dialogue) -> Turn:
    """What is talked about meanwhile comes first: no question is asked beside it."""
    if dialogue.pending or dialogue.draft:
        return replace(turn, dialogue=dialogue, replies=turn.replies[:1])
    return replace(turn, dialogue=replace(dialogue, pending=turn.dialogue.pending))


def _wording(case: Case, draft: Draft) -> str | None:
    lacks_place = case.rulebook.city.services[draft.service or ""].needs_place and not draft.has_place
    return "report_filed_without_place" if draft.kind == REPORT and lacks_place else None


def _said(case: Case, heard: Heard, handover: Handover, meant: Meant) -> Said:
    """The message, with the meaning that a person gave it in place of the model's."""
    text, words = _story(handover, meant), case.rulebook.words
    also = meant.also if meant.kind == REPORT else ()
    sure = Understanding((Guess(meant.kind, 1.0),), (Guess(meant.service, 1.0),), also=also, place=meant.place)
    return Said(
        text=text,
        at=handover.created_at,
        first_at=handover.created_at,
        now=case.now,
        channel=case.conversation.channel,
        understanding=sure,
        location=heard.location,
        names_place=words.names_place(text),
        sealed_words=words.is_sealed(text),
        self_harm=words.is_self_harm(text),
    )


def _decided(handover: Handover, user_id: int, now: datetime, said: str | None = None) -> None:
    handover.answered_at, handover.answered_by, handover.answer = now, user_id, said


def _belong_to(messages: Iterable[InboundMessage], ticket: Ticket) -> None:
    for message in messages:
        message.ticket_id = message.ticket_id or ticket.id


def _tell(case: Case, turn: Turn, facts: Facts, key: str) -> None:
    """Of a sealed matter only where it is safe: hours later this phone may be in other hands."""
    ticket: Ticket = facts["ticket"]
    if ticket.sealed:
        note = Note(key, "report_filed", facts, ticket_id=ticket.id)
        followups.tell_unasked(case.session, case.rulebook, ticket, note, case.now)
        return
    casework.say(case, turn, facts, key)
    case.conversation.dialogue = casework.about(turn.dialogue, ticket, case.now).to_json()


def _learn(session: Session, handover: Handover, heard: Heard, meant: Meant, user_id: int, now: datetime) -> None:
    """From the words of the citizen alone; a new sealed ticket keeps it away by itself."""
    session.flush()
    place = meant.place.text if meant.place else None
    examples.keep(session, handover, heard.last_id, Label(meant.kind, meant.service, place=place), user_id, now)

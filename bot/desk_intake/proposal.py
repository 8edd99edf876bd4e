"""What the system makes of words that an officer took down: as for messages, for the officer to confirm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from bot.city.city import City
from bot.conversation import meaning, reports
from bot.conversation.meaning import EMERGENCY
from bot.conversation.state import Draft
from bot.desk.readings import NOT_OURS, Reading
from bot.desk_intake.taken import KINDS, REPORT, Taken
from bot.incidents.similar import Similar, similar_to
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.standing.kept import with_kept
from nlu.client import NluUnavailableError, Place, Understanding
from storage.models import Ticket
from storage.queries import standing

# Nobody's: the ticket that is compared with others is not filed yet.
NOBODY = -1


class Understands(Protocol):
    """Whatever can tell what texts mean; NluUnavailableError when it cannot at the moment."""

    def understand(self, texts: Sequence[str]) -> list[Understanding]: ...


@dataclass(frozen=True)
class Proposal:
    """What is proposed. ``reading``: the model's; without one the words alone told ``kind``, and a person chooses.

    ``topic``: the standing answer of a question; ``elsewhere``: nothing of this city's, as the model sees it.
    """

    kind: str = REPORT
    service: str | None = None
    place: Place | None = None
    topic: str | None = None
    elsewhere: bool = False
    reading: Reading | None = None

    @property
    def is_read(self) -> bool:
        return self.reading is not None


@dataclass(frozen=True)
class ReadOut:
    """A standing answer to be read out, in the city's first language; whether somebody has verified it."""

    text: str
    verified: bool


def understand(nlu: Understands | None, rulebook: Rulebook, *texts: str) -> list[Understanding] | None:
    """What ``texts`` mean, masked as the model always has them; None while no model can be asked."""
    if nlu is None or not rulebook.understands:
        return None
    try:
        return nlu.understand([mask(text) for text in texts])
    except NluUnavailableError:
        return None


def propose(rulebook: Rulebook, words: str, understood: Understanding | None) -> Proposal:
    """The likeliest; the signs of an emergency in the words count as they do in a message."""
    city, signs = rulebook.city, rulebook.words.is_emergency(words)
    is_urgent = meaning.is_emergency(understood, signs, city.thresholds)
    if understood is None:
        service = rulebook.words.emergency_service(words) if is_urgent else None
        return Proposal(EMERGENCY if is_urgent else REPORT, service if service in city.services else None)
    known = tuple(guess for guess in understood.services if guess.label in city.services)
    reading = Reading(understood.intents, known, understood.faqs, understood.place)
    kind = reading.kind
    return Proposal(
        kind=EMERGENCY if is_urgent else (kind if kind in KINDS else REPORT),
        service=known[0].label if known else None,
        place=understood.place,
        topic=_topic(understood, city),
        elsewhere=kind == NOT_OURS,
        reading=reading,
    )


def draft_of(rulebook: Rulebook, taken: Taken) -> Draft:
    """As the conversation would hold it."""
    return Draft(
        kind=taken.kind,
        story=taken.words,
        service=taken.service or None,
        place=taken.place or None,
        kelurahan=taken.area or None,
        city=taken.city,
        location=taken.location,
        sealed=rulebook.words.is_sealed(taken.words),
    )


def is_sealed(rulebook: Rulebook, taken: Taken) -> bool:
    """Whether it is for few eyes only: by its service, or by the signs in its words."""
    return taken.service in rulebook.city.services and reports.is_sealed(draft_of(rulebook, taken), rulebook.city)


def _topic(understood: Understanding, city: City) -> str | None:
    """Half as sure as for an answer that goes out by itself is enough: a person reads it first."""
    faq = understood.faq
    return faq.label if faq and faq.confidence >= city.thresholds.answer / 2 else None


def lacks_place(rulebook: Rulebook, taken: Taken) -> bool:
    """Whether the person is to be asked where it is."""
    service = rulebook.city.services.get(taken.service)
    asked = service is not None and service.needs_place and taken.kind in (REPORT, EMERGENCY)
    return asked and not (taken.place or taken.location) and not is_sealed(rulebook, taken)


def question_of(rulebook: Rulebook, taken: Taken) -> str | None:
    """What the service wants to know besides, where the words do not tell it."""
    if taken.kind != REPORT or taken.service not in rulebook.city.services:
        return None
    draft = draft_of(rulebook, taken)
    question = rulebook.city.services[taken.service].question
    return question.text[rulebook.language] if question and reports.asks_detail(draft, rulebook.city) else None


def like(session: Session, rulebook: Rulebook, taken: Taken, now: datetime) -> list[Similar]:
    """Open reports that may be about the same, before it is filed."""
    if taken.service not in rulebook.city.services or taken.kind not in (REPORT, EMERGENCY):
        return []
    as_filed = Ticket(
        citizen_id=NOBODY,
        kind=taken.kind,
        service=taken.service,
        masked_story=mask(taken.words),
        place=taken.place or None,
        area=taken.area or None,
        latitude=taken.location.latitude if taken.location else None,
        longitude=taken.location.longitude if taken.location else None,
        sealed=is_sealed(rulebook, taken),
        created_at=now,
    )
    return [one for one in similar_to(session, rulebook, as_filed) if one.is_open]


def answer_of(session: Session, rulebook: Rulebook, found: Proposal, now: datetime) -> ReadOut | None:
    """The standing answer as it counts now; None where it is over, or the model is not sure enough to show one.

    What nobody has verified is shown as such: an officer judges it, other than a telephone that gets a message.
    """
    if found.topic is None:
        return None
    wording = with_kept(rulebook, standing.for_topics(session)).wording
    if found.topic not in wording.answerable(now.astimezone(rulebook.city.zone).date(), unverified=True):
        return None
    return ReadOut(wording.answer(found.topic, rulebook.language), wording.answers[found.topic].verified)

"""The box in which an answer to a citizen is written: what is offered for it, and what the citizen will get."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.city.costs import Cost
from bot.desk import holding
from bot.desk.readings import Heard
from bot.messages import CHANNELS
from bot.privacy import mask
from bot.segments import foreign_characters, segments
from bot.standing import kept as kept_answers
from bot.wording.plain_text import as_sms
from bot.wording.wording import Answer
from handlers.console.room import phrases
from handlers.edge import edge
from handlers.i18n import N_, translated
from nlu.client import Guess
from storage.models import Conversation, Handover, StandingAnswer
from storage.queries import canned, standing
from storage.queries.people import BY_A_PERSON

TOPICS, SIMILAR, OFFERED = 2, 3, 9
# A topic that the model takes for less likely than this is not worth a coordinator's look.
LIKELY_TOPIC = 0.15


@dataclass(frozen=True)
class Offer:
    """A text that can be taken into the box. ``about``: what it answers; ``warning``: why to read it first."""

    key: str
    name: str
    about: str
    text: str
    warning: str = ""


@dataclass(frozen=True)
class AnswerBox:
    """What goes with the box: texts on offer, the topics that the model read, and what is known of the channel.

    ``free_until``: until when free text reaches the citizen on WhatsApp, None where it always does;
    ``has_template``: what comes later goes out as an approved template.
    """

    offers: Sequence[Offer]
    topics: Sequence[Guess]
    free_until: datetime | None
    has_template: bool


@dataclass(frozen=True)
class Preview:
    """An answer as it will arrive. ``segments``: how many SMS it takes, None elsewhere; ``odd``: the characters
    that make it more; ``cost``: an estimate, empty where the city gives no prices. ``free_until`` as in
    :class:`AnswerBox`."""

    text: str
    segments: int | None
    odd: str
    is_template: bool
    reaches: bool
    cost: str
    free_until: datetime | None = None


def box_for(handover: Handover, told: Heard, offers: Sequence[Offer] = ()) -> AnswerBox:
    """The box for answering ``handover``, which is about ``told``."""
    conversation, rulebook = handover.conversation, edge().rulebook
    free_until, has_template = (
        holding.free_until(conversation),
        holding.has_template(rulebook, conversation.language),
    )
    return AnswerBox(offers, topics_of(told), free_until, has_template)


def offers_for(session: Session, handover: Handover, told: Heard) -> list[Offer]:
    """What can be taken into the box: the likeliest first."""
    of_topics = _of_topics(session, topics_of(told), handover)
    return [*of_topics, *_similar(session, handover), *_ready(session)][:OFFERED]


def preview(conversation: Conversation, text: str) -> Preview:
    """What the citizen gets of ``text`` if it is sent now."""
    here = edge()
    manners = CHANNELS.get(conversation.channel)
    is_sms = manners is not None and manners.is_sms
    until = holding.free_until(conversation)
    is_late = until is not None and until <= here.clock.now()
    as_template = is_late and holding.has_template(here.rulebook, conversation.language)
    shown = _in_template(text, conversation.language) if as_template else as_sms(text, []) if is_sms else text
    count = segments(shown) if is_sms else None
    odd = foreign_characters(shown) if is_sms else ""
    cost = _cost(here.rulebook.city.costs.get(conversation.channel), shown, template=as_template)
    return Preview(shown, count, odd, as_template, as_template or not is_late, cost, until)


def topics_of(told: Heard) -> list[Guess]:
    """The topics of standing answers that the model read, the likeliest first."""
    faqs = told.reading.faqs if told.reading else ()
    known = edge().rulebook.wording.answers
    return [guess for guess in faqs if guess.label in known and guess.confidence >= LIKELY_TOPIC][:TOPICS]


def _of_topics(session: Session, topics: Sequence[Guess], handover: Handover) -> Iterator[Offer]:
    """The standing answers of what the model read: as people keep them, else as the city's files have them."""
    for guess in topics:
        filed, kept = edge().rulebook.wording.answers[guess.label], standing.of_topic(session, guess.label)
        answer = kept_answers.answer_of(kept, filed) if kept else filed
        text = answer.text.get(handover.conversation.language, answer.text["id"]).strip()
        about = f"{guess.label.replace('_', ' ')}, {round(100 * guess.confidence)} %"
        yield Offer(f"topic-{guess.label}", translated(N_("Jawaban baku")), about, text, _warning(answer))


def _similar(session: Session, handover: Handover) -> Iterator[Offer]:
    for row in standing.similar(session, mask(handover.text), SIMILAR) if handover.text else ():
        name = translated(N_("Pertanyaan serupa"))
        answer = kept_answers.answer_of(row, None)
        text = _in_language(row, handover.conversation.language)
        yield Offer(f"answer-{row.id}", name, row.question or "", text, _warning(answer))


def _ready(session: Session) -> Iterator[Offer]:
    """Ready sentences without variables: there is no ticket here to fill them."""
    for reply in canned.current(session):
        if "{" not in reply.text:
            yield Offer(f"canned-{reply.id}", translated(N_("Kalimat siap pakai")), reply.title, reply.text)


def _in_language(row: StandingAnswer, language: str) -> str:
    return (row.text_en if language == "en" else None) or row.text_id


def _warning(answer: Answer) -> str:
    if answer.valid_until < _today():
        return translated(N_("masa berlakunya sudah lewat"))
    return "" if answer.verified else translated(N_("belum diverifikasi"))


def _today() -> date:
    return edge().clock.now().astimezone(edge().rulebook.city.zone).date()


def _in_template(text: str, language: str) -> str:
    """WhatsApp's approved form around the words; it takes no line breaks in them."""
    sentence = edge().rulebook.wording.sentences[language][BY_A_PERSON]
    form = (sentence.template_text or sentence.text).strip()
    return form.replace("{answer}", " ".join(text.split()))


def _cost(price: Cost | None, text: str, *, template: bool) -> str:
    return phrases().money(price.of_sent(text, template=template), price.currency) if price else ""

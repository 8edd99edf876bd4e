"""The standing answers as the console lists them: what counts now, where it comes from, and how it stands."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from bot.city.city import COORDINATORS
from bot.rulebook import Rulebook
from bot.segments import foreign_characters, segments
from bot.standing import kept as kept_answers
from bot.standing.checks import as_sent, is_owner
from bot.wording.plain_text import MOST_SEGMENTS
from bot.wording.wording import Answer
from handlers import spoken
from handlers.i18n import N_
from storage.models import StandingAnswer
from storage.queries import standing as queries

STATES = {
    "check": N_("Perlu diperiksa"),
    "soon": N_("Segera berakhir"),
    "over": N_("Sudah lewat"),
}
LANGUAGES = {"id": N_("Bahasa Indonesia"), "en": N_("Bahasa Inggris")}


@dataclass(frozen=True)
class Entry:
    """One answer that counts now. ``row``: what people keep; ``filed``: what the city's files say of the topic."""

    answer: Answer
    today: date
    topic: str | None = None
    row: StandingAnswer | None = None
    filed: Answer | None = None
    verifier: str = ""

    @property
    def key(self) -> str:
        """What the address calls it."""
        return self.topic or str(self.row.id if self.row else 0)

    @property
    def title(self) -> str:
        if self.topic is None:
            return (self.row.question if self.row else None) or ""
        told = (answer for answer in (self.answer, self.filed) if answer)
        said = " ".join(text for answer in told for text in (*answer.text.values(), answer.source))
        words = [_as_written(word, said) for word in self.topic.split("_")]
        return " ".join((words[0][:1].upper() + words[0][1:], *words[1:]))

    @property
    def owner(self) -> str:
        return self.answer.owner or COORDINATORS

    @property
    def state(self) -> str:
        """What is to be done about it, one of :data:`STATES`; empty: nothing."""
        if kept_answers.is_over(self.answer, self.today):
            return "over"
        if kept_answers.ends_soon(self.answer, self.today):
            return "soon"
        return "check" if kept_answers.needs_check(self.answer) else ""

    def is_in(self, state: str) -> bool:
        """Whether a list of ``state`` shows it; one that ends soon may have to be checked as well."""
        return state in ("", self.state) or (state == "check" and kept_answers.needs_check(self.answer))

    @property
    def until(self) -> str:
        return spoken.day(self.answer.valid_until)

    @property
    def seen(self) -> str:
        """Which state of it a form was filled in for."""
        return self.row.updated_at.isoformat() if self.row else ""

    @property
    def replaces(self) -> bool:
        """Whether the city's files say something else."""
        return self.row is not None and self.filed is not None and self.filed.text != self.answer.text


@dataclass(frozen=True)
class Wanted:
    """Which answers the list shows; what the address bar does not know does not restrict."""

    text: str = ""
    owner: str = ""
    state: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str], rulebook: Rulebook) -> "Wanted":
        owner, state = args.get("owner", ""), args.get("state", "")
        return cls(
            text=args.get("text", "").strip()[:100],
            owner=owner if is_owner(rulebook.city, owner) else "",
            state=state if state in STATES else "",
        )

    def query(self, **other: str) -> dict[str, str]:
        """For the address bar: only what restricts, with something else instead."""
        return {name: value for name, value in {**asdict(self), **other}.items() if value}

    def takes(self, entry: Entry, *, state: str | None = None) -> bool:
        texts = (entry.title, entry.topic or "", entry.answer.source, *entry.answer.text.values())
        said = self.text.lower() in "\n".join(texts).lower()
        return said and self.owner in ("", entry.owner) and entry.is_in(self.state if state is None else state)


@dataclass(frozen=True)
class Preview:
    """How an answer is read on a telephone."""

    language: str
    text: str
    sms: str

    @property
    def segments(self) -> int:
        return segments(self.sms)

    @property
    def fits(self) -> bool:
        return self.segments <= MOST_SEGMENTS

    @property
    def foreign(self) -> str:
        """The characters that make an SMS short."""
        return " ".join(foreign_characters(self.sms))

    @property
    def most(self) -> int:
        return MOST_SEGMENTS


def entries(session: Session, rulebook: Rulebook, today: date) -> list[Entry]:
    """All that count now: one a topic, by agency and topic, then those without a topic; two statements."""
    rows = queries.current(session)
    names = queries.names(session, [row.verified_by for row in rows])
    found = _all(rulebook, rows, names, today)
    return sorted(found, key=lambda entry: (entry.topic is None, entry.owner, entry.title))


def entry_of(session: Session, rulebook: Rulebook, key: str, today: date) -> Entry | None:
    """The answer that the address calls ``key``; None where there is none."""
    return next((entry for entry in entries(session, rulebook, today) if entry.key == key), None)


def preview(rulebook: Rulebook, topic: str | None, language: str, text: str) -> Preview:
    """What becomes of ``text`` in an SMS and in WhatsApp."""
    tidy = text.replace("\r\n", "\n").strip()
    return Preview(language, tidy, as_sent(rulebook, topic, tidy, language) if tidy else "")


def _as_written(word: str, said: str) -> str:
    """An abbreviation in capitals, where the answer has it so: KTP."""
    return word.upper() if re.search(rf"\b{re.escape(word.upper())}\b", said) else word


def _all(
    rulebook: Rulebook, kept: Sequence[StandingAnswer], names: Mapping[int, str], today: date
) -> Iterator[Entry]:
    of_topic = {row.topic: row for row in kept if row.topic}
    filed = rulebook.wording.answers
    for topic, answer in kept_answers.with_kept(rulebook, kept).wording.answers.items():
        row = of_topic.get(topic)
        who = names.get(row.verified_by or 0, "") if row else ""
        yield Entry(answer, today, topic, row, filed.get(topic), who)
    for row in kept:
        if row.topic is None:
            who = names.get(row.verified_by or 0, "")
            yield Entry(kept_answers.answer_of(row, None), today, None, row, None, who)

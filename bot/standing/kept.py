"""The standing answers that count now: the city's files, with what people keep in the console on top.

What is kept replaces an answer's text, owner, source and date. The question that is asked before it, the one
behind it and the service of a ticket that comes of it stay those of the file.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.rulebook import Rulebook
from bot.wording.wording import Answer
from storage.models import StandingAnswer
from storage.queries import standing as queries

INDONESIAN, ENGLISH = "id", "en"
# Somebody should look at an answer this long before it ends.
SOON = timedelta(days=30)


def answer_of(row: StandingAnswer, filed: Answer | None) -> Answer:
    """``row`` as an answer, with what goes with the topic in the city's files."""
    texts = {INDONESIAN: row.text_id} | ({ENGLISH: row.text_en} if row.text_en else {})
    kept = Answer(
        owner=row.owner,
        source=row.source,
        valid_until=row.valid_until,
        verified=row.verified_at is not None,
        text=texts,
    )
    return kept.model_copy(update=_around(filed)) if filed else kept


def with_kept(rulebook: Rulebook, rows: Iterable[StandingAnswer]) -> Rulebook:
    """``rulebook`` with the answers that people keep for topics; those without a topic are not the bot's."""
    filed = rulebook.wording.answers
    kept = {row.topic: answer_of(row, filed.get(row.topic)) for row in rows if row.topic is not None}
    return replace(rulebook, wording=replace(rulebook.wording, answers={**filed, **kept})) if kept else rulebook


class CurrentRulebook:
    """A rulebook that follows what people change in the console; for one thread.

    ``value`` is the rulebook as of the last :meth:`refresh`, before it as the files have it.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.value = self._files = rulebook
        self._mark: queries.Mark = ()

    def refresh(self, session: Session) -> None:
        """See what is kept now: one small statement, and one more when something changed."""
        mark = queries.mark(session)
        if mark != self._mark:
            self.value = with_kept(self._files, queries.for_topics(session))
            self._mark = mark


def _around(filed: Answer) -> dict[str, object]:
    return {"service": filed.service, "helped": filed.helped, "check": filed.check}


def needs_check(answer: Answer) -> bool:
    """Nobody has compared it with its source yet."""
    return not answer.verified


def is_over(answer: Answer, today: date) -> bool:
    """Its last day is past: it is not given, and becomes a question for people."""
    return answer.valid_until < today


def ends_soon(answer: Answer, today: date) -> bool:
    """Its last day is within :data:`SOON`, and not past."""
    return today <= answer.valid_until <= today + SOON


def ending(rulebook: Rulebook, kept: Iterable[tuple[str | None, date]], now: datetime) -> int:
    """How many of the answers that count now are over or end within :data:`SOON`.

    ``kept``: of all that people keep the topic, None for a question of its own, and the last day.
    """
    of_topics: dict[str, date] = {code: answer.valid_until for code, answer in rulebook.wording.answers.items()}
    own: list[date] = []
    for topic, until in kept:
        if topic is None:
            own.append(until)
        else:
            of_topics[topic] = until
    last = now.astimezone(rulebook.city.zone).date() + SOON
    return sum(until <= last for until in (*of_topics.values(), *own))

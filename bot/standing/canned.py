"""Ready sentences for citizens: what may stand in braces in them, filling them in, and keeping them."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import structlog
import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from bot import yaml_text
from bot.city.city import COORDINATORS
from bot.errors import ConfigError, NotFoundError, RefusedError
from bot.messages import legible
from bot.rulebook import TEXTS, Rulebook
from bot.segments import segments
from bot.wording.plain_text import MOST_SEGMENTS, as_sms
from bot.wording.wording import say_day
from storage.models import CannedReply, Ticket
from storage.queries import canned as queries

log = structlog.get_logger()

VARIABLES = ("number", "service", "agency", "deadline", "coordinator", "hours")
IN_BRACES = re.compile(r"\{\s*([^{}]*?)\s*\}")
LONGEST_TITLE = 60
FILE = "canned.yml"
GONE = "Kalimat itu tidak ada atau sudah dihapus."
MEANWHILE = "Rekan Anda baru saja mengubah kalimat ini; lihat isinya sekarang, lalu simpan lagi bila masih perlu."


class Sample(BaseModel):
    """A ready sentence that comes with the city."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    text: str


def filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its variables replaced; one without a value stays, for whoever sends it to see."""
    return IN_BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def values_of(rulebook: Rulebook, ticket: Ticket, now: datetime, coordinator: str = "") -> dict[str, str]:
    """What :data:`VARIABLES` are for ``ticket``, in its citizen's language; ``coordinator``: who signs.

    Of a sealed ticket neither kind nor agency is told: others may read that telephone.
    """
    city, language = rulebook.city, ticket.conversation.language
    service = city.services[ticket.service].name if ticket.service in city.services else ticket.service
    return {
        "number": ticket.number,
        "service": ticket.number if ticket.sealed else service,
        "agency": city.agency_name(COORDINATORS if ticket.sealed else ticket.agency),
        "deadline": say_day(ticket.expected_on or ticket.solve_by, language, city.zone),
        "coordinator": coordinator or city.agency_name(COORDINATORS),
        "hours": hours(rulebook, language),
    }


def hours(rulebook: Rulebook, language: str) -> str:
    """When people answer, as citizens are told."""
    office = rulebook.city.office_hours
    told = {"opens": f"{office.opens:%H.%M}", "closes": f"{office.closes:%H.%M}"}
    return rulebook.wording.say("office_hours", language, told)


def example(rulebook: Rulebook, now: datetime, coordinator: str = "") -> dict[str, str]:
    """Values of an invented ticket of the city's first service, for showing what a sentence will be like."""
    city = rulebook.city
    service = next(iter(city.services.values()))
    due = city.working_calendar.add(now, city.deadlines.solve)
    return {
        "number": f"{city.ticket_prefix}-7Q2M9X-4",
        "service": service.name,
        "agency": city.agency_name(service.agency),
        "deadline": say_day(due, rulebook.language, city.zone),
        "coordinator": coordinator or city.agency_name(COORDINATORS),
        "hours": hours(rulebook, rulebook.language),
    }


def add(session: Session, rulebook: Rulebook, title: str, text: str, user_id: int, now: datetime) -> bool:
    """Keep a ready sentence; False where just this one is kept. RefusedError where it cannot be used."""
    title, text = _checked(rulebook, title, text, now)
    same = queries.titled(session, title)
    if same is not None and same.text == text:
        return False
    if same is not None:
        raise RefusedError("Judul itu sudah dipakai; pilih judul lain, atau ubah kalimat yang ada.")
    session.add(CannedReply(title=title, text=text, created_by=user_id, updated_at=now))
    return True


def change(
    session: Session,
    rulebook: Rulebook,
    reply_id: int,
    title: str,
    text: str,
    now: datetime,
    seen: datetime | None = None,
) -> bool:
    """Write a ready sentence anew; False where nothing would change.

    ``seen``: its ``updated_at`` as whoever changes it saw it. RefusedError as :func:`add` and where somebody else
    was faster, NotFoundError where it is gone.
    """
    title, text = _checked(rulebook, title, text, now)
    row = queries.locked(session, reply_id)
    if row is None:
        raise NotFoundError(GONE)
    if (row.title, row.text) == (title, text):
        return False
    if seen is not None and row.updated_at != seen:
        raise RefusedError(MEANWHILE)
    same = queries.titled(session, title)
    if same is not None and same.id != row.id:
        raise RefusedError("Judul itu sudah dipakai; pilih judul lain.")
    row.title, row.text, row.updated_at = title, text, now
    return True


def retire(session: Session, reply_id: int, now: datetime) -> bool:
    """It is offered no more; False where it was gone before."""
    row = queries.locked(session, reply_id)
    if row is None:
        return False
    row.retired_at = row.updated_at = now
    return True


def ship(session: Session, rulebook: Rulebook, user_id: int, now: datetime) -> int:
    """Keep the sentences that come with the city, in the name of ``user_id``; what is there already stays."""
    new = [sample for sample in samples(rulebook.texts) if queries.titled(session, sample.title) is None]
    for sample in new:
        add(session, rulebook, sample.title, sample.text, user_id, now)
        session.flush()
    return len(new)


def samples(folder: Path) -> list[Sample]:
    """The sentences of a city's own file, else the project's; ConfigError where it cannot be read."""
    path = folder / FILE if (folder / FILE).is_file() else TEXTS / "texts" / FILE
    try:
        return [Sample.model_validate(entry) for entry in yaml_text.load(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        raise ConfigError(
            [f"{path.name}: it must be a list of title and text ({type(error).__name__}); mend it."]
        ) from None


def unknown(text: str) -> list[str]:
    """What stands in braces in ``text`` and is no variable, in order."""
    return [name for name in dict.fromkeys(IN_BRACES.findall(text)) if name not in VARIABLES]


def _checked(rulebook: Rulebook, title: str, text: str, now: datetime) -> tuple[str, str]:
    title = " ".join(legible(title).split())
    text = "\n".join(line.rstrip() for line in legible(text).strip().splitlines())
    if not title or len(title) > LONGEST_TITLE:
        raise RefusedError(f"Tulis judul, paling panjang {LONGEST_TITLE} huruf.")
    if not text:
        raise RefusedError("Tulis kalimatnya.")
    _check_variables(text)
    if (count := segments(as_sms(filled(text, example(rulebook, now)), []))) > MOST_SEGMENTS:
        raise RefusedError(f"Kalimat ini menjadi {count} SMS, paling banyak {MOST_SEGMENTS}; ringkaslah.")
    return title, IN_BRACES.sub(r"{\1}", text)


def _check_variables(text: str) -> None:
    known = ", ".join(f"{{{name}}}" for name in VARIABLES)
    if names := unknown(text):
        wrong = ", ".join(f"{{{name}}}" for name in names)
        raise RefusedError(f"{wrong} tidak dikenal; yang bisa dipakai: {known}.")
    if "{" in IN_BRACES.sub("", text) or "}" in IN_BRACES.sub("", text):
        raise RefusedError(f"Kurung kurawal hanya untuk isian, berpasangan: {known}.")

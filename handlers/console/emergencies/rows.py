"""An emergency as the list shows it. Of a sealed one others than those named for it see number and first times."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.figures.emergency_times import ACTED, CLAIMED, CONFIRMED, SENT, STEPS, TAKEN, Emergency, Times
from handlers.console.figures.amounts import span
from handlers.console.figures.values import NOTHING
from handlers.i18n import N_, translated
from handlers.phrases import Phrases

NAMES: Mapping[str, str] = {
    SENT: N_("Alarm terkirim"),
    TAKEN: N_("Diambil petugas"),
    ACTED: N_("Instansi bertindak"),
    CLAIMED: N_("Dinyatakan selesai"),
    CONFIRMED: N_("Dipastikan warga"),
}
# What may be known of a sealed one: that people on duty were told, and that one of them took it.
TOLD_OF_SEALED = (SENT, TAKEN)


@dataclass(frozen=True)
class Step:
    """A step by its name, and how long it took in words."""

    code: str
    name: str
    said: str


@dataclass(frozen=True)
class Row:
    """``note``: why times are missing, or that it was none after all; ``is_waiting``: somebody must take it."""

    number: str
    is_shown: bool
    what: str
    where: str
    began_at: datetime
    steps: Sequence[Step]
    taker: str
    note: str
    is_waiting: bool


@dataclass(frozen=True)
class Pace:
    """How long a step took in the whole period."""

    name: str
    reached: int
    median: str
    slowest: str
    before: str


def rows_of(say: Phrases, some: Sequence[Emergency], takers: Mapping[int, str], *, sealed: bool) -> Iterator[Row]:
    """``sealed``: whether whoever looks may see sealed cases."""
    for one in some:
        yield _row(say, one, takers.get(one.row.taken_by or 0, ""), is_shown=sealed or not one.row.sealed)


def paces(times: Times, before: Times | None) -> list[Pace]:
    """Each step in the order in which they come."""
    return [
        Pace(
            name=translated(name),
            reached=len(times.spans(step)),
            median=_said(times.median(step)),
            slowest=_said(times.slowest(step)),
            before=_said(before.median(step)) if before else NOTHING,
        )
        for step, name in NAMES.items()
    ]


def _row(say: Phrases, one: Emergency, taker: str, *, is_shown: bool) -> Row:
    told = STEPS if is_shown else TOLD_OF_SEALED
    steps = [
        Step(code, translated(NAMES[code]), _said(one.took(code) if code in told else None)) for code in STEPS
    ]
    return Row(
        number=one.row.number,
        is_shown=is_shown,
        what=say.service(one.row.service) if is_shown else translated(N_("Perkara tersegel")),
        where=", ".join(part for part in (one.row.area, say.agency(one.row.agency)) if part) if is_shown else "",
        began_at=one.began_at,
        steps=steps,
        taker=taker,
        note=_note(say, one) if is_shown else "",
        is_waiting=one.is_untaken,
    )


def _note(say: Phrases, one: Emergency) -> str:
    if one.was_taken_back:
        return say.outcome(one.row.outcome or "")
    if one.row.taken_at is None and not one.is_untaken:
        return translated(N_("Ditutup tanpa ada yang mengambil"))
    return ""


def _said(took: timedelta | None) -> str:
    return NOTHING if took is None else span(took)

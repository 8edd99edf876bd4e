"""What changed most, in one plain sentence: not what is largest, but what chance would explain least. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from bot.city.checks import COORDINATORS
from handlers import spoken
from handlers.console.figures import words
from handlers.console.figures.amounts import FEW, percent
from handlers.console.figures.changes import EITHER
from handlers.console.figures.values import Count
from handlers.console.figures.window import Window
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.queries.figures.comparing import Pair

# How far from chance (standard deviations): among thirty agencies some are always two away from it.
NOTABLE, NOTABLE_OF_MANY = 2.0, 3.0
OF_CITY: Mapping[str, str] = {
    "overdue": N_("yang lewat tenggat"),
    "late": N_("yang terlambat"),
    "reopened": N_("yang dibuka kembali"),
    "misrouted": N_("yang salah alamat"),
    "silent": N_("yang ditutup tanpa jawaban warga"),
    "confirmed": N_("yang dipastikan warga"),
}
OF_AGENCY: Mapping[str, str] = {
    "overdue": N_("yang lewat tenggat di %(agency)s"),
    "late": N_("yang terlambat di %(agency)s"),
    "reopened": N_("yang dibuka kembali di %(agency)s"),
    "misrouted": N_("yang dikembalikan %(agency)s"),
}


@dataclass(frozen=True)
class Move:
    """Something that went from ``was`` to ``now``; ``size``: how far that is from chance."""

    what: str
    was: str
    now: str
    size: float

    def __str__(self) -> str:
        said = translated("%(what)s naik dari %(was)s menjadi %(now)s")
        if self.size < 0:
            said = translated("%(what)s turun dari %(was)s menjadi %(now)s")
        return said % {"what": self.what, "was": self.was, "now": self.now}


def headline(say: Phrases, window: Window, city: Pair, agencies: Mapping[str, Pair]) -> str:
    """What came in, and what moved most: in the city, and at one agency."""
    came = _came(window, city)
    if not window.is_comparable:
        return f"{came}."
    of_city = _largest(_city_moves(city), NOTABLE)
    of_agency = _largest(_agency_moves(say, agencies), NOTABLE_OF_MANY)
    moves = [str(move) for move in (of_city, of_agency) if move]
    rest = translated(", dan ").join(moves) or translated("selebihnya tidak banyak berubah")
    return f"{came}; {rest}."


def distance(now: int, was: int) -> float:
    """How far two counts are apart, in standard deviations of what chance would bring."""
    return (now - was) / sqrt(now + was) if now + was else 0.0


def _came(window: Window, city: Pair) -> str:
    filed = city.now.filed
    values = {"when": words.called(window), "count": spoken.number(filed)}
    said = translated("%(when)s %(count)s laporan masuk")
    if not window.is_whole:
        said = translated("%(when)s sejauh ini %(count)s laporan masuk")
    came = said % values
    change = Count(filed).since(Count(city.before.filed), EITHER) if window.is_comparable else None
    if change is None:
        return came
    compared = {"came": came, "change": change.words, "before": words.compared_with(window)}
    if not change.much:
        return translated("%(came)s, sama seperti %(before)s") % compared
    return translated("%(came)s, %(change)s dibanding %(before)s") % compared


def _city_moves(city: Pair) -> Iterator[Move]:
    for code, what in OF_CITY.items():
        yield _counted_move(translated(what), getattr(city.now, code), getattr(city.before, code))
    now, was = city.now, city.before
    if now.on_time is not None and was.on_time is not None:
        size = _apart(now.on_time, now.in_time + now.late, was.on_time, was.in_time + was.late)
        yield Move(translated("bagian yang tepat waktu"), percent(was.on_time), percent(now.on_time), size)


def _agency_moves(say: Phrases, agencies: Mapping[str, Pair]) -> Iterator[Move]:
    for agency, pair in agencies.items():
        if agency == COORDINATORS:
            continue
        for code, what in OF_AGENCY.items():
            said = translated(what) % {"agency": say.agency(agency)}
            yield _counted_move(said, getattr(pair.now, code), getattr(pair.before, code))


def _counted_move(what: str, now: int, was: int) -> Move:
    return Move(what, spoken.number(was), spoken.number(now), distance(now, was))


def _apart(now: float, cases: int, was: float, cases_before: int) -> float:
    """How far two shares are apart; nothing where one rests on a few."""
    if min(cases, cases_before) < FEW:
        return 0.0
    share = (now * cases + was * cases_before) / (cases + cases_before)
    spread = sqrt(share * (1 - share) * (1 / cases + 1 / cases_before))
    return (now - was) / spread if spread else 0.0


def _largest(moves: Iterator[Move], least: float) -> Move | None:
    found = max(moves, key=lambda move: abs(move.size), default=None)
    return found if found and abs(found.size) >= least and found.was != found.now else None

"""What was counted of the model's work, as figures that lead to their tickets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from handlers.console.figures.changes import DOWN, EITHER, UP
from handlers.console.figures.sheet import Figure, Sheets
from handlers.console.figures.values import Count, Share
from handlers.console.figures.view import Told, View, leads
from handlers.i18n import N_
from handlers.phrases import Phrases
from storage.queries.figures.comparing import Pair
from storage.queries.figures.reading import ALL, SERVICE, Counts

ALONE, ASKED, BY_PEOPLE, WRONG = "alone", "asked", "by_people", "wrong"
FIGURES: Mapping[str, Figure] = {
    ALONE: Figure(ALONE, N_("Dipahami model sendiri"), lambda one: Count(one.counts.alone), EITHER,
                  N_("Keputusan model cukup; warga tidak perlu ditanya.")),
    ASKED: Figure(ASKED, N_("Ditanyakan kepada warga"), lambda one: Count(one.counts.asked), EITHER,
                  N_("Model ragu, jadi warga ditanya maksudnya.")),
    BY_PEOPLE: Figure(BY_PEOPLE, N_("Diserahkan kepada petugas"), lambda one: Count(one.counts.by_people), EITHER,
                      N_("Petugas yang menjawab atau memutuskan.")),
    WRONG: Figure(WRONG, N_("Salah dipahami"), lambda one: Count(one.counts.wrong), DOWN,
                  N_("Petugas atau warga menyatakan maksudnya lain.")),
}  # fmt: skip
SHARES: Mapping[str, Figure] = {
    ALONE: Figure("", N_("Dari semua yang dibaca"), lambda one: Share(one.counts.alone, handled(one.counts)), UP),
    WRONG: Figure("", N_("Dari yang dipahami model"), lambda one: Share(one.counts.wrong, read(one.counts)), DOWN),
}


class Row(NamedTuple):
    """A service with the model's figures, and the share that was wrong."""

    code: str
    name: str
    figures: Sequence[Told]
    share: str


def handled(counts: Counts) -> int:
    """Messages that somebody had to understand."""
    return counts.alone + counts.asked + counts.by_people


def read(counts: Counts) -> int:
    """Those that the model made something of."""
    return counts.alone + counts.asked


def tiles(view: View, city: Pair) -> list[tuple[Told, Told | None]]:
    """The four figures of the whole city, two of them with a share below."""
    sheets = Sheets.of(city, {}, compared=view.window.is_comparable)
    return [
        (_told(figure, view, sheets), _told(SHARES[code], view, sheets) if code in SHARES else None)
        for code, figure in FIGURES.items()
    ]


def by_service(say: Phrases, view: View, found: Mapping[str, Pair]) -> list[Row]:
    """The services whose messages were misunderstood most often first; only those about which there were any."""
    some = ((code, pair) for code, pair in found.items() if handled(pair.now) or pair.now.wrong)
    return list(_rows(say, view, sorted(some, key=lambda row: (-row[1].now.wrong, -handled(row[1].now), row[0]))))


def _rows(say: Phrases, view: View, found: Sequence[tuple[str, Pair]]) -> Iterator[Row]:
    for code, pair in found:
        sheets = Sheets.of(pair, {}, compared=False)
        figures = [_told(figure, view, sheets, SERVICE, code) for figure in FIGURES.values()]
        yield Row(code, say.service(code), figures, SHARES[WRONG].value(sheets.now).said)


def _told(figure: Figure, view: View, sheets: Sheets, dimension: str = ALL, key: str = "") -> Told:
    value = figure.value(sheets.now)
    address = leads(view, dimension, key).to(figure.code) if figure.code and value.cases else ""
    return Told(figure.name, value.said, figure.change(sheets), address, figure.hint, value.cases)

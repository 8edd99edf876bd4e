"""Pieces of which the figures' pages are made: tiles and short tables."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from handlers.charts import bar
from handlers.console.figures import words
from handlers.console.figures.sheet import FIGURES, MEASURES, Sheets
from handlers.console.figures.view import Leads, Told, View, leads
from handlers.phrases import Phrases
from storage.queries.figures import comparing
from storage.queries.figures.comparing import Pair


class Tile(NamedTuple):
    """Figures that are read together: large ones beside each other, others below them."""

    large: Sequence[str]
    small: Sequence[str] = ()


class Row(NamedTuple):
    """One key in a short table, with a link to its own page."""

    name: str
    address: str
    figures: Sequence[Told]
    bar: str = ""


def sheets_of(session: Session, view: View, dimension: str, key: str, pair: Pair) -> Sheets:
    """All that was counted of one key."""
    over = view.window.stretches
    took = comparing.spans(session, over, {dimension: key}, MEASURES)
    spent = comparing.costs(session, over, dimension, key)
    by_measure = {measure: spans for (_, _, measure), spans in took.items()}
    return Sheets.of(pair, by_measure, spent, compared=view.window.is_comparable)


def tiles(wanted: Sequence[Tile], sheets: Sheets, to: Leads) -> list[tuple[list[Told], list[Told]]]:
    """The figures of each tile, the large ones and the small ones."""
    return [
        ([to.told(code, sheets) for code in tile.large], [to.told(code, sheets) for code in tile.small])
        for tile in wanted
    ]


def rows(
    say: Phrases, view: View, dimension: str, keys: Sequence[str], found: Mapping[str, Pair], codes: Sequence[str]
) -> list[Row]:
    """A short table: some keys of a dimension with a few figures, and a bar for the first."""
    first = FIGURES[codes[0]]
    highest = max((found[key].now.filed for key in keys), default=0)
    made = []
    for key in keys:
        sheets = Sheets.of(found[key], {}, compared=view.window.is_comparable)
        figures = [leads(view, dimension, key).told(code, sheets) for code in codes]
        drawn = bar(found[key].now.filed, highest) if first.code == "filed" else ""
        made.append(Row(words.key_name(say, dimension, key), own_page(view, dimension, key), figures, drawn))
    return made


def own_page(view: View, dimension: str, key: str) -> str:
    """The address of the page about one key."""
    return view.page(".figures_of", dimension=dimension, key=words.key_in_address(key))

"""The figures as a page with plots, which needs nothing from elsewhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import Any

from benchmarks.load.figures import MEMORY, OURS, RATE, TIME, Figure, number
from benchmarks.year import plots
from benchmarks.year.plots import AMBER, BLUE, GREY, TEAL
from benchmarks.year.report import STYLE

TITLE = "How fast it is"


def page(figures: Sequence[Figure], machine: str) -> str:
    """All of it as HTML."""
    parts = [f"<h1>{TITLE}</h1><p>{escape(machine)}</p>", f'<div class="plots">{"".join(_plots(figures))}</div>']
    start = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{TITLE}</title>'
    return f"{start}<style>{STYLE}</style><main>{''.join(parts)}{_table(figures)}</main></html>"


def _plots(figures: Sequence[Figure]) -> Iterator[str]:
    compared = {figure.measure for figure in figures if figure.system != OURS}
    for measure in sorted(compared):
        mine = [(_name(f), f.value) for f in figures if f.measure == measure and f.unit == RATE]
        yield from _section(measure, mine, lambda values: plots.bars(values, unit=RATE, color=BLUE))
    times = [(_short(f), f.more["p50"], f.more["p95"]) for f in figures if f.unit == TIME and "p95" in f.more]
    yield from _section(
        "Times, in ms", times, lambda values: plots.ranges(values, unit=f"{TIME} (end: p95)", color=TEAL)
    )
    rates = [(_short(f), f.value) for f in figures if f.unit == RATE and f.system == OURS]
    yield from _section("A second", rates, lambda values: plots.bars(values, unit=RATE, color=AMBER))
    memory = [(_short(f), f.value) for f in figures if f.unit == MEMORY]
    yield from _section("Memory, in MB", memory, lambda values: plots.bars(values, unit=MEMORY, color=GREY))


def _section(title: str, values: Sequence[Any], draw: Callable[[Sequence[Any]], str]) -> Iterator[str]:
    if values:
        yield f"<section><h2>{escape(title)}</h2>{draw(values)}</section>"


def _table(figures: Iterable[Figure]) -> str:
    return f"<section><table>{''.join(map(_row, figures))}</table></section>"


def _row(figure: Figure) -> str:
    verdict = (
        "" if figure.is_met is None else f'<span class="{"good" if figure.is_met else "bad"}">{figure.goal}</span>'
    )
    words = escape(f"{figure.system}, {figure.setup}: {figure.measure}")
    more = escape("  ".join(f"{name} {number(value)}" for name, value in figure.more.items()))
    value = f"{number(figure.value)} {figure.unit}"
    return f"<tr><td>{words}<br><small>{more} {escape(figure.note)}</small><td>{verdict}<td>{value}</tr>"


def _name(figure: Figure) -> str:
    return f"{figure.system} {figure.setup}".strip()


def _short(figure: Figure) -> str:
    return f"{figure.setup}: {figure.measure}".replace("webhook to accepted reply", "reply").replace(
        "PostgreSQL", "PG"
    )

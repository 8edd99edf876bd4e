"""Figures as a table in a terminal: what was measured, its limit, and the ratio to other programs."""

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.load.figures import OURS, Figure, number, ratio

WIDE = 52


def table(figures: Sequence[Figure], machine: str) -> str:
    """All of it as text."""
    ours = [figure for figure in figures if figure.system == OURS]
    lines = [machine, "", *_own(ours), *_beside(ours, [f for f in figures if f.system != OURS])]
    missed = [figure for figure in figures if figure.is_met is False]
    met = sum(figure.is_met is True for figure in figures)
    return "\n".join([*lines, "", f"{met} limits kept, {len(missed)} not"])


def _own(figures: Iterable[Figure]) -> Iterator[str]:
    before = ""
    for figure in sorted(figures, key=lambda f: f.setup):
        if figure.setup != before:
            before = figure.setup
            yield from ("", figure.setup)
        yield _line(figure)
        yield from (f"      {text}" for text in (_more(figure), figure.note) if text)


def _line(figure: Figure) -> str:
    verdict = "" if figure.is_met is None else f"{figure.goal}  {'ok' if figure.is_met else 'MISSED'}"
    return f"  {figure.measure:<{WIDE}} {number(figure.value):>9} {figure.unit:<5} {verdict}"


def _more(figure: Figure) -> str:
    return "  ".join(f"{name} {number(value)}" for name, value in figure.more.items())


def _beside(ours: Sequence[Figure], theirs: Iterable[Figure]) -> Iterator[str]:
    """Each figure of another program, and ours over it: of the same setup where there is one."""
    rows = [row for other in theirs for row in _compared(ours, other)]
    if rows:
        yield from ("", "Beside others, in the same run (how many times ours is better)")
        yield from rows


def _compared(ours: Sequence[Figure], other: Figure) -> Iterator[str]:
    same = [figure for figure in ours if figure.measure == other.measure and figure.value == figure.value]
    pairs = [figure for figure in same if figure.setup == other.setup] or same
    name = f"{other.system}{f' ({other.setup})' if other.setup else ''}"
    yield f"  {other.measure}: {name} {number(other.value)} {other.unit}"
    yield from (f"      {other.note}" for _ in range(bool(other.note)))
    for figure in pairs:
        mine = f"{figure.setup or OURS} {number(figure.value)} {figure.unit}"
        yield f"      {mine:<{WIDE}} {ratio(figure, other):>8.2f} x"

"""Small plots as SVG text, for a page that needs nothing from elsewhere."""

from collections.abc import Mapping, Sequence
from html import escape

INK, MUTED, GRID = "#1f2933", "#66727f", "#e3e8ee"
BLUE, TEAL, AMBER, RED, GREY = "#2f6fab", "#2a9d8f", "#e9a23b", "#c8553d", "#aab4be"
BAR, GAP, LEFT = 17, 6, 178


def columns(
    values: Sequence[tuple[str, float]],
    *,
    unit: str,
    color: str = BLUE,
    shaded: Sequence[int] = (),
    every: int = 1,
    width: int = 560,
    height: int = 230,
) -> str:
    """Upright bars. ``shaded``: places with a grey ground; ``every``: so many labels are left out."""
    top = _round_up(max((value for _, value in values), default=0))
    left, bottom, head = 48, height - 26, 14
    step = (width - left - 6) / max(1, len(values))
    parts = [_scale(top, unit, left, width, head, bottom)]
    for place, (label, value) in enumerate(values):
        x, tall = left + place * step, (bottom - head) * value / top
        if place in shaded:
            parts.append(
                f'<rect x="{x:.1f}" y="{head}" width="{step:.1f}" height="{bottom - head}" fill="#f0f2f5"/>'
            )
        parts.append(
            _box(x + step * 0.1, bottom - tall, step * 0.8, tall, color, f"{label}: {_number(value)} {unit}")
        )
        if place % every == 0:
            parts.append(_text(x + step / 2, bottom + 15, label, "middle"))
    return _svg(width, height, parts)


def area(values: Sequence[tuple[str, float]], marks: Mapping[int, str], *, unit: str, width: int = 1150) -> str:
    """One thin column a day, with names at some places underneath."""
    height, left, head = 220, 48, 14
    bottom, top = height - 26, _round_up(max((value for _, value in values), default=0))
    step = (width - left - 6) / max(1, len(values))
    parts = [_scale(top, unit, left, width, head, bottom)]
    for place, (label, value) in enumerate(values):
        tall = (bottom - head) * value / top
        parts.append(
            _box(
                left + place * step, bottom - tall, max(step - 0.6, 0.8), tall, BLUE, f"{label}: {_number(value)}"
            )
        )
    parts += [_text(left + place * step, bottom + 15, name, "start") for place, name in marks.items()]
    return _svg(width, height, parts)


def bars(values: Sequence[tuple[str, float]], *, unit: str, color: str = BLUE, whole: float = 0) -> str:
    """Lying bars with their figures, and what part of the ``whole`` they are where one is given."""
    longest = max((value for _, value in values), default=0) or 1
    width, room = 560, 560 - LEFT - 100
    parts = []
    for place, (label, value) in enumerate(values):
        y, length = place * (BAR + GAP) + 4, room * value / longest
        said = f"{_number(value)} ({value / whole:.1%})" if whole else _number(value)
        parts += [_label(label, y), _box(LEFT, y, max(length, 1), BAR, color, f"{label}: {said} {unit}")]
        parts.append(_text(LEFT + max(length, 1) + 6, y + 13, said, "start"))
    return _svg(width, len(values) * (BAR + GAP) + 8, parts)


def stacked(rows: Mapping[str, Mapping[str, int]], colors: Mapping[str, str]) -> str:
    """Lying bars of parts, each as long as its number, with a legend above."""
    longest = max((sum(parts.values()) for parts in rows.values()), default=0) or 1
    room, parts = 560 - LEFT - 62, [_legend(colors)]
    for place, (label, found) in enumerate(rows.items()):
        y, x = place * (BAR + GAP) + 30, float(LEFT)
        parts.append(_label(label, y))
        for name, color in colors.items():
            length = room * found.get(name, 0) / longest
            if length:
                parts.append(_box(x, y, length, BAR, color, f"{label}, {name}: {_number(found[name])}"))
            x += length
        parts.append(_text(x + 6, y + 13, _number(sum(found.values())), "start"))
    return _svg(560, len(rows) * (BAR + GAP) + 34, parts)


def ranges(rows: Sequence[tuple[str, float, float]], *, unit: str, color: str = TEAL) -> str:
    """From the median (dot) to the ninth decile (bar's end), a line each."""
    longest = max((high for _, _, high in rows), default=0) or 1
    room, parts = 560 - LEFT - 112, [_text(LEFT, 12, f"dot: median, end: 9 of 10, in {unit}", "start", MUTED)]
    for place, (label, low, high) in enumerate(rows):
        y = place * (BAR + GAP) + 20
        middle, start, end = y + BAR / 2, LEFT + room * low / longest, LEFT + room * high / longest
        parts.append(_label(label, y))
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + room}" y1="{middle}" y2="{middle}" stroke="{GRID}"/>')
        parts.append(
            _box(start, middle - 2.5, max(end - start, 1), 5, "#a9d6d0", f"{label}: {low:.1f} to {high:.1f}")
        )
        parts.append(f'<circle cx="{start:.1f}" cy="{middle}" r="5" fill="{color}"/>')
        parts.append(_text(end + 8, y + 13, f"{low:.1f} / {high:.1f}", "start"))
    return _svg(560, len(rows) * (BAR + GAP) + 26, parts)


def _scale(top: float, unit: str, left: int, width: int, head: int, bottom: int) -> str:
    lines = []
    for part in range(5):
        y, value = bottom - (bottom - head) * part / 4, top * part / 4
        lines.append(f'<line x1="{left}" x2="{width - 6}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        lines.append(_text(left - 6, y + 4, _number(value), "end", MUTED))
    return "".join([*lines, _text(left, head - 4, unit, "start", MUTED)])


def _legend(colors: Mapping[str, str]) -> str:
    x, parts = float(LEFT), []
    for name, color in colors.items():
        parts += [_box(x, 4, 11, 11, color, name), _text(x + 16, 14, name, "start")]
        x += 30 + 7 * len(name)
    return "".join(parts)


def _label(label: str, y: float) -> str:
    short = label if len(label) <= 26 else f"{label[:25]}…"
    return _text(LEFT - 8, y + 13, short, "end")


def _box(x: float, y: float, wide: float, tall: float, color: str, title: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{max(tall, 0):.1f}"'
    return f'<rect {place} fill="{color}"><title>{escape(title)}</title></rect>'


def _text(x: float, y: float, text: str, anchor: str, color: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{escape(text)}</text>'


def _svg(width: int, height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {width} {height:.0f}" role="img">{"".join(parts)}</svg>'


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def _round_up(value: float) -> float:
    """4, 8 or 20 times a power of ten, so that quarters are round."""
    scale = 1
    while 20 * scale < value:
        scale *= 10
    return next(float(step * scale) for step in (4, 8, 20) if step * scale >= value)

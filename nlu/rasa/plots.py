"""Plots as inline SVG: no script, no library, nothing loaded from elsewhere."""

from collections.abc import Sequence
from html import escape

import numpy as np

_SIZE, _LEFT, _TOP = 260, 46, 14
_COLOURS = ("#0b6e4f", "#b5541c", "#3b5b92")
_MOST_POINTS = 200

Curve = tuple[str, Sequence[tuple[float, float]]]


def precision_curve(right: Sequence[bool], confidences: Sequence[float]) -> list[tuple[float, float]]:
    """(coverage, precision) when the surest are acted on alone, from few to all."""
    if not len(right):
        return []
    order = np.argsort(-np.asarray(confidences, dtype=float), kind="stable")
    hits = np.cumsum(np.asarray(right, dtype=float)[order])
    counts = np.arange(1, len(order) + 1)
    first = min(len(order), 20)  # fewer are noise
    chosen = np.unique(np.linspace(first, len(order), _MOST_POINTS).astype(int)) - 1
    return [(counts[i] / len(order), hits[i] / counts[i]) for i in chosen]


def reliability_curve(
    right: Sequence[bool], confidences: Sequence[float], bins: int = 10
) -> list[tuple[float, float]]:
    """(mean confidence, share right) of each bin that holds five messages or more."""
    hits, sure = np.asarray(right, dtype=float), np.asarray(confidences, dtype=float)
    which = np.minimum((sure * bins).astype(int), bins - 1)
    groups = [which == b for b in range(bins)]
    return [(float(sure[g].mean()), float(hits[g].mean())) for g in groups if g.sum() >= 5]


def line_plot(
    title: str, x_name: str, y_name: str, curves: Sequence[Curve], low: float = 0.0, diagonal: bool = False
) -> str:
    """Curves over 0 to 1; the upright axis goes from `low` to 1."""
    parts = [_frame(low)]
    if diagonal:
        parts.append(_path([(0, 0), (1, 1)], low, "#999", ' stroke-dasharray="4 4"'))
    for number, (name, points) in enumerate(curves):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(_path(points, low, colour))
        y = _TOP + _SIZE - 12 - 16 * (len(curves) - 1 - number)
        parts.append(f'<text x="{_LEFT + 10}" y="{y}" fill="{colour}">{escape(name)}</text>')
    middle = _LEFT + _SIZE // 2
    parts.append(f'<text x="{middle}" y="{_TOP + _SIZE + 34}" text-anchor="middle">{escape(x_name)}</text>')
    turn = f'transform="rotate(-90 12 {_TOP + _SIZE // 2})"'
    parts.append(f'<text x="12" y="{_TOP + _SIZE // 2}" text-anchor="middle" {turn}>{escape(y_name)}</text>')
    return _figure(title, _LEFT + _SIZE + 16, _TOP + _SIZE + 42, "".join(parts))


def heat_map(title: str, labels: Sequence[str], counts: np.ndarray) -> str:
    """A row for each right label, a column for each predicted; shades are shares of the row."""
    cell, left = (14 if len(labels) > 20 else 24), 130
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    parts = []
    for row, label in enumerate(labels):
        y = left + row * cell
        parts.append(f'<text x="{left - 5}" y="{y + cell * 0.75}" text-anchor="end">{escape(label)}</text>')
        x = left + row * cell + cell * 0.7
        turn = f'transform="rotate(-90 {x} {left - 5})"'
        parts.append(f'<text x="{x}" y="{left - 5}" {turn}>{escape(label)}</text>')
        parts += [
            _cell(left + column * cell, y, cell, (label, labels[column], counts[row, column]), share)
            for column, share in enumerate(shares[row])
            if counts[row, column] or row == column
        ]
    side = left + len(labels) * cell + 4
    return _figure(title, side, side, "".join(parts))


def _cell(x: float, y: float, size: int, what: tuple[str, str, int], share: float) -> str:
    truth, predicted, count = what
    colour = _COLOURS[0] if truth == predicted else _COLOURS[1]
    tip = escape(f"{truth} taken for {predicted}: {count}")
    shade = f'fill="{colour}" fill-opacity="{0.06 + 0.94 * share:.2f}"'
    return f'<rect x="{x}" y="{y}" width="{size - 1}" height="{size - 1}" {shade}><title>{tip}</title></rect>'


def _frame(low: float) -> str:
    parts = [f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#999"/>']
    for step in range(6):
        x, y = _LEFT + step / 5 * _SIZE, _TOP + (1 - step / 5) * _SIZE
        value = low + (1 - low) * step / 5
        parts.append(f'<text x="{x}" y="{_TOP + _SIZE + 16}" text-anchor="middle">{step * 20} %</text>')
        parts.append(f'<text x="{_LEFT - 5}" y="{y + 4}" text-anchor="end">{value * 100:.0f}</text>')
        parts.append(f'<path d="M{_LEFT} {y}h{_SIZE}" stroke="#ddd"/>')
    return "".join(parts)


def _path(points: Sequence[tuple[float, float]], low: float, colour: str, more: str = "") -> str:
    places = [
        f"{_LEFT + x * _SIZE:.1f} {_TOP + (1 - max(0.0, (y - low) / (1 - low))) * _SIZE:.1f}" for x, y in points
    ]
    return f'<polyline points="{",".join(places)}" fill="none" stroke="{colour}" stroke-width="2"{more}/>'


def _figure(title: str, width: float, height: float, content: str) -> str:
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
    return f"<figure><figcaption>{escape(title)}</figcaption><svg {box}>{content}</svg></figure>"

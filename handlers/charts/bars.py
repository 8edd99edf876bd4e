"""Bars: how much of something there was in each step, side by side or on top of each other."""

from collections.abc import Iterator

from markupsafe import Markup

from handlers.charts.chart import Chart
from handlers.charts.figure import figure, fill
from handlers.charts.frame import Frame
from handlers.charts.svg import joined, tag

# Of a step's width, what its bars take.
FILLED = 0.72


def bars(chart: Chart) -> Markup:
    """The series side by side."""
    frame = Frame.around(chart, chart.highest)
    return figure(chart, joined([frame.axes(chart), *_side_by_side(chart, frame)]), "bars")


def stacked(chart: Chart) -> Markup:
    """The series on top of each other, the first at the bottom."""
    frame = Frame.around(chart, chart.highest_sum)
    return figure(chart, joined([frame.axes(chart), *_on_top(chart, frame)]), "bars")


def _side_by_side(chart: Chart, frame: Frame) -> Iterator[Markup]:
    width = frame.room * FILLED / len(chart.series)
    for step, values in enumerate(chart.steps()):
        left = frame.x(step) - frame.room * FILLED / 2
        for number, value in enumerate(values):
            if value:
                yield _bar(chart, frame, number, step, left + number * width, width, 0, value)


def _on_top(chart: Chart, frame: Frame) -> Iterator[Markup]:
    width = frame.room * FILLED
    for step, values in enumerate(chart.steps()):
        below = 0.0
        for number, value in enumerate(values):
            if value:
                yield _bar(chart, frame, number, step, frame.x(step) - width / 2, width, below, value)
                below += value


def _bar(
    chart: Chart, frame: Frame, number: int, step: int, x: float, width: float, below: float, value: float
) -> Markup:
    said = tag("title", chart.about(step, chart.series[number]))
    y = frame.y(below + value)
    is_open = chart.is_running and step == frame.steps - 1
    return tag(
        "rect",
        said,
        x=x,
        y=y,
        width=width,
        height=frame.y(below) - y,
        class_=f"column p{number}{' open' if is_open else ''}",
        fill=fill(chart, number),
    )

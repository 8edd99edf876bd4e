"""Lines: how something that stands there at any time has moved."""

from markupsafe import Markup

from handlers.charts.chart import Chart, Series
from handlers.charts.figure import figure
from handlers.charts.frame import Frame
from handlers.charts.svg import joined, tag

MARK = 3.0


def line(chart: Chart) -> Markup:
    """A line for each series; where a value is missing it is broken."""
    frame = Frame.around(chart, chart.highest)
    lines = [_line(chart, frame, number, one) for number, one in enumerate(chart.series)]
    return figure(chart, joined([frame.axes(chart), *lines]), "line")


def _line(chart: Chart, frame: Frame, number: int, series: Series) -> Markup:
    path = tag("path", d=_path(frame, series), class_=f"line p{number}")
    marks = [_mark(chart, frame, number, step) for step, value in enumerate(series.values) if value is not None]
    return tag("g", path, *marks)


def _path(frame: Frame, series: Series) -> str:
    parts, move = [], "M"
    for step, value in enumerate(series.values):
        if value is None:
            move = "M"
            continue
        parts.append(f"{move}{frame.x(step):.1f} {frame.y(value):.1f}")
        move = "L"
    return "".join(parts)


def _mark(chart: Chart, frame: Frame, number: int, step: int) -> Markup:
    """Round for the first series, square for others."""
    series = chart.series[number]
    x, y = frame.x(step), frame.y(series.values[step] or 0)
    is_open = chart.is_running and step == frame.steps - 1
    look, said = f"mark p{number}{' open' if is_open else ''}", tag("title", chart.about(step, series))
    if number == 0:
        return tag("circle", said, cx=x, cy=y, r=MARK, class_=look)
    return tag("rect", said, x=x - MARK, y=y - MARK, width=2 * MARK, height=2 * MARK, class_=look)

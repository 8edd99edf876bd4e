"""The paper of a chart: its axes, and where on it a value stands."""

from dataclasses import dataclass

from markupsafe import Markup

from handlers.charts.chart import Chart
from handlers.charts.svg import joined, tag
from handlers.charts.ticks import CHARACTER, ticks, whole_ticks, written_every

# As wide as a telephone: on a desk it grows, and its letters with it, but on a telephone they never shrink.
WIDTH, HEIGHT = 360.0, 200.0
ABOVE, BELOW, RIGHT = 14.0, 24.0, 12.0
SHARES = [0.0, 0.25, 0.5, 0.75, 1.0]


@dataclass(frozen=True)
class Frame:
    """Where things stand; all lengths are those of the view box."""

    left: float
    marks: list[float]
    steps: int

    @classmethod
    def around(cls, chart: Chart, highest: float) -> "Frame":
        """Room for ``chart`` with a scale up to ``highest``."""
        marks = _marks(chart, highest)
        longest = max(len(chart.said(mark)) for mark in marks)
        return cls(longest * CHARACTER + 8, marks, len(chart.labels))

    @property
    def room(self) -> float:
        """The width of one step."""
        return (WIDTH - RIGHT - self.left) / max(1, self.steps)

    @property
    def ground(self) -> float:
        return HEIGHT - BELOW

    def x(self, step: int) -> float:
        """The middle of a step."""
        return self.left + (step + 0.5) * self.room

    def y(self, value: float) -> float:
        return self.ground - value / self.marks[-1] * (self.ground - ABOVE)

    def axes(self, chart: Chart) -> Markup:
        """Lines across with their values, and the steps below."""
        return joined([*(self._across(chart, mark) for mark in self.marks), *self._below(chart)])

    def _across(self, chart: Chart, mark: float) -> Markup:
        y, kind = self.y(mark), "ground" if mark == 0 else "grid"
        line = tag("line", x1=self.left, x2=WIDTH - RIGHT, y1=y, y2=y, class_=kind)
        said = tag("text", chart.said(mark), x=self.left - 5, y=y + 4, text_anchor="end")
        return line + said

    def _below(self, chart: Chart) -> list[Markup]:
        every = written_every(chart.labels, self.room)
        # The last one is always said: it is what the page is about.
        shown = [step for step in range(self.steps) if (self.steps - 1 - step) % every == 0]
        return [self._label(chart, step) for step in shown]

    def _label(self, chart: Chart, step: int) -> Markup:
        label = chart.labels[step]
        half = len(label) * CHARACTER / 2
        x = min(max(self.x(step), half), WIDTH - half)
        return tag("text", label, x=x, y=HEIGHT - 7, text_anchor="middle")


def _marks(chart: Chart, highest: float) -> list[float]:
    if chart.top == 1:
        return SHARES
    return ticks(chart.top) if chart.top else whole_ticks(highest)

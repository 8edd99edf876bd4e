"""What is to be seen in a chart, before it is drawn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from handlers.i18n import translated


@dataclass(frozen=True)
class Series:
    """One row of values by its name; None where nothing is known."""

    name: str
    values: Sequence[float | None]

    @property
    def known(self) -> list[float]:
        return [value for value in self.values if value is not None]


@dataclass(frozen=True)
class Chart:
    """Values over the same steps of time.

    ``slug``: its id on the page. ``labels``: what stands at the axis, short; ``names``: the same in full.
    ``said``: how a value is written. ``top``: where the scale ends, if that is known beforehand (1 for shares).
    ``is_running``: the last step is not over.
    """

    slug: str
    title: str
    labels: Sequence[str]
    names: Sequence[str]
    series: Sequence[Series]
    said: Callable[[float], str]
    top: float | None = None
    is_running: bool = False

    @property
    def highest(self) -> float:
        """Of all values; 0 where there is none."""
        return max((max(one.known, default=0) for one in self.series), default=0)

    @property
    def highest_sum(self) -> float:
        """Of what stands on top of each other."""
        return max((sum(value or 0 for value in step) for step in self.steps()), default=0)

    @property
    def is_empty(self) -> bool:
        return not any(one.known for one in self.series)

    def steps(self) -> Iterator[tuple[float | None, ...]]:
        """The values of all series, step by step."""
        return zip(*(one.values for one in self.series), strict=True)

    def written(self, value: float | None) -> str:
        return "–" if value is None else self.said(value)

    def about(self, place: int, series: Series) -> str:
        """What a mark says when it is pointed at."""
        return f"{self.names[place]}: {series.name} {self.written(series.values[place])}"

    def in_words(self) -> str:
        """Each series in a sentence: where it is now, and where it was highest and lowest."""
        return " ".join(self._told(one) for one in self.series if one.known)

    def _told(self, series: Series) -> str:
        known = [(value, name) for value, name in zip(series.values, self.names, strict=True) if value is not None]
        (last, at), high, low = known[-1], max(known), min(known)
        values = {"name": series.name, "last": self.said(last), "at": at, "high": self.said(high[0]),
                  "low": self.said(low[0]), "high_at": high[1], "low_at": low[1]}  # fmt: skip
        said = translated(
            "%(name)s: %(last)s (%(at)s); tertinggi %(high)s (%(high_at)s), terendah %(low)s (%(low_at)s)."
        )
        return said % values

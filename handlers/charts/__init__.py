"""Charts as SVG, made at the server: no script, no style attribute, readable on a telephone and without colour.

A :class:`Chart` says what is to be seen; ``line``, ``bars`` and ``stacked`` draw it. Each gives a whole
``<figure>`` with its legend and, for whoever cannot see or does not trust a drawing, a table of the same numbers.
Pure.
"""

from handlers.charts.bars import bars, stacked
from handlers.charts.chart import Chart, Series
from handlers.charts.line import line
from handlers.charts.small import bar

__all__ = ["Chart", "Series", "bar", "bars", "line", "stacked"]

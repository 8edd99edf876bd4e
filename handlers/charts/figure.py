"""A drawing with all that belongs to it: title, legend, what it shows in words, and its numbers as a table."""

from markupsafe import Markup

from handlers.charts.chart import Chart
from handlers.charts.frame import HEIGHT, WIDTH
from handlers.charts.svg import joined, tag
from handlers.i18n import translated

SWATCH_W, SWATCH_H = 22, 12


def figure(chart: Chart, drawn: Markup, kind: str) -> Markup:
    """The whole of it. ``kind`` (``line``, ``bars``) decides how the legend's samples look."""
    if chart.is_empty:
        nothing = tag("p", translated("Belum ada angka."), class_="soft")
        return tag("figure", _title(chart), nothing, class_="chart")
    parts = (_title(chart), _legend(chart, kind), _drawing(chart, drawn), _unfinished(chart), _table(chart))
    return tag("figure", *parts, class_="chart")


def pattern_id(chart: Chart, number: int) -> str:
    """The id of the hatching that the series of that number is filled with."""
    return f"{chart.slug}-p{number}"


def fill(chart: Chart, number: int) -> str | None:
    """The first series is solid; the others are hatched, so that they differ on paper, too."""
    return f"url(#{pattern_id(chart, number)})" if number else None


def _title(chart: Chart) -> Markup:
    return tag("figcaption", chart.title)


def _drawing(chart: Chart, drawn: Markup) -> Markup:
    title, words = f"{chart.slug}-t", f"{chart.slug}-d"
    return tag(
        "svg",
        tag("title", chart.title, id=title),
        tag("desc", chart.in_words(), id=words),
        tag("defs", *(_hatching(chart, number) for number in range(1, len(chart.series)))),
        drawn,
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_labelledby=f"{title} {words}",
        focusable="false",
    )


def _hatching(chart: Chart, number: int) -> Markup:
    """Stripes that lean another way for each series."""
    turn = f"rotate({(45, -45, 0, 90)[(number - 1) % 4]})"
    ground = tag("rect", width=5, height=5, class_=f"pale p{number}")
    stripe = tag("rect", width=2, height=5, class_=f"ink p{number}")
    return tag("pattern", ground, stripe, id=pattern_id(chart, number), width=5, height=5,
               patternUnits="userSpaceOnUse", patternTransform=turn)  # fmt: skip


def _legend(chart: Chart, kind: str) -> Markup:
    if len(chart.series) < 2:
        return Markup("")
    rows = (tag("li", _sample(chart, n, kind), one.name) for n, one in enumerate(chart.series))
    return tag("ul", *rows, class_="legend")


def _sample(chart: Chart, number: int, kind: str) -> Markup:
    middle = SWATCH_H / 2
    drawn = (
        tag("line", x1=0, x2=SWATCH_W, y1=middle, y2=middle, class_=f"line p{number}")
        if kind == "line"
        else tag("rect", width=SWATCH_W, height=SWATCH_H, class_=f"column p{number}", fill=fill(chart, number))
    )
    return tag("svg", drawn, viewBox=f"0 0 {SWATCH_W} {SWATCH_H}", width=SWATCH_W, height=SWATCH_H,
               aria_hidden="true", focusable="false", class_="swatch")  # fmt: skip


def _unfinished(chart: Chart) -> Markup:
    if not chart.is_running:
        return Markup("")
    return tag("p", translated("Yang terakhir belum lengkap."), class_="soft small")


def _table(chart: Chart) -> Markup:
    """The same numbers, the latest first."""
    head = tag("tr", tag("th", translated("Waktu"), scope="col"), *(_column(one.name) for one in chart.series))
    steps = list(zip(chart.names, chart.steps(), strict=True))
    body = (_row(chart, name, values) for name, values in reversed(steps))
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="numbers")
    summary = tag("summary", translated("Angka grafik ini"), tag("span", f": {chart.title}", class_="hidden"))
    scrolled = tag("div", table, class_="scrolls", tabindex="0", role="group", aria_label=chart.title)
    return tag("details", summary, scrolled)


def _column(name: str) -> Markup:
    return tag("th", name, scope="col")


def _row(chart: Chart, name: str, values: tuple[float | None, ...]) -> Markup:
    cells = [tag("td", chart.written(value)) for value in values]
    return tag("tr", tag("th", name, scope="row"), joined(cells))

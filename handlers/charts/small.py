"""A bar as thin as a line of text, beside the number that it shows."""

from markupsafe import Markup

from handlers.charts.svg import tag

WIDTH, HEIGHT = 100, 8


def bar(value: float, highest: float) -> Markup:
    """How much ``value`` is of ``highest``; whoever cannot see it has the number beside it."""
    share = min(1.0, max(0.0, value / highest)) if highest > 0 else 0.0
    filled = tag("rect", width=WIDTH * share, height=HEIGHT, class_="column p0")
    return tag("svg", filled, viewBox=f"0 0 {WIDTH} {HEIGHT}", preserveAspectRatio="none", aria_hidden="true",
               focusable="false", class_="small-bar")  # fmt: skip

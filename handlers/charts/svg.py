"""Elements of SVG and HTML out of values; whatever is text is escaped."""

from collections.abc import Iterable

from markupsafe import Markup

Attribute = str | float | None


def tag(name: str, *inside: str, **attributes: Attribute) -> Markup:
    """One element. ``class_`` is the class, ``stroke_width`` is ``stroke-width``; None leaves an attribute out."""
    given = (_attribute(key, value) for key, value in attributes.items() if value is not None)
    return Markup("<{0}{1}>{2}</{0}>").format(name, joined(given), joined(inside))


def joined(parts: Iterable[str]) -> Markup:
    """All parts one after the other; what is not markup yet is text."""
    return Markup("").join(parts)


def _attribute(key: str, value: str | float) -> Markup:
    return Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _written(value))


def _written(value: str | float) -> str:
    # Two places are finer than any screen.
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)

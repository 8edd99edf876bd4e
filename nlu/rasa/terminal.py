"""An evaluation as a table in the terminal."""

from collections.abc import Sequence

from scores import Confusion, Figure, Section

_WIDTH = 34


def table(sections: Sequence[Section]) -> str:
    """Aligned sections of figures, each with what it should reach where that was agreed."""
    return "\n\n".join(_section(section) for section in sections)


def confusion_table(confusions: Sequence[Confusion]) -> str:
    """What is taken for what, most often first."""
    lines = [f"{'count':>5}  {'kind':<8}  {'is':<20}  taken for"]
    lines += [f"{c.count:>5}  {c.head:<8}  {c.truth:<20}  {c.predicted}" for c in confusions]
    return "\n".join(lines)


def number(value: float) -> str:
    """A share as per cent, a missing one as a dash."""
    return "-" if value != value else f"{value * 100:.1f} %"


def aim(figure: Figure) -> str:
    """What was agreed, and whether it is reached."""
    if figure.aim is None or figure.value != figure.value:
        return ""
    bound = "at most" if figure.at_most else "at least"
    return f"{bound} {number(figure.aim)}{'' if figure.reached else ', missed'}"


def _section(section: Section) -> str:
    head = f"{section.name}: {section.messages:,} messages"
    lines = [f"  {f.name:<{_WIDTH}}{number(f.value):>9}   {aim(f)}".rstrip() for f in section.figures]
    return "\n".join([head, "-" * len(head), *lines])

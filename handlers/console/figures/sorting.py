"""Rows of a table of figures, sorted as the address bar says. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.console.figures.sheet import FIGURES, Sheets

NAME, USUAL = "name", "-filed"


@dataclass(frozen=True)
class Row:
    """One key with all its figures."""

    key: str
    name: str
    group: str
    sheets: Sheets


@dataclass(frozen=True)
class Sorting:
    """By which column, and which way: as the address has it, ``-filed`` for the largest first."""

    column: str
    is_falling: bool

    @classmethod
    def of(cls, text: str, columns: Sequence[str]) -> "Sorting":
        """What ``text`` says; what makes no sense is the usual."""
        column = text.removeprefix("-")
        return cls(column, text.startswith("-")) if column in (NAME, *columns) else cls(USUAL[1:], True)

    def by(self, column: str) -> str:
        """The address of a heading: another way at the second time; numbers begin with the largest."""
        falling = not self.is_falling if column == self.column else column != NAME
        return f"-{column}" if falling else column

    def direction(self, column: str) -> str:
        """For ``aria-sort``."""
        if column != self.column:
            return "none"
        return "descending" if self.is_falling else "ascending"

    def apply(self, rows: Sequence[Row]) -> list[Row]:
        """Those without such a figure come last, whichever way."""
        by_name = sorted(rows, key=lambda row: row.name.lower())
        if self.column == NAME:
            return by_name[::-1] if self.is_falling else by_name
        known = [(value, row) for row in by_name if (value := self._value(row)) is not None]
        unknown = [row for row in by_name if self._value(row) is None]
        return [row for _, row in sorted(known, key=lambda one: one[0], reverse=self.is_falling)] + unknown

    def _value(self, row: Row) -> float | None:
        return FIGURES[self.column].value(row.sheets.now).sort

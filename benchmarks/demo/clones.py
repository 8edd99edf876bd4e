"""A city too large to be written person by person: the same people again, by the database itself, with ids and
numbers of their own. What they wrote is what others wrote; nothing is encrypted anew."""

from collections.abc import Iterator

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, func, insert, literal, select
from sqlalchemy.sql.elements import ColumnElement

from benchmarks.demo.base import OF_CITIZENS, table
from benchmarks.demo.copies import UNIQUE
from bot.tickets.numbers import new_number

AT_ONCE = 5_000
# Of these, too, each must differ: whoever is cloned is somebody else. Their telephones answer nobody.
OF_ADDRESSES = ("address_hash", "phone_hash")
# What is not cloned itself, and so cannot be pointed at.
LEFT_OUT = ("incident_id",)


class Cloner:
    """Doubles, triples, ... the city that stands in a database. ``prefix``: of the city's ticket numbers."""

    def __init__(self, connection: Connection, prefix: str):
        self.connection = connection
        self.prefix = prefix
        self.highest = {name: self._highest(name) for name in OF_CITIZENS}
        self.taken = set(connection.scalars(select(table("tickets").c.number)))
        self.numbers = Table(
            "clone_numbers", MetaData(), Column("id", BigInteger, primary_key=True), Column("number", String),
            prefixes=["TEMPORARY"],
        )  # fmt: skip
        self.numbers.create(connection)

    def clone(self, number: int) -> None:
        """All that belonged to citizens at the beginning once more; ``number`` counts from 1."""
        self._draw_numbers()
        for name in OF_CITIZENS:
            columns = list(table(name).columns)
            values = [self._value(name, column, number) for column in columns]
            rows = select(*values).where(table(name).c.id <= self.highest[name])
            if name == "tickets":
                rows = rows.join(self.numbers, self.numbers.c.id == table(name).c.id)
            self.connection.execute(insert(table(name)).from_select(columns, rows, include_defaults=False))

    def _value(self, name: str, column: Column[object], number: int) -> ColumnElement[object]:
        if (name, column.name) == ("tickets", "number"):
            return self.numbers.c.number
        if column.name in LEFT_OUT:
            return literal(None, column.type)
        if column.name in (*UNIQUE, *OF_ADDRESSES):
            return column.concat(f"~~{number}")
        owner = self._owner(name, column)
        return column + self.highest[owner] * number if owner else column

    def _owner(self, name: str, column: Column[object]) -> str | None:
        """The table that an id counts the rows of, where those are cloned as well."""
        if column.name == "id":
            return name
        targets = {key.column.table.name for key in column.foreign_keys} & set(OF_CITIZENS)
        return targets.pop() if targets else None

    def _highest(self, name: str) -> int:
        return self.connection.scalar(select(func.max(table(name).c.id))) or 0

    def _draw_numbers(self) -> None:
        self.connection.execute(self.numbers.delete())
        for ids in self._ids():
            rows = [{"id": one, "number": self._free_number()} for one in ids]
            self.connection.execute(self.numbers.insert(), rows)

    def _free_number(self) -> str:
        while (number := new_number(self.prefix)) in self.taken:
            pass
        self.taken.add(number)
        return number

    def _ids(self) -> Iterator[list[int]]:
        known = table("tickets").c.id
        found = self.connection.scalars(select(known).where(known <= self.highest["tickets"])).all()
        for start in range(0, len(found), AT_ONCE):
            yield list(found[start : start + AT_ONCE])

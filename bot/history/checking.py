"""One chain walked from its first row to its last: every sentence about what does not fit. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.history.links import digest_of, fingerprint, genesis, link_of

# Rows come in the order of their ids; of two transactions at one time the later may have been linked first.
OUT_OF_ORDER = 1_000


@dataclass(frozen=True)
class Row:
    """A row as the database has it. ``values``: its sealed columns; ``problem``: it could not even be read."""

    id: int
    values: tuple[object, ...]
    payload: object
    salt: bytes | None
    digest: str | None
    link: str | None
    position: int | None
    problem: str | None = None


@dataclass(frozen=True)
class Stand:
    """What the table of chains says about one."""

    head: str
    length: int
    ended: bool = False


@dataclass(frozen=True)
class Problem:
    """One sentence about one chain."""

    chain: str
    text: str

    def __str__(self) -> str:
        return f"{self.chain}: {self.text}"


@dataclass
class Walk:
    """A walk along one chain: give it the rows in the order of their ids, then :meth:`end` it."""

    chain: str
    rows: int = 0
    erased: int = 0
    _head: str | None = None  # None behind a gap: what comes next cannot be checked against it
    _position: int = 0
    _early: dict[int, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._head = genesis(self.chain)

    def take(self, row: Row) -> Iterator[Problem]:
        """What is wrong as far as the chain is known with this row."""
        self.rows += 1
        yield from self._of_payload(row)
        position = abs(row.position or 0)
        if position <= self._position or position in self._early:
            yield self._says(f"row {row.id} was added: its place {position} is another row's")
            return
        self._early[position] = row
        yield from self._go_on()
        if len(self._early) > OUT_OF_ORDER:
            yield from self._skip()

    def end(self, stand: Stand | None) -> Iterator[Problem]:
        """What is wrong with the whole."""
        while self._early:
            yield from self._skip()
        if stand is None:
            yield self._says("its row in the table of chains is missing")
        elif stand.ended:
            yield self._says(f"it has ended, and {self.rows} of its rows are still there")
        elif stand.length > self._position:
            yield self._says(f"its last {stand.length - self._position} of {stand.length} rows are missing")
        elif stand.length < self._position:
            yield self._says(f"{self._position - stand.length} rows were added behind its end")
        elif stand.head != self._head:
            yield self._says("its head is not the link of its last row")

    def _go_on(self) -> Iterator[Problem]:
        while row := self._early.pop(self._position + 1, None):
            yield from self._of_link(row)
            self._position, self._head = self._position + 1, row.link

    def _of_link(self, row: Row) -> Iterator[Problem]:
        if row.problem:
            yield self._says(f"row {row.id} cannot be read: {row.problem}")
        elif self._head is not None:
            print_ = fingerprint(self.chain, row.values, row.digest)
            if link_of(self._head, row.id, print_) != row.link:
                yield self._says(f"row {row.id} (number {self._position + 1}) was changed, moved or put in")

    def _of_payload(self, row: Row) -> Iterator[Problem]:
        if row.problem:
            return
        if row.digest is None or row.salt is None:
            self.erased += row.digest is not None and not row.payload
            if row.payload or (row.salt is not None):
                yield self._says(f"words were put into row {row.id}, or its salt was taken")
        elif digest_of(row.salt, row.payload) != row.digest:
            yield self._says(f"the words of row {row.id} are not those that were written")

    def _skip(self) -> Iterator[Problem]:
        """The rows in between are not there."""
        first, then = self._position + 1, min(self._early)
        which = f"row number {first} is" if then == first + 1 else f"rows number {first} to {then - 1} are"
        yield self._says(f"{which} missing before row {self._early[then].id}")
        self._head, self._position = None, then - 1
        yield from self._go_on()

    def _says(self, text: str) -> Problem:
        return Problem(self.chain, text)

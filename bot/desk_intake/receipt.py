"""What stands on the paper that somebody takes home: no more than others may read over their shoulder."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import segno

from bot.city.city import City
from bot.messages import DESK, has_phones
from bot.privacy import mask
from bot.rulebook import Rulebook
from bot.status import is_open
from bot.tickets import citizen_page
from storage.models import Ticket

LOOK_UP = "/t"
LONGEST_STORY = 400
QUIET_ZONE = 4
WITH_TARGET = ("lapor", "darurat")


@dataclass(frozen=True)
class Code:
    """A QR code as SVG draws it: ``side`` in modules with the quiet zone, ``dark`` as the data of one path."""

    side: int
    dark: str


@dataclass(frozen=True)
class Receipt:
    """One ticket on paper. ``address``: its citizen's page; ``look_up``: where number and four digits lead there.

    ``by_number``: news go to the number that was left, by ``channel``; ``has_digits``: there is one to look it up
    by. Of a sealed one neither words nor agency are told.
    """

    ticket: Ticket
    address: str
    look_up: str
    story: str
    by_number: bool
    has_digits: bool
    channel: str
    has_target: bool

    @cached_property
    def code(self) -> Code:
        """The address as a QR code."""
        return code_of(self.address)


def code_of(text: str) -> Code:
    """``text`` as a QR code that stands a fold in the paper (error correction M)."""
    rows = segno.make(text, error="m", micro=False).matrix
    runs = (
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for x, length in _runs(row)
    )
    return Code(len(rows) + 2 * QUIET_ZONE, "".join(runs))


def receipt_of(rulebook: Rulebook, ticket: Ticket) -> Receipt:
    """The receipt of ``ticket`` as it stands."""
    words = " ".join(mask(ticket.story).split())
    is_told = ticket.conversation.channel != DESK and ticket.citizen.opted_out_at is None
    return Receipt(
        ticket=ticket,
        address=citizen_page.short_address_of(rulebook, ticket),
        look_up=f"{rulebook.base_url}{LOOK_UP}",
        story="" if ticket.sealed else _clipped(words),
        by_number=is_told and (not ticket.sealed or bool(ticket.may_write)),
        has_digits=has_phones(ticket.conversation.channel) and not ticket.sealed,
        channel=ticket.conversation.channel,
        has_target=ticket.kind in WITH_TARGET and is_open(ticket.status) and not ticket.urgent,
    )


def hours(city: City) -> str:
    """When the counter is open, as ``08.00-15.00``; empty where the city has named none."""
    return f"{city.desk.opens:%H.%M}-{city.desk.closes:%H.%M}" if city.desk else ""


def _runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin, and how many stand side by side."""
    at = 0
    for dark, group in groupby(row):
        length = len(list(group))
        if dark:
            yield at, length
        at += length


def _clipped(words: str) -> str:
    return words if len(words) <= LONGEST_STORY else f"{words[:LONGEST_STORY].rstrip()}..."

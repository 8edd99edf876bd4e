"""One page of a list of tickets, wherever the list comes from: how many pages there are, and who has what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.models import Ticket
from storage.queries.queues import Colleague

ON_A_PAGE = 50


class Viewed(Protocol):
    """What the address bar holds of a list."""

    @property
    def page(self) -> int: ...


@dataclass(frozen=True)
class Listing:
    """The tickets of one page, how many there are in all, and the people of the desk by id."""

    view: Viewed
    tickets: Sequence[Ticket]
    total: int
    people: Mapping[int, Colleague]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ON_A_PAGE))

    @property
    def is_past_the_end(self) -> bool:
        return self.view.page > self.pages

    def holder(self, ticket: Ticket) -> str:
        """Who keeps an eye on it, and who speaks with its citizen."""
        ids = dict.fromkeys(one for one in (ticket.assigned_to, ticket.conversation.held_by) if one)
        return ", ".join(self.people[one].called for one in ids if one in self.people)

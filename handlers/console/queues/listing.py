"""One page of a list of tickets, wherever the list comes from: how many pages there are, and who has what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from storage.models import Ticket
from storage.queries.queues import Colleague

ON_A_PAGE = 50
# Nobody leafs through more: further on a list is narrowed down, or taken away as a file.
MOST_LISTED = 10_000


class Viewed(Protocol):
    """What the address bar holds of a list."""

    @property
    def page(self) -> int: ...


@dataclass(frozen=True)
class Listing:
    """The tickets of one page, how many there are in all (as far as that is counted), and the people by id."""

    view: Viewed
    tickets: Sequence[Ticket]
    total: int
    people: Mapping[int, Colleague]

    @property
    def most(self) -> int:
        """So many are shown at most, page by page."""
        return self.total

    @property
    def pages(self) -> int:
        return max(1, -(-min(self.total, self.most) // ON_A_PAGE))

    @property
    def is_longer(self) -> bool:
        """Whether there is more than the pages show."""
        return self.total > self.most

    @property
    def is_past_the_end(self) -> bool:
        return self.view.page > self.pages

    def holder(self, ticket: Ticket) -> str:
        """Who keeps an eye on it, and who speaks with its citizen."""
        ids = dict.fromkeys(one for one in (ticket.assigned_to, ticket.conversation.held_by) if one)
        return ", ".join(self.people[one].called for one in ids if one in self.people)

"""What an observer has seen of each ticket, kept beside the database and by nobody's code but its own."""

from dataclasses import dataclass, field
from datetime import datetime

CLOSED = frozenset({"done", "withdrawn", "rejected", "not_ours", "duplicate"})
BY_HAND = "coordination"


@dataclass(slots=True)
class Matter:
    """A ticket as it was last seen, and what its people have in mind."""

    id: int
    number: str
    citizen: int
    conversation: int
    service: str
    agency: str
    kind: str
    status: str
    created_at: datetime
    urgent: bool
    sealed: bool
    solve_by: datetime
    first_agency: str = ""
    outcome: str | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    first_closed_at: datetime | None = None
    late: bool | None = None  # whether the first claim came after the deadline
    misrouted: bool = False
    reopened: int = 0
    messages: int = 0
    mails: int = 0
    claims: int = 0
    told_truth: bool = True
    lies: bool = False  # left lying by its agency
    turn: int = 0  # counts who has it, so that what the last one meant to do is forgotten
    due: dict[str, datetime] = field(default_factory=dict)  # as calculated here
    met: set[str] = field(default_factory=set)
    paused_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED


class Ledger:
    """All matters by the ticket's id."""

    def __init__(self) -> None:
        self.matters: dict[int, Matter] = {}
        self.refused = 0

    def __getitem__(self, ticket_id: int) -> Matter:
        return self.matters[ticket_id]

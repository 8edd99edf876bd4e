"""Who may see what: sealed cases only those named for them, an agency's officers only what their agency has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.accounts.roles import AGENCY_OFFICER, READERS, SEALED_OFFICER
from storage.models import Ticket

# In the history of a ticket that was open to its agency until then.
SEALED = "sealed"
WHY_SEALED = "Kata-kata dalam tambahan warga menandakan perkara yang hanya boleh dibaca petugas yang ditunjuk."
# Somebody may come back to a closed matter; a closed report can be reopened for two weeks.
DOUBT_LASTS = timedelta(days=30)


def may_see(role: str, agency: str | None, ticket: Ticket) -> bool:
    """Whether somebody with ``role`` (of ``agency``, for its officers) may read what ``ticket`` is about.

    An agency has what was forwarded to it and not taken elsewhere since.
    """
    if role == AGENCY_OFFICER:
        return agency is not None and ticket.agency == agency and ticket.forwarded_at is not None
    return role == SEALED_OFFICER or (role in READERS and not ticket.sealed)


@dataclass(frozen=True)
class Curtain:
    """What one viewer must not read of what one citizen wrote and was written.

    ``hidden`` are the citizen's sealed tickets that the viewer may not see, ``seen`` those that they may. What
    belongs to no ticket may be about a hidden one: when in doubt it is hidden.
    """

    hidden: Sequence[Ticket] = ()
    seen: Sequence[Ticket] = ()

    def covers(self, ticket_id: int | None, at: datetime) -> bool:
        """Whether a message of that ticket, or of none, is not to be read; ``at`` is when it was written."""
        if ticket_id is not None:
            return any(ticket.id == ticket_id for ticket in self.hidden)
        return any(ticket.closed_at is None or at < ticket.closed_at + DOUBT_LASTS for ticket in self.hidden)

    def number_of(self, ticket_id: int | None) -> str | None:
        """The number of a sealed ticket that the viewer may see; None for every other ticket."""
        return next((ticket.number for ticket in self.seen if ticket.id == ticket_id), None)


def curtain(role: str, agency: str | None, sealed: Sequence[Ticket]) -> Curtain:
    """The curtain between a viewer and a citizen who has these ``sealed`` tickets."""
    seen = [ticket for ticket in sealed if may_see(role, agency, ticket)]
    return Curtain([ticket for ticket in sealed if ticket not in seen], seen)

"""Many citizens at one number: what each was told, what the agency was written, who goes with whom."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from bot.agencies import work
from bot.agencies.work import Desk
from bot.incidents import members
from bot.intake.inbox import address_hash
from bot.messages import Location
from bot.privacy import mask
from nlu.client import Place
from storage.models import Conversation, Incident, OutboundMessage, Ticket
from storage.queries import incidents as queries
from tests.support.desk import Number, meaning


class Neighbours:
    """Short ways to let neighbours report, on the number of ``tests/support/desk.py``."""

    def __init__(self, number: Number) -> None:
        self.number = number

    def report(
        self,
        who: str,
        story: str,
        service: str = "banjir",
        place: str = "",
        area: str | None = None,
        pin: tuple[float, float] | None = None,
        **more: Any,
    ) -> Ticket:
        """Somebody reports something, in one message; their newest ticket."""
        means = meaning(more.pop("intent", "lapor"), service)
        if place or area:
            means = replace(means, place=Place(place or area or "", kelurahan=area))
        location = Location(*pin) if pin else None
        self.number.nlu.script[mask(story)] = means  # the model never sees a number
        self.number.says(story, means, who=f"sim:{who}", location=location, **more)
        return self.tickets()[-1]

    def says(self, who: str, words: str, intent: str = "di_luar_cakupan") -> list[str]:
        return self.number.says(words, meaning(intent), who=f"sim:{who}")

    def wait(self, **span: float) -> None:
        """Time goes by, with all that falls due in it."""
        self.number.later(**span)
        self.follow()

    def follow(self) -> None:
        while members.run_due(self.number.database, self.number.rulebook, self.number.clock.now()):
            pass
        self.number.work()

    def agency(self, ticket: Ticket, action: str, *arguments: Any) -> None:
        """The agency does something with this case."""
        now = self.number.clock.now()
        with self.number.database.begin() as session:
            found = session.get_one(Ticket, ticket.id)
            getattr(work, action)(Desk(session, self.number.rulebook, found, found.agency, now), *arguments)
        self.follow()

    def tickets(self) -> Sequence[Ticket]:
        with self.number.database.read() as session:
            return session.scalars(select(Ticket).order_by(Ticket.id)).all()

    def of(self, who: str) -> Ticket:
        """Somebody's newest ticket."""
        mine = select(Ticket).join(Conversation, Conversation.id == Ticket.conversation_id)
        mine = mine.where(Conversation.address_hash == address_hash(f"sim:{who}"))
        with self.number.database.read() as session:
            return session.scalars(mine.order_by(Ticket.id.desc()).limit(1)).one()

    def now(self, ticket: Ticket) -> Ticket:
        """The ticket as it is now."""
        with self.number.database.read() as session:
            found = session.get_one(Ticket, ticket.id)
            assert found.events is not None
            assert found.conversation.id
            return found

    def statuses(self, tickets: Sequence[Ticket]) -> list[str]:
        return [self.now(ticket).status for ticket in tickets]

    def kinds(self, ticket: Ticket) -> list[str]:
        return [event.kind for event in self.now(ticket).events]

    def lead_of(self, ticket: Ticket) -> str | None:
        """The number of the report under which the agency works on this one."""
        with self.number.database.read() as session:
            lead = queries.lead_of(session, session.get_one(Ticket, ticket.id))
            return lead.number if lead else None

    def incidents(self) -> Sequence[Incident]:
        with self.number.database.read() as session:
            return session.scalars(select(Incident).order_by(Incident.id)).all()

    def told(self, who: str) -> str:
        """What somebody was sent last."""
        return self.number.replies(f"sim:{who}")[-1]

    def letters(self, about: Ticket | None = None) -> list[OutboundMessage]:
        """E-mails in the order in which they were written."""
        with self.number.database.read() as session:
            mails = select(OutboundMessage).where(OutboundMessage.channel == "email").order_by(OutboundMessage.id)
            found = session.scalars(mails).all()
        return [mail for mail in found if about is None or mail.ticket_id == about.id]

    def subjects(self, about: Ticket | None = None) -> list[str]:
        return [str(mail.body["subject"]) for mail in self.letters(about)]

"""To whom a message was written, as coordinators may read it: agencies by name, people by the end of a number."""

from bot.city.city import City
from bot.duty.roster import masked
from bot.messages import EMAIL, SUBSCRIBER, WEBHOOK
from handlers.i18n import translated
from handlers.phrases import Phrases
from storage.models import OutboundMessage, Ticket

TO_AGENCY = "agency_case"


def named(row: OutboundMessage, ticket: Ticket | None, say: Phrases) -> str:
    """The agency with its address, a colleague, or ``Warga, WhatsApp`` with the last digits of the number."""
    if row.channel == EMAIL:
        name = mailboxes(say.city).get(row.recipient)
        return f"{name} ({row.recipient})" if name else row.recipient
    if row.channel == SUBSCRIBER:
        return f"{say.channel(SUBSCRIBER)} {row.recipient.partition(':')[2]}"
    if is_case(row):
        name = say.agency(ticket.agency) if ticket else translated("Instansi")
        return name if row.channel == WEBHOOK else f"{name}, WhatsApp {masked(row.recipient)}"
    who = translated("Warga") if row.conversation_id else translated("Petugas piket")
    return f"{who}, {say.channel(row.channel)} {masked(row.recipient)}"


def is_case(row: OutboundMessage) -> bool:
    """Whether it is a case on its way to an agency by another way than e-mail."""
    return row.wording == TO_AGENCY and row.conversation_id is None


def mailboxes(city: City) -> dict[str, str]:
    """Whose addresses the city's configuration names."""
    found = dict.fromkeys(city.people.coordinators, translated("Koordinator"))
    found |= dict.fromkeys(city.people.leadership, translated("Pimpinan kota"))
    for agency in city.agencies.values():
        found |= {address: f"{agency.name}, {unit}" for unit, address in agency.units.items()}
        found |= (
            {agency.head_email: translated("Pimpinan %(agency)s") % {"agency": agency.name}}
            if agency.head_email
            else {}
        )
        found[agency.email] = agency.name
    return found

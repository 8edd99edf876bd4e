"""A citizen puts a report right: another place, or another kind of matter, which may be another agency's.

What they add may also show that it is for few eyes only.
"""

from bot.accounts import sealing
from bot.case import Case
from bot.city.city import COORDINATORS
from bot.city.routing import Destination
from bot.conversation.turn import Correct
from bot.incidents import members
from bot.messages import Location
from bot.outgoing import agency_mail
from bot.privacy import mask
from bot.status import Move, Status, moves_from
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.models import Ticket


def correct(case: Case, ticket: Ticket, change: Correct) -> None:
    """Write the correction into ``ticket``, and take it to whoever answers for it now."""
    if change.seals and not ticket.sealed:
        _correct_and_seal(case, ticket, change)
        return
    parted = members.part(case.session, case.rulebook, ticket, "corrected", case.now)
    put_at(ticket, change.place, change.location)
    if change.service and change.service != ticket.service:
        _change_service(case, ticket, change)
    else:
        _tell_agency(case, ticket, change.text or change.place or "")
    if parted:
        members.go_own_way(case.session, case.rulebook, ticket, case.now)


def _correct_and_seal(case: Case, ticket: Ticket, change: Correct) -> None:
    """What it really is, or was said with that, is for few eyes: nobody who had it reads the words."""
    put_at(ticket, change.place, change.location)
    service = change.service or ticket.service
    details = {"from": ticket.service, "to": service} if service != ticket.service else {}
    ticket.service = service
    told = change.text or change.place or None
    tickets.record(case.session, ticket, "corrected", By("citizen", case.now, told), details)
    seal(case, ticket)


def put_at(ticket: Ticket, place: str | None, location: Location | None) -> None:
    """Where ``ticket`` is after all; nothing changes where neither is known."""
    if location:
        ticket.latitude, ticket.longitude = location.latitude, location.longitude
    if place or location:
        ticket.place = place and mask(place)  # beside a new pin the old words would only mislead


def seal(case: Case, ticket: Ticket) -> None:
    """What was added is for few eyes only: so is ``ticket`` from now on, and no link leads to it any more.

    An agency that would have to look into its own people does not keep it; another logs in to read it.
    """
    parted = members.part(case.session, case.rulebook, ticket, "sealed", case.now)
    ticket.sealed = True
    tickets.record(case.session, ticket, sealing.SEALED, By("bot", case.now, sealing.WHY_SEALED))
    agency_mail.revoke_links(case.session, ticket, case.now)
    destination = tickets.destination_of(case.rulebook, ticket, case.conversation.channel)
    if destination.agency != ticket.agency and Move.SEND_BACK in moves_from(ticket.status):
        _take_away(case, ticket, destination)
    elif destination.agency != ticket.agency:
        tickets.send_elsewhere(case.session, case.rulebook, ticket, destination, case.now)
    elif ticket.forwarded_at:
        agency_mail.new_information(case.session, case.rulebook, ticket, f"more:{case.last_id}", "", case.now)
    if parted:
        members.go_own_way(case.session, case.rulebook, ticket, case.now)


def _tell_agency(case: Case, ticket: Ticket, told: str) -> None:
    tickets.record(case.session, ticket, "corrected", By("citizen", case.now, told or None))
    if ticket.forwarded_at:
        agency_mail.new_information(case.session, case.rulebook, ticket, f"more:{case.last_id}", told, case.now)


def _change_service(case: Case, ticket: Ticket, change: Correct) -> None:
    details = {"from": ticket.service, "to": change.service}
    service = ticket.service = change.service or ticket.service
    tickets.record(case.session, ticket, "corrected", By("citizen", case.now, change.text or None), details)
    destination = tickets.destination_of(case.rulebook, ticket, case.conversation.channel)
    if destination.agency == ticket.agency:
        _tell_agency(case, ticket, case.rulebook.city.services[service].name)
    elif ticket.forwarded_at is None:
        tickets.send_elsewhere(case.session, case.rulebook, ticket, destination, case.now)
    elif Move.SEND_BACK in moves_from(ticket.status):
        _take_away(case, ticket, destination)
    else:  # it was claimed to be done meanwhile
        _tell_agency(case, ticket, case.rulebook.city.services[service].name)


def _take_away(case: Case, ticket: Ticket, destination: Destination) -> None:
    """The agency that had it is told and its links end; the right one gets it as new."""
    by = By("citizen", case.now)
    agency_mail.moved_away(case.session, case.rulebook, ticket, f"moved:{ticket.id}:{ticket.moves}", case.now)
    tickets.move(case.session, case.rulebook, ticket, Move.SEND_BACK, by)
    agency_mail.revoke_links(case.session, ticket, case.now)
    tickets.send_elsewhere(case.session, case.rulebook, ticket, destination, case.now)
    if destination.agency != COORDINATORS and ticket.status == Status.COORDINATION:
        tickets.move(case.session, case.rulebook, ticket, Move.FORWARD, by)
        agency_mail.forward(case.session, case.rulebook, ticket, case.now)

"""From a story to a report: filed at once when complete, else asked for the one thing that is missing."""

from dataclasses import replace
from datetime import timedelta

from bot.city import City
from bot.conversation.meaning import EMERGENCY, OFFERED_SERVICES
from bot.conversation.state import Asked, Dialogue, Draft, Pending, Said, TicketView
from bot.conversation.turn import AddToTicket, FileReport, Reply, Turn

# After this a report is filed without what was asked for.
PATIENCE = timedelta(minutes=30)
OTHER = "other"
FALLBACK_SERVICE = "lainnya"
FILED = {"lapor": "report_filed", "saran": "idea_filed", "apresiasi": "praise_filed"}


def from_said(said: Said, kind: str, service: str | None) -> Draft:
    """A draft of what was said."""
    understood = said.understanding
    place = understood.place if understood else None
    return Draft(
        kind=kind,
        story=said.text,
        service=service,
        place=place.text if place else None,
        kelurahan=place.kelurahan if place else None,
        city=place.city if place else None,
        location=said.location,
    )


def proceed(dialogue: Dialogue, draft: Draft, said: Said, city: City) -> Turn:
    """File a draft whose service is known, or ask where it is."""
    service = city.services[draft.service or FALLBACK_SERVICE]
    if draft.kind == "lapor" and service.needs_place and not draft.has_place:
        return _ask_place(dialogue, draft, said, service.name)
    return file(dialogue, draft)


def file(dialogue: Dialogue, draft: Draft, wording: str | None = None) -> Turn:
    """File the draft as it is."""
    reply = Reply(wording or FILED.get(draft.kind, "report_filed"))
    return Turn(dialogue.settled(), (reply,), FileReport(draft), outcome="filed")


def ask_service(dialogue: Dialogue, said: Said, city: City) -> Turn:
    """Offer the likeliest services and "something else"."""
    guesses = said.understanding.services[:OFFERED_SERVICES] if said.understanding else ()
    options = tuple(guess.label for guess in guesses if guess.label in city.services)
    choices = (*((code, f"service:{code}") for code in options), (OTHER, "choice_other"))
    question = Pending(Asked.SERVICE, said.at, (*options, OTHER))
    state = replace(dialogue, pending=question, draft=from_said(said, "lapor", None))
    return Turn(state, (Reply("ask_service", choices=choices),), wake_at=said.at + PATIENCE, outcome="asked")


def emergency(dialogue: Dialogue, said: Said, city: City) -> Turn:
    """Say the number to call before anything else, and file at once; the place may follow."""
    guess = said.understanding.service if said.understanding else None
    code = guess.label if guess and guess.label in city.services else FALLBACK_SERVICE
    draft = from_said(said, EMERGENCY, code)
    number = city.services[code].emergency_number
    wording = "emergency_with_number" if number else "emergency"
    wording += "" if draft.has_place else "_ask_place"
    values = {"emergency_number": number or ""}
    pending = dialogue.pending if draft.has_place else Pending(Asked.EMERGENCY_PLACE, said.at)
    state = replace(dialogue, pending=pending)
    return Turn(state, (Reply(wording, values),), FileReport(draft, urgent=True), outcome="emergency")


def more_of_an_emergency(dialogue: Dialogue, said: Said, ticket: TicketView) -> Turn:
    """People in danger write several times: it is still the one emergency."""
    understood = said.understanding
    place = understood.place.text if understood and understood.place else None
    action = AddToTicket(ticket.number, said.text, place, said.location)
    state = dialogue.answered() if place or said.location else dialogue
    return Turn(state, (Reply("emergency_more"),), action, outcome="added")


def _ask_place(dialogue: Dialogue, draft: Draft, said: Said, service_name: str) -> Turn:
    state = replace(dialogue, pending=Pending(Asked.PLACE, said.at), draft=draft)
    reply = Reply("ask_place", {"service": service_name})
    return Turn(state, (reply,), wake_at=said.at + PATIENCE, outcome="asked")

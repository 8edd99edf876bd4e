"""From a story to a report: filed at once when complete, else asked for the one thing that is missing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.city.city import City
from bot.conversation.choosing import place_in
from bot.conversation.meaning import EMERGENCY, OFFERED_SERVICES, may_be_both
from bot.conversation.state import Asked, Dialogue, Draft, Pending, Said, TicketView
from bot.conversation.turn import AddToTicket, AskPerson, FileReport, Reply, Turn

# After this a report is filed without what was asked for.
PATIENCE = timedelta(minutes=30)
OTHER, BOTH = "other", "both"
FALLBACK_SERVICE = "lainnya"
HEALTH = "layanan_kesehatan"
MOST_TICKETS = 3
FILED = {"lapor": "report_filed", "saran": "idea_filed", "apresiasi": "praise_filed"}
_BESIDE = {OTHER: "choice_other", BOTH: "choice_both"}
SAFE_OR_NOT = (("safe", "choice_safe"), ("not_safe", "choice_not_safe"))


def from_said(said: Said, kind: str, service: str | None) -> Draft:
    """A draft of what was said."""
    understood = said.understanding
    place = understood.place if understood else None
    return Draft(
        kind=kind,
        story=said.text,
        service=service,
        also=understood.also if understood else (),
        place=place.text if place else None,
        kelurahan=place.kelurahan if place else None,
        city=place.city if place else None,
        location=said.location,
        sealed=said.sealed_words,
        begun=said.first_at,
    )


def proceed(dialogue: Dialogue, draft: Draft, said: Said, city: City) -> Turn:
    """File a draft whose service is known, or ask where it is."""
    lacks_place = not draft.has_place and any(city.services[code].needs_place for code in services(draft, city))
    if draft.kind == "lapor" and lacks_place and not is_sealed(draft, city):
        return _ask_place(dialogue, draft, said, city)
    return file(dialogue, draft, city, said.now)


def needs_place(draft: Draft, said: Said, city: City) -> bool:
    """Whether what was said is about a service that is asked for a place."""
    code = _guessed(said, city)
    return city.services[code].needs_place and not is_sealed(replace(draft, service=code), city)


def file(dialogue: Dialogue, draft: Draft, city: City, at: datetime, wording: str | None = None) -> Turn:
    """File the draft as it is."""
    if is_sealed(draft, city):
        return _file_sealed(dialogue, draft, at)
    filed = FILED.get(draft.kind, "report_filed")
    several = draft.kind == "lapor" and len(services(draft, city)) > 1
    replies = [Reply("reports_filed" if several else wording or filed)]
    state = dialogue.settled()
    if draft.kind == "lapor" and asks_detail(draft, city):
        replies.append(Reply("own_question", service=draft.service))
        state = replace(state, pending=Pending(Asked.DETAIL, at))
    return Turn(state, tuple(replies), FileReport(draft), outcome="filed")


def make_room(dialogue: Dialogue, earlier: Draft, said: Said, city: City) -> Turn:
    """An earlier report still waits behind a question: it is dealt with as it is, and what was said now is looked
    at again at once, on its own."""
    if earlier.service is None:
        action = AskPerson("unsure", earlier.story)
        turn = Turn(dialogue.settled(), (Reply("handed_over_unsure"),), action, outcome="person")
    else:
        turn = file(dialogue, earlier, city, said.now, wording="report_filed_without_place")
    return replace(turn, hold=True, wake_at=said.now)


def services(draft: Draft, city: City) -> tuple[str, ...]:
    """The services that tickets are made for, the first problem first."""
    first = draft.service or FALLBACK_SERVICE
    others = [code for code in draft.also if code in city.services and not city.services[code].sealed]
    return tuple(dict.fromkeys((first, *others)))[:MOST_TICKETS]


def is_sealed(draft: Draft, city: City) -> bool:
    """Whether a complaint is for few eyes only: by its service, or by the signs in its words."""
    of_its_service = city.services[draft.service or FALLBACK_SERVICE].sealed
    if draft.kind in ("lapor", EMERGENCY):
        return draft.sealed or of_its_service
    return draft.sealed and draft.kind == "apresiasi"  # nobody is thanked in such words


def asks_detail(draft: Draft, city: City) -> bool:
    """Whether the service has a question of its own that the story does not answer already."""
    question = city.services[draft.service or FALLBACK_SERVICE].question
    if question is None or draft.detail_asked:
        return False
    return question.given is None or re.search(question.given, draft.story.lower()) is None


def ask_service(dialogue: Dialogue, said: Said, city: City) -> Turn:
    """Offer the likeliest services and "something else"."""
    both = _both(said, city)
    options, choices = offer(said, city, both=bool(both))
    question = Pending(Asked.SERVICE, said.now, options)
    draft = replace(from_said(said, "lapor", None), also=both, asked_at=said.now)
    state = replace(dialogue, pending=question, draft=draft)
    return Turn(state, (Reply("ask_service", choices=choices),), wake_at=said.now + PATIENCE, outcome="asked")


def picked(dialogue: Dialogue, draft: Draft, codes: Sequence[str], said: Said, city: City) -> Turn:
    """What a story is about was picked: one service, or several, of which one for few eyes goes first."""
    first, *others = sorted(codes, key=lambda code: not city.services[code].sealed)
    return proceed(dialogue, replace(draft, service=first, also=tuple(others)), said, city)


def unsorted(dialogue: Dialogue, said: Said, city: City) -> Turn:
    """Thanks or an idea about nobody knows what: nobody is asked to sort it, a coordinator does."""
    kind = said.understanding.intent.label if said.understanding else "apresiasi"
    return file(dialogue, from_said(said, kind, FALLBACK_SERVICE), city, said.now)


def ask_about(dialogue: Dialogue, said: Said, wording: str = "what_is_there") -> Turn:
    """A place or a photo came without a story: keep it, and ask what it is about."""
    draft = replace(from_said(said, "lapor", None), asked_at=said.now)
    state = replace(dialogue, pending=Pending(Asked.SERVICE, said.now), draft=draft)
    return Turn(state, (Reply(wording),), wake_at=said.now + PATIENCE, outcome="asked")


def offer(said: Said, city: City, *, both: bool = False) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The options and choices of a question for the service; ``both``: the first two may be meant at once."""
    guesses = said.understanding.services[:OFFERED_SERVICES] if said.understanding else ()
    known = tuple(guess.label for guess in guesses if guess.label in city.services)
    options = (*known, BOTH, OTHER) if both else (*known, OTHER)
    return options, named(options)


def named(options: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Services and what may be picked beside them, each with what names it."""
    return tuple((option, _BESIDE.get(option, f"service:{option}")) for option in options)


def _both(said: Said, city: City) -> tuple[str, ...]:
    both = may_be_both(said.understanding) if said.understanding else ()
    return both if all(code in city.services for code in both) else ()


def emergency(dialogue: Dialogue, said: Said, city: City) -> Turn:
    """Say the number to call before anything else, and file at once; the place may follow."""
    code = HEALTH if said.self_harm and HEALTH in city.services else _guessed(said, city)
    draft = replace(from_said(said, EMERGENCY, code), also=())
    number = city.services[code].emergency_number
    wording = "emergency_with_number" if number else "emergency"
    wording = "emergency_self_harm" if said.self_harm else wording
    # While the model is away nothing finds the place in the words, which the crew reads anyway.
    knows_place = draft.has_place or (said.understanding is None and said.names_place)
    wording += "" if knows_place else "_ask_place"
    values = {"emergency_number": number or ""}
    keeps = knows_place or (dialogue.pending is not None and dialogue.pending.holds_words)
    pending = dialogue.pending if keeps else Pending(Asked.EMERGENCY_PLACE, said.now)
    state = replace(dialogue, pending=pending)
    action = FileReport(draft, urgent=True, sealed=is_sealed(draft, city))
    return Turn(state, (Reply(wording, values),), action, outcome="emergency")


def _guessed(said: Said, city: City) -> str:
    guess = said.understanding.service if said.understanding else None
    code = guess.label if guess else said.emergency_service
    return code if code in city.services else FALLBACK_SERVICE


def more_of_an_emergency(dialogue: Dialogue, said: Said, ticket: TicketView) -> Turn:
    """People in danger write several times: it is still the one emergency. An "ok pak" is nothing to pass on."""
    asked = dialogue.pending is not None and dialogue.pending.asked is Asked.EMERGENCY_PLACE
    told = bool(place_in(said) or said.location)
    nothing_new = said.only_agrees and not said.media and not told and not ticket.sealed
    wording = "emergency_more_self_harm" if ticket.sealed else "emergency_more"
    wording = "emergency_watched" if nothing_new else wording
    wording += "_ask_place" if asked and not told else ""
    state = dialogue.answered() if asked and told else dialogue
    if nothing_new:
        return Turn(state, (Reply(wording),), outcome="answered")
    action = AddToTicket(ticket.number, said.text, place_in(said), said.location)
    return Turn(state, (Reply(wording),), action, outcome="added")


def _ask_place(dialogue: Dialogue, draft: Draft, said: Said, city: City) -> Turn:
    code = draft.service or FALLBACK_SERVICE
    about = ", ".join(city.services[each].name for each in services(draft, city))
    replies = [Reply("ask_place", {"service": about})]
    if asks_detail(draft, city):
        replies.append(Reply("own_question", service=code))
        draft = replace(draft, detail_asked=True)
    draft = replace(draft, asked_at=said.now)
    state = replace(dialogue, pending=Pending(Asked.PLACE, said.now), draft=draft)
    return Turn(state, tuple(replies), wake_at=said.now + PATIENCE, outcome="asked")


def asks_if_safe(at: datetime, number: str | None = None) -> Pending:
    """The question whether we may write to this number about a sealed matter."""
    return Pending(Asked.SAFE, at, tuple(key for key, _ in SAFE_OR_NOT), number)


def _file_sealed(dialogue: Dialogue, draft: Draft, at: datetime) -> Turn:
    """Told at once that few will read it, and asked for a safe way back: this phone may not be theirs alone."""
    state = replace(dialogue.settled(), pending=asks_if_safe(at))
    reply = Reply("sealed_filed", choices=SAFE_OR_NOT)
    action = FileReport(replace(draft, kind="lapor", also=()), sealed=True)
    return Turn(state, (reply,), action, outcome="filed")

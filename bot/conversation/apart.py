""" "That is another one": a citizen parts what we took for the same as others' or their own earlier report."""

from datetime import timedelta

from bot.city.city import City
from bot.conversation import claims
from bot.conversation.choosing import is_another_report, is_story, place_in, tells_matter_and_place
from bot.conversation.state import Dialogue, Said, Situation, TicketView
from bot.conversation.turn import Part, Reply, Turn
from bot.status import Status

# A bare "beda" this long after the filing is about that; "beda lokasi" may be said at any time.
SOON = timedelta(days=1)


def another_one(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The turn for "beda", "beda lokasi", "belum di tempat saya"; None where nothing was taken together."""
    if dialogue.draft is not None or not (said.means_elsewhere or said.means_another):
        return None
    follower = _follower(dialogue, said, situation)
    repeated = situation.repeated
    if repeated and not (said.means_elsewhere and follower):
        return Turn(dialogue.answered(), (Reply("not_the_same"),), _part(repeated, said), outcome="filed")
    if follower is None or _is_own_report(said, follower):
        return None
    if follower.status == Status.CLAIMED_DONE:
        return claims.judged(dialogue, said, follower, False)
    return Turn(dialogue.answered(), (Reply("split_off"),), _part(follower.number, said), outcome="split")


def _is_own_report(said: Said, follower: TicketView) -> bool:
    """ "Sampah belum diangkut di rumah saya" is not about the flood of last week."""
    told_at_its_place = is_story(said) and place_in(said) is not None and not said.means_another
    other = is_another_report(follower.service, said) or tells_matter_and_place(said, {follower.service})
    return other or (told_at_its_place and said.at - follower.created_at > SOON)


def _part(number: str, said: Said) -> Part:
    """With what is said beyond the words that part them."""
    place = place_in(said)
    says_more = place or said.location or not said.is_short
    return Part(number, said.text if says_more else "", place, said.location, seals=said.sealed_words)


def _follower(dialogue: Dialogue, said: Said, situation: Situation) -> TicketView | None:
    """The ticket that is meant: named or quoted, just talked about, else the newest that goes with others'."""
    possible = [ticket for ticket in situation.open_tickets if ticket.follows]
    if not said.means_elsewhere:
        possible = [ticket for ticket in possible if said.at - ticket.created_at <= SOON]
    named = {*said.numbers, *filter(None, (said.quoted,))}
    for wanted in (named, {dialogue.recent}):
        if found := next((ticket for ticket in possible if ticket.number in wanted), None):
            return found
    return next(iter(possible), None) if not named else None

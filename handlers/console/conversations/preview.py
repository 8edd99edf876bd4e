"""How a reply will reach the citizen, told while it is written: its length, its cost, and the form it goes in."""

from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from bot.accounts.roles import STAFF
from bot.desk import holding
from bot.messages import CHANNELS, legible
from bot.segments import segments
from bot.standing import canned
from bot.wording.plain_text import as_sms
from handlers.console import sight
from handlers.console.conversations.talks import require_open
from handlers.console.room import BIG_ID, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.forms import text_of
from handlers.guards import seen_by
from handlers.phrases import Phrases
from storage.models import Conversation, User
from storage.queries.canned import current

FREE, TEMPLATE, SHUT = "free", "template", "shut"


@dataclass(frozen=True)
class Preview:
    """``way``: free text, an approved template, or neither can be sent; ``sms``: how many, where that is the way.

    ``cost``: an estimate in words, empty where the city has no price; ``open_braces``: what nobody has filled in.
    """

    text: str
    letters: int
    way: str
    sms: int
    cost: str
    open_braces: tuple[str, ...]

    @property
    def is_too_long(self) -> bool:
        return self.letters > holding.LONGEST_REPLY


@blueprint.post(f"/conversations/<{BIG_ID}:conversation_id>/preview")
@seen_by(*STAFF)
def preview(conversation_id: int) -> str:
    """The fragment below the form; with a ready sentence chosen also the form's text, filled in."""
    with edge().database.read() as session:
        require_open(session, conversation_id)
        talk = session.get_one(Conversation, conversation_id)
        text, chosen = legible(text_of("note")).strip(), _chosen(session, text_of("canned"))
        if chosen:
            text = "\n".join(part for part in (text, _filled(session, chosen)) if part)
        shown = previewed(talk, text, phrases())
    return render_template(
        "console/_preview.html", preview=shown, longest=holding.LONGEST_REPLY, chosen=bool(chosen)
    )


@blueprint.get(f"/conversations/<{BIG_ID}:conversation_id>/sentences")
@seen_by(*STAFF)
def sentences(conversation_id: int) -> str:
    """The ready sentences to choose from."""
    with edge().database.read() as session:
        require_open(session, conversation_id)
        return render_template("console/_sentences.html", sentences=current(session))


def previewed(talk: Conversation, text: str, say: Phrases) -> Preview:
    """What sending ``text`` in this conversation now comes to."""
    until = holding.free_until(talk)
    way = FREE
    if until is not None and until <= say.now:
        way = TEMPLATE if holding.has_template(edge().rulebook, talk.language) else SHUT
    manners, price = CHANNELS.get(talk.channel), say.city.costs.get(talk.channel)
    sms = as_sms(text, []) if manners and manners.is_sms else ""
    cost = price.of_sent(sms or text, template=way == TEMPLATE) if price and text else None
    return Preview(
        text=text,
        letters=len(text),
        way=way,
        sms=segments(sms) if sms else 0,
        cost=say.money(cost, price.currency) if price and cost is not None else "",
        open_braces=tuple(dict.fromkeys(canned.IN_BRACES.findall(text))),
    )


def _chosen(session: Session, typed: str) -> str | None:
    """The text of the ready sentence with that id."""
    return next((row.text for row in current(session) if str(row.id) == typed), None) if typed else None


def _filled(session: Session, text: str) -> str:
    """With what is known of the ticket on whose page the form stands."""
    here, number = edge(), text_of("from")
    if not number:
        return text
    ticket = sight.open_to_me(session, number)
    writer = session.get_one(User, user_id())
    values = canned.values_of(here.rulebook, ticket, here.clock.now(), writer.name or "")
    return canned.filled(text, values)

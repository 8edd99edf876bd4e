"""A sentence goes out as written inside WhatsApp's 24 hours, and as its approved template after them."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.wording.forms import form_of, outgoing
from storage.database import Database
from storage.models import Conversation, OutboundMessage
from tests.support.clock import MoveableClock
from tests.support.outbox import Post

VALUES = {"number": "JK-7Q2M9X-4", "service": "Jalan rusak", "agency": "Dinas Bina Marga"}


def test_a_template_stands_in_only_outside_the_window(
    post: Post, rulebook: Rulebook, clock: MoveableClock
) -> None:
    rulebook.city.templates["follow_progress"] = "HX" + "0" * 32
    row = _written(post.database, rulebook, clock)
    del rulebook.city.templates["follow_progress"]
    assert outgoing(row, form_of(row, clock.now() + timedelta(hours=23))).template is None
    assert outgoing(row, form_of(row, clock.now() + timedelta(hours=25))).template == "HX" + "0" * 32


def _written(database: Database, rulebook: Rulebook, clock: MoveableClock) -> OutboundMessage:
    now = clock.now()
    with database.begin() as session:
        conversation = session.scalars(select(Conversation)).one()
        conversation.last_inbound_at = now
        outbox.to_citizen(session, rulebook, conversation, Note("x", "follow_progress", VALUES), now, now)
        return session.scalars(select(OutboundMessage).options(joinedload(OutboundMessage.conversation))).one()

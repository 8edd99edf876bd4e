"""A sentence goes out as written inside WhatsApp's 24 hours, and as its approved template after them."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot.outgoing import outbox
from bot.outgoing.outbox import Letter, Note
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


def test_a_letter_is_known_by_the_id_that_it_is_sent_with(rulebook: Rulebook) -> None:
    """What is no id by RFC 5322 is cut short on its way out, and nobody finds the letter again."""
    letter = Letter("flood-city:7:koordinator@jakarta.example", "koordinator@jakarta.example", "Banjir", "a", "b")
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = letter.message_id(rulebook)
    sent = message_from_bytes(mail.as_bytes(), policy=SMTP)
    assert sent["Message-ID"] == letter.message_id(rulebook)
    assert letter.message_id(rulebook).count("@") == 1


def test_the_id_of_a_letter_stays_on_one_line(rulebook: Rulebook) -> None:
    """Folded, it comes back with a space before it."""
    keys = [f"flood-city:{number}:koordinator.pengaduan@jakarta.example" for number in (65, 66)]
    letters = [Letter(key, "koordinator@jakarta.example", "Banjir", "a", "b") for key in keys]
    ids = [letter.message_id(rulebook) for letter in letters]
    assert ids == [letter.message_id(rulebook) for letter in letters]
    assert len(set(ids)) == 2
    for one in ids:
        mail = EmailMessage(policy=SMTP)
        mail["Message-ID"] = one
        assert f"Message-ID: {one}\r\n".encode() in mail.as_bytes()


def _written(database: Database, rulebook: Rulebook, clock: MoveableClock) -> OutboundMessage:
    now = clock.now()
    with database.begin() as session:
        conversation = session.scalars(select(Conversation)).one()
        conversation.last_inbound_at = now
        outbox.to_citizen(session, rulebook, conversation, Note("x", "follow_progress", VALUES), now, now)
        return session.scalars(select(OutboundMessage).options(joinedload(OutboundMessage.conversation))).one()

"""E-mails about a sealed case say its number, and where to log in; nothing else, on whatever occasion."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agencies import work
from bot.agencies.work import Desk
from bot.desk import coordination
from bot.errors import LinkExpiredError, RefusedError
from bot.outgoing import agency_mail
from bot.rulebook import Rulebook
from bot.tickets import tickets
from bot.tickets.tickets import Report
from storage.database import Database
from storage.models import AgencyLink, Conversation, Handover, OutboundMessage, Ticket, User
from storage.queries import corrections, sealing
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning

STORY, PLACE, MORE = "suamiku memukuli aku di rumah", "Gang Kenari 7", "anakku juga takut"

Write = Callable[[Session, Rulebook, Ticket, datetime], None]
WRITE: dict[str, Write] = {
    "forward": agency_mail.forward,
    "remind": lambda s, r, t, now: agency_mail.chase(s, r, t, "mail_reminder", "k", now),
    "to the head": lambda s, r, t, now: agency_mail.chase(s, r, t, "mail_overdue_head", "k", now, "head"),
    "to coordinators": lambda s, r, t, now: agency_mail.chase(s, r, t, "mail_stuck", "k", now, "coordinators"),
    "more": lambda s, r, t, now: agency_mail.new_information(s, r, t, "k", MORE, now),
    "no answer": lambda s, r, t, now: agency_mail.no_answer(s, r, t, "k", now),
    "withdrawn": lambda s, r, t, now: agency_mail.withdrawn(s, r, t, "k", now),
    "moved": lambda s, r, t, now: agency_mail.moved_away(s, r, t, "k", now),
}


@pytest.fixture
def sealed(number: Number) -> Number:
    """Somebody told something in confidence, and no agency has it yet."""
    number.says("halo", meaning("salam"))
    file(number, sealed=True)
    return number


def file(number: Number, **more: Any) -> None:
    with number.database.begin() as session:
        talk = session.scalars(select(Conversation)).first()
        assert talk
        report = Report("lapor", "perempuan_anak", STORY, place=PLACE, **more)
        tickets.open_ticket(session, number.rulebook, talk, report, number.clock.now())


def mails(database: Database) -> list[OutboundMessage]:
    with database.read() as session:
        return list(session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "email")))


@pytest.mark.parametrize("occasion", WRITE)
@pytest.mark.parametrize("urgent", [False, True])
def test_no_mail_carries_content(sealed: Number, occasion: str, urgent: bool) -> None:
    with sealed.newest_ticket() as (session, ticket):
        ticket.urgent, ticket.reopened = urgent, 1
        ticket.latitude, ticket.longitude = -6.1234567, 106.7654321
        WRITE[occasion](session, sealed.rulebook, ticket, sealed.clock.now())
    ticket = sealed.ticket()
    body = mails(sealed.database)[-1].body
    everything = f"{body['subject']}\n{body['text']}\n{body['html']}"
    for secret in (STORY, PLACE, MORE, "Perlindungan", "perempuan", "DARURAT", "-6.12", "/agency/", "Tenggat"):
        assert secret not in everything, secret
    assert ticket.number in body["subject"]
    assert ticket.number in body["text"]
    link = f"{sealed.rulebook.base_url}/console/cases/{ticket.number}"
    assert (link in body["text"], link in body["html"]) == (
        (False, False) if occasion == "moved" else (True, True)
    )
    with sealed.database.read() as session:
        assert session.scalar(select(AgencyLink.id)) is None


def test_other_mails_still_carry_theirs(number: Number) -> None:
    number.says("halo", meaning("salam"))
    file(number)
    number.later(minutes=5)
    body = mails(number.database)[-1].body
    for part in (STORY, PLACE, "Perlindungan perempuan dan anak", "/agency/", "Tenggat   :"):
        assert part in body["text"], part
    assert "Buka laporan ini" in body["html"]
    assert "Masuk dan buka" not in body["html"]


def test_a_sealed_case_is_chased_without_content_to_its_end(sealed: Number) -> None:
    sealed.later(days=20)
    letters = mails(sealed.database)
    assert len(letters) >= 4
    assert {letter.body["subject"] for letter in letters} == {
        f"[{sealed.ticket().number}] Perkara tersegel menunggu Anda"
    }
    assert len({letter.body["message_id"] for letter in letters}) == len(letters)
    assert sealed.wordings().count("follow_progress") == 0


def test_a_link_from_before_it_was_sealed_leads_nowhere(number: Number) -> None:
    number.says("halo", meaning("salam"))
    file(number)
    number.later(minutes=5)
    token = mails(number.database)[-1].body["text"].split("/agency/")[1].split()[0]
    with number.newest_ticket() as (session, ticket):
        assert agency_mail.ticket_of_link(session, token, number.clock.now())[0] is ticket
        ticket.sealed = True
        with pytest.raises(LinkExpiredError, match="tersegel"):
            agency_mail.ticket_of_link(session, token, number.clock.now())


@pytest.mark.parametrize("may_write", [None, False])
def test_an_agency_cannot_write_to_a_phone_that_may_not_be_safe(sealed: Number, may_write: bool | None) -> None:
    sealed.later(minutes=5)
    before = len(sealed.replies())
    with sealed.newest_ticket() as (session, ticket):
        ticket.may_write = may_write
        desk = Desk(session, sealed.rulebook, ticket, ticket.agency, sealed.clock.now())
        with pytest.raises(RefusedError, match="nomornya aman"):
            work.ask(desk, "Di mana Ibu sekarang?")
        assert ticket.status == "waiting"
    sealed.agency("set_date", sealed.clock.now().date())
    sealed.agency("claim_done", "sudah didampingi", None)
    assert len(sealed.replies()) == before


def test_a_question_reaches_a_phone_that_is_safe(sealed: Number) -> None:
    sealed.later(minutes=5)
    with sealed.newest_ticket() as (_, ticket):
        ticket.may_write = True
    sealed.agency("ask", "Di mana Ibu sekarang?")
    assert "Di mana Ibu sekarang?" in sealed.replies()[-1]


@pytest.mark.parametrize(
    ("text", "service", "is_sealed"),
    [
        ("halo", "perempuan_anak", True),
        ("suami memukuli saya", "lainnya", True),
        ("lampu mati", "lampu_jalan", False),
    ],
)
def test_what_a_person_files_is_sealed_by_its_service_or_its_words(
    number: Number, text: str, service: str, is_sealed: bool
) -> None:
    number.says("halo", meaning("salam"))
    before = len(number.replies())
    with number.database.begin() as session:
        talk = session.scalars(select(Conversation)).one()
        waits = {"reason": "unsure", "created_at": number.clock.now(), "due_at": number.clock.now()}
        handover = Handover(conversation_id=talk.id, text=text, **waits)
        session.add(handover)
        session.flush()
        clerk = _clerk(session, number.clock)
        ticket = coordination.make_ticket(
            session, number.rulebook, handover.id, service, clerk, number.clock.now()
        )
        assert ticket.sealed is is_sealed
    assert len(number.replies()) - before == (0 if is_sealed else 1)


def _clerk(session: Session, clock: MoveableClock) -> int:
    clerk = User(email="rina@jakarta.example", password_hash="-", created_at=clock.now())
    session.add(clerk)
    session.flush()
    return clerk.id


def test_what_was_told_in_confidence_is_no_training_data(number: Number) -> None:
    number.says("halo", meaning("salam"))
    with number.database.begin() as session:
        talk = session.scalars(select(Conversation)).one()
        waits = {"reason": "unsure", "created_at": number.clock.now(), "due_at": number.clock.now()}
        session.add(Handover(conversation_id=talk.id, text="aku takut pulang", **waits))
    with number.database.read() as session:
        assert corrections.left_unsure(session, "unsure") == ["aku takut pulang"]
    file(number, sealed=True)
    with number.database.read() as session:
        assert corrections.left_unsure(session, "unsure") == []


def test_sealed_tickets_are_found_by_citizen_and_by_status(sealed: Number) -> None:
    ticket = sealed.ticket()
    with sealed.database.read() as session:
        found = sealing.sealed_of(session, [ticket.citizen_id, 999])
        assert {who: [t.number for t in those] for who, those in found.items()} == {
            ticket.citizen_id: [ticket.number]
        }
        assert sealing.sealed_of(session, []) == {}
        assert [t.number for t in sealing.sealed_in(session, ["received"], 10)] == [ticket.number]
        assert sealing.sealed_in(session, ["done"], 10) == []

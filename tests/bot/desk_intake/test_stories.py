"""People at the counter: one who follows by SMS, a caller without a number, a letter, a post that is not so."""

import pytest

from bot.desk_intake import checking
from bot.desk_intake.taken import LETTER, SOCIAL, TELEPHONE
from bot.errors import RefusedError
from bot.messages import DESK, EMAIL, SMS, WHATSAPP
from bot.status import Outcome, Status
from tests.bot.desk_intake.counter import E164, PHONE, WORDS, Counter
from tests.support.desk import meaning


def test_a_visitor_reports_a_hole_and_follows_it_by_sms(counter: Counter) -> None:
    number = counter.number
    filed = counter.files(name="Sari Contoh", phone=PHONE, way=SMS, consent=True)
    number.work()
    ticket = counter.ticket(filed)
    [first] = counter.outbox(SMS)
    assert (first.recipient, first.wording) == (E164, "follow_desk_filed")
    assert all(part in first.body["text"] for part in (ticket.number, "Jalan rusak", "/t/", "BERHENTI"))
    assert (ticket.came_by, ticket.taken_by, ticket.agency) == ("visit", counter.officer, "bina_marga")
    assert ticket.conversation.citizen.name == "Sari Contoh"
    number.later(minutes=4)
    assert counter.ticket(filed).status == Status.WAITING
    number.agency("claim_done", "Lubang sudah ditambal.", None)
    number.later(minutes=5)
    question = counter.outbox(SMS)[-1]
    assert question.wording == "follow_confirm"
    counter.hears("sudah pak, makasih", meaning("setuju"))
    assert counter.ticket(filed).outcome == Outcome.CONFIRMED


def test_a_caller_without_a_number_is_never_written_to_and_nothing_waits_for_ever(counter: Counter) -> None:
    number = counter.number
    filed = counter.files(came_by=TELEPHONE)
    number.later(minutes=4)
    assert counter.ticket(filed).conversation.channel == DESK
    number.agency("claim_done", "Lubang sudah ditambal.", None)
    number.later(days=40)
    ticket = counter.ticket(filed)
    assert (ticket.status, ticket.outcome) == (Status.DONE, Outcome.UNREACHABLE)
    assert {row.channel for row in counter.outbox()} == {EMAIL}
    assert "not_sent_no_number" in counter.kinds(filed)
    assert counter.waiting() == []


def test_a_caller_without_a_number_hears_nothing_while_nobody_works_on_it(counter: Counter) -> None:
    filed = counter.files(came_by=TELEPHONE)
    counter.number.later(days=21)
    assert {row.channel for row in counter.outbox()} == {EMAIL}
    assert counter.ticket(filed).status == Status.WAITING
    assert counter.waiting() == ["leadership_list"]  # an open report always has a next step


def test_an_agency_cannot_ask_whoever_left_no_number(counter: Counter) -> None:
    filed = counter.files(came_by=LETTER)
    counter.number.later(minutes=4)
    with pytest.raises(RefusedError, match="tidak meninggalkan nomor"):
        counter.number.agency("ask", "Di depan rumah nomor berapa?")
    assert counter.ticket(filed).status == Status.WAITING


def test_a_letter_is_an_ordinary_report_with_its_way_in_the_history(counter: Counter) -> None:
    filed = counter.files(came_by=LETTER, kind="saran", service="taman", place="")
    event = next(event for event in counter.events(filed) if event.kind == "taken_at_desk")
    assert (event.actor, event.data) == (f"user:{counter.officer}", {"came_by": "letter"})
    counter.number.later(minutes=4)
    assert counter.ticket(filed).outcome == Outcome.DELIVERED  # ideas are done when they have been passed on


def test_a_post_waits_for_the_coordinators_and_goes_on_when_it_is_so(counter: Counter) -> None:
    filed = counter.files(came_by=SOCIAL, link="https://social.example/warga/1", place="Jalan Cikini")
    number = counter.number
    number.later(hours=3)
    ticket = counter.ticket(filed)
    assert (ticket.status, ticket.agency, ticket.source) == (
        Status.COORDINATION,
        "coordinators",
        "https://social.example/warga/1",
    )
    assert checking.is_to_check(ticket)
    assert checking.proposed_agency(number.rulebook, ticket) == "bina_marga"
    assert [row for row in counter.outbox() if ticket.number in row.body.get("subject", "")] == []
    number.passed_on("bina_marga")
    assert counter.ticket(filed).status == Status.WAITING


def test_a_post_that_is_not_so_is_closed_with_the_reason_and_only_once(counter: Counter) -> None:
    filed = counter.files(came_by=SOCIAL, link="https://social.example/warga/2")
    number = counter.number
    for expected in (None, "sudah diputuskan"):
        with number.newest_ticket() as (session, ticket):
            decide = (session, number.rulebook, ticket, "Foto lama", counter.officer, number.clock.now())
            if expected is None:
                checking.not_so(*decide)
            else:
                with pytest.raises(RefusedError, match=expected):
                    checking.not_so(*decide)
    closed = counter.ticket(filed)
    assert (closed.status, closed.outcome) == (Status.REJECTED, Outcome.REJECTED)
    assert [event.note for event in closed.events if event.kind == "reject"] == ["Foto lama"]
    number.later(days=20)
    assert counter.outbox(DESK) == []


def test_danger_in_a_post_does_not_wait_for_anybody(counter: Counter) -> None:
    filed = counter.files(kind="darurat", service="kebakaran", came_by=SOCIAL, link="https://social.example/3")
    ticket = counter.ticket(filed)
    assert ticket.urgent
    assert ticket.status == Status.RECEIVED
    assert ticket.agency != "coordinators"


def test_the_words_are_kept_as_a_message_of_the_one_who_said_them(counter: Counter) -> None:
    counter.files(phone=PHONE, way=WHATSAPP, consent=True)
    [talk] = counter.talks()
    assert (talk.channel, talk.address) == (WHATSAPP, f"whatsapp:{E164}")
    [message] = counter.messages()
    assert (message.text, message.channel, message.state) == (WORDS, DESK, "done")

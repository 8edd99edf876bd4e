"""Coordinators are told once of what somebody must put right before messages arrive again."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from bot.following import delivery_alerts
from bot.outgoing import agency_mail
from bot.rulebook import Rulebook
from bot.tickets import tickets
from bot.tickets.tickets import Report
from storage.database import Database
from storage.models import Citizen, Conversation, OutboundMessage, Ticket
from tests.support.clock import MoveableClock, at
from tests.support.dead import dead_letter

DESK = "koordinator.pengaduan@jakarta.example"
SECRET_TEXT, SECRET_NUMBER = "Kabar tentang rumah aman", "+628000001234"


class Watch:
    """The alerts on a database, looked at when a test says so."""

    def __init__(self, database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
        self.database, self.rulebook, self.clock = database, rulebook, clock
        with database.begin() as session:
            citizen = Citizen(created_at=clock.now())
            session.add(citizen)
            session.flush()
            talk = Conversation(channel="whatsapp", address_hash="h", address=f"whatsapp:{SECRET_NUMBER}",
                                citizen_id=citizen.id, created_at=clock.now(), dialogue={})  # fmt: skip
            session.add(talk)
            session.flush()
            self.talk = talk.id

    def fails(self, count: int = 1, **fields: Any) -> list[int]:
        body = {"text": SECRET_TEXT}
        with self.database.begin() as session:
            return [
                dead_letter(session, self.clock.now(), self.talk, **{"body": body, **fields}) for _ in range(count)
            ]

    def looks(self) -> int:
        return delivery_alerts.run_due(self.database, self.rulebook, self.clock.now())

    def told(self, to: str = DESK) -> Sequence[OutboundMessage]:
        """The alerts that were written so far, oldest first."""
        with self.database.read() as session:
            rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)).all()
        return [row for row in rows if row.recipient == to and row.key.startswith(("failing:", "refused:"))]

    def subjects(self) -> list[str]:
        return [row.body["subject"] for row in self.told()]

    def ticket(self, **more: Any) -> Ticket:
        """One that its agency has by mail."""
        with self.database.begin() as session:
            talk = session.get_one(Conversation, self.talk)
            report = Report(**{"kind": "lapor", "service": "jalan_rusak", "story": SECRET_TEXT, **more})
            ticket = tickets.open_ticket(session, self.rulebook, talk, report, self.clock.now())
            agency_mail.forward(session, self.rulebook, ticket, self.clock.now())
            return ticket

    def returns(self, ticket: Ticket, code: str = "smtp_550", failure: str = "final") -> None:
        """All letters about it that wait come back."""
        mine = select(OutboundMessage).where(
            OutboundMessage.ticket_id == ticket.id, OutboundMessage.state == "waiting"
        )
        with self.database.begin() as session:
            for row in session.scalars(mine.where(OutboundMessage.channel == "email")):
                row.state, row.failure, row.error = "failed", failure, code


@pytest.fixture
def watch(database: Database, rulebook: Rulebook, clock: MoveableClock) -> Watch:
    return Watch(database, rulebook, clock)


def test_nothing_is_written_while_all_is_well(watch: Watch) -> None:
    watch.fails(5, failure="address", error="63003")
    assert (watch.looks(), watch.told()) == (0, [])


@pytest.mark.parametrize(
    ("failure", "code", "known"),
    [
        ("account", "20003", "Kunci akun Twilio"),
        ("account", "99999", "Penyedia menolak akun atau nomor pengirim kita"),
        ("content", "63013", "Pesan melanggar kebijakan WhatsApp."),
        ("content", None, "Penyedia tidak menerima isi pesan"),
    ],
)
def test_a_code_that_needs_somebody_is_told_once_a_day(
    watch: Watch, failure: str, code: str | None, known: str
) -> None:
    watch.fails(3, failure=failure, error=code)
    assert [watch.looks(), watch.looks()] == [1, 0]
    watch.fails(2, failure=failure, error=code)
    watch.clock.move(hours=2)
    assert watch.looks() == 0
    [letter] = watch.told()
    text = letter.body["text"]
    assert letter.body["subject"] == f"Pesan gagal terkirim, kode {code or failure}"
    for part in (
        known,
        "3 pesan gagal terkirim",
        "24-11-2026 10:00",
        "/console/undelivered",
        "kirim lagi semuanya",
    ):
        assert part in text, part
    watch.clock.move(hours=20)  # the next morning, and it goes on
    watch.fails(failure=failure, error=code)
    assert watch.looks() == 1
    assert len(watch.told()) == 2


def test_what_failed_yesterday_and_is_not_dealt_with_is_no_news(watch: Watch) -> None:
    watch.fails()
    watch.looks()
    watch.clock.move(hours=16)  # past midnight
    assert watch.looks() == 0
    watch.clock.move(days=3)
    assert watch.looks() == 0


def test_each_code_has_a_letter_of_its_own(watch: Watch) -> None:
    watch.fails(error="20003")
    watch.fails(failure="content", error="63013")
    watch.fails(channel="sms", error="20003")
    assert watch.looks() == 3


def test_a_letter_tells_neither_what_was_said_nor_to_whom(watch: Watch) -> None:
    watch.fails(3)
    watch.looks()
    [letter] = watch.told()
    everything = str(letter.body)
    assert SECRET_TEXT not in everything
    assert "8000001234" not in everything
    assert "<p" in letter.body["html"]


def test_the_log_has_it_once(watch: Watch) -> None:
    watch.fails(3, error="20003")
    with structlog.testing.capture_logs() as lines:
        watch.looks()
        watch.looks()
    assert [(line["log_level"], line["code"], line["count"]) for line in lines] == [("error", "20003", 3)]


def test_what_another_way_delivered_is_told_too(watch: Watch) -> None:
    """The template is refused for everybody, even where an SMS got through."""
    [message] = watch.fails(failure="content", error="63041")
    watch.fails(state="delivered", instead_of=message)
    assert watch.looks() == 1


def test_many_that_were_given_up_within_an_hour(watch: Watch) -> None:
    watch.fails(delivery_alerts.MANY - 1, failure="given_up", error="ReadTimeout")
    watch.fails(failure="final", error="21999")
    assert watch.looks() == 0
    watch.fails(failure="final", error="21999")
    assert [watch.looks(), watch.looks()] == [1, 0]
    [letter] = watch.told()
    assert letter.body["subject"] == "Banyak pesan gagal terkirim: 21 dalam satu jam"
    assert "kode ReadTimeout: 19 pesan" in letter.body["text"]
    assert "kode 21999: 2 pesan" in letter.body["text"]


def test_as_many_over_a_day_are_no_alarm(watch: Watch) -> None:
    for _ in range(30):
        watch.fails(failure="given_up", error="ReadTimeout")
        watch.clock.move(minutes=5)
        watch.looks()
    assert watch.told() == []


def test_the_last_attempt_counts_and_not_when_it_was_written(watch: Watch) -> None:
    long_ago = watch.clock.now() - timedelta(days=5)
    watch.fails(created_at=long_ago, sent_at=watch.clock.now())
    assert watch.looks() == 1


def test_two_schedulers_write_one_letter(watch: Watch) -> None:
    watch.fails()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: watch.looks(), range(4)))
    assert len(watch.told()) == 1


def test_every_coordinator_is_told(watch: Watch) -> None:
    people = watch.rulebook.city.people.model_copy(update={"coordinators": (DESK, "dua@jakarta.example")})
    watch.rulebook = replace(watch.rulebook, city=watch.rulebook.city.model_copy(update={"people": people}))
    watch.fails()
    watch.looks()
    assert [len(watch.told()), len(watch.told("dua@jakarta.example"))] == [1, 1]


def test_a_city_without_coordinators_has_the_console_alone(watch: Watch) -> None:
    people = watch.rulebook.city.people.model_copy(update={"coordinators": ()})
    watch.rulebook = replace(watch.rulebook, city=watch.rulebook.city.model_copy(update={"people": people}))
    watch.fails()
    assert (watch.looks(), watch.told()) == (0, [])


def test_an_agency_that_a_case_did_not_reach(watch: Watch) -> None:
    ticket = watch.ticket()
    watch.returns(ticket)
    assert [watch.looks(), watch.looks()] == [1, 0]
    [letter] = watch.told()
    assert letter.body["subject"] == f"[{ticket.number}] Surat ke instansi tidak sampai"
    for part in (ticket.number, "Dinas Bina Marga", "bina.marga@jakarta.example", "smtp_550", "config.yml"):
        assert part in letter.body["text"], part
    assert SECRET_TEXT not in str(letter.body)
    with watch.database.begin() as session:  # the agency is chased, and that comes back too
        again = session.get_one(Ticket, ticket.id)
        agency_mail.chase(session, watch.rulebook, again, "mail_unverified", "step:1", watch.clock.now())
    watch.returns(ticket)
    assert watch.looks() == 0


def test_a_mail_server_that_is_down_for_long_is_the_same_to_the_case(watch: Watch) -> None:
    watch.returns(watch.ticket(), "ConnectionRefusedError", "given_up")
    assert watch.looks() == 1


def test_of_a_sealed_case_only_its_number_is_told(watch: Watch) -> None:
    ticket = watch.ticket(service="perempuan_anak", sealed=True)
    watch.returns(ticket)
    assert watch.looks() == 1
    [letter] = watch.told()
    assert ticket.number in letter.body["text"]
    for secret in ("Pemberdayaan", "dppapp", "Perlindungan", SECRET_TEXT):
        assert secret not in str(letter.body), secret


def test_alerts_that_come_back_themselves_are_no_reason_for_more(watch: Watch) -> None:
    ticket = watch.ticket()
    watch.returns(ticket)
    watch.looks()
    watch.returns(ticket)  # this time the alert
    assert watch.told()[0].state == "failed"
    assert watch.looks() == 0


def test_the_day_is_the_citys(watch: Watch) -> None:
    watch.clock.at = at("2026-11-24T23:30+07:00")
    watch.fails()
    watch.looks()
    watch.clock.at = at("2026-11-25T00:30+07:00")  # still the 24th in UTC
    watch.fails()
    assert watch.looks() == 1

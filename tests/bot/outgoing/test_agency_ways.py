"""Cases to agencies by WhatsApp or webhook instead of e-mail, and the e-mail where those fail."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.city.city import city_from
from bot.delivery.delivery import Courier
from bot.errors import ConfigError
from bot.messages import EMAIL, WEBHOOK, WHATSAPP, SendError
from bot.outgoing import agency_mail
from bot.rulebook import Rulebook
from bot.tickets import tickets
from bot.tickets.tickets import Report
from storage.database import Database
from storage.models import AgencyLink, Citizen, Conversation, OutboundMessage, Ticket
from tests.support.cities import SMALL, small_city
from tests.support.clock import MoveableClock
from tests.support.desk import Number, meaning
from tests.support.outbox import Provider

PHONE, HOOK, SID = "+628110000001", "https://sistem.dinas.example/laporan", "HX" + "1" * 32
MAILBOX, HEAD = "bina.marga@jakarta.example", "kepala.bina.marga@jakarta.example"
CITIZEN, NAME, STORY = "+628000001234", "Sari Contoh", "Lubang besar, hubungi saya 081234567890"


def with_agency(rulebook: Rulebook, templates: Mapping[str, str] | None = None, **changes: Any) -> Rulebook:
    """The sample city, in which Bina Marga has its cases otherwise."""
    city = rulebook.city
    agencies = {**city.agencies, "bina_marga": city.agencies["bina_marga"].model_copy(update=changes)}
    found = {"agency_case": SID} if templates is None else templates
    return replace(rulebook, city=city.model_copy(update={"agencies": agencies, "templates": found}))


class Outside:
    """A case, and what the courier makes of it."""

    def __init__(self, database: Database, clock: MoveableClock, pool: ThreadPoolExecutor) -> None:
        self.database, self.clock, self.pool = database, clock, pool
        self.channels = {name: Provider() for name in (WHATSAPP, WEBHOOK, EMAIL)}

    def case(self, rulebook: Rulebook, **more: Any) -> Ticket:
        """A report that was just forwarded."""
        with self.database.begin() as session:
            citizen = Citizen(created_at=self.clock.now(), name=NAME)
            session.add(citizen)
            session.flush()
            talk = Conversation(channel="whatsapp", address_hash=f"h{citizen.id}", address=f"whatsapp:{CITIZEN}",
                                citizen_id=citizen.id, created_at=self.clock.now(), dialogue={})  # fmt: skip
            session.add(talk)
            session.flush()
            about = {"kind": "lapor", "service": "jalan_rusak", "story": STORY, "place": "Jl. Melati 7", **more}
            unit = about.pop("unit", None)
            ticket = tickets.open_ticket(session, rulebook, talk, Report(**about), self.clock.now())
            ticket.agency, ticket.unit = "bina_marga", unit or ticket.unit
            agency_mail.forward(session, rulebook, ticket, self.clock.now())
            return ticket

    def chased(self, rulebook: Rulebook, ticket: Ticket, tell: str = "agency") -> None:
        with self.database.begin() as session:
            found = session.get_one(Ticket, ticket.id)
            agency_mail.chase(session, rulebook, found, "mail_unverified", "step:1", self.clock.now(), tell)

    def rows(self) -> list[OutboundMessage]:
        with self.database.read() as session:
            return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))

    def sends(self) -> None:
        courier = Courier(self.database, self.channels, self.clock, "one", self.pool)
        while courier.round():
            pass


@pytest.fixture
def outside(database: Database, clock: MoveableClock) -> Iterator[Outside]:
    with ThreadPoolExecutor(4) as pool:
        yield Outside(database, clock, pool)


def test_by_e_mail_unless_the_city_says_otherwise(outside: Outside, rulebook: Rulebook) -> None:
    outside.case(rulebook)
    [row] = outside.rows()
    assert (row.channel, row.recipient, row.wording) == (EMAIL, MAILBOX, "mail")


def test_by_whatsapp_goes_the_template_and_nothing_of_the_citizen(outside: Outside, rulebook: Rulebook) -> None:
    ticket = outside.case(with_agency(rulebook, by="whatsapp", phone=PHONE))
    [row] = outside.rows()
    assert (row.channel, row.recipient, row.ticket_id) == (WHATSAPP, f"whatsapp:{PHONE}", ticket.id)
    variables = row.body["variables"]
    assert row.body["template"] == SID
    assert [variables[n] for n in "123"] == [ticket.number, "Jalan rusak", "Jl. Melati 7"]
    assert variables["4"].startswith("agency/")  # the address itself stands in the template
    said = json.dumps({**row.body, "otherwise": None})
    for secret in (CITIZEN, NAME, STORY, "081234567890"):
        assert secret not in said, secret
    outside.sends()
    assert outside.channels[WHATSAPP].texts
    assert [row.state for row in outside.rows()] == ["accepted"]


def test_the_link_in_it_opens_the_case(outside: Outside, rulebook: Rulebook) -> None:
    ticket = outside.case(with_agency(rulebook, by="whatsapp", phone=PHONE))
    [row] = outside.rows()
    token = row.body["variables"]["4"].removeprefix("agency/")
    with outside.database.read() as session:
        found, link = agency_mail.ticket_of_link(session, token, outside.clock.now())
        assert (found.id, link.agency) == (ticket.id, "bina_marga")


def test_without_a_place_the_template_has_a_word_for_it(outside: Outside, rulebook: Rulebook) -> None:
    outside.case(with_agency(rulebook, by="whatsapp", phone=PHONE), place=None)
    assert outside.rows()[0].body["variables"]["3"] == "belum disebutkan"


def test_by_webhook_go_six_fields(outside: Outside, rulebook: Rulebook) -> None:
    ticket = outside.case(with_agency(rulebook, by="webhook", webhook=HOOK), place="Jl. Melati 7, 081234567890")
    [row] = outside.rows()
    assert (row.channel, row.recipient, row.at_least_once) == (WEBHOOK, HOOK, True)
    posted = json.loads(row.body["text"])
    assert posted.keys() == {"event", "ticket", "service", "place", "link", "due"}
    assert (posted["event"], posted["ticket"], posted["service"]) == ("forwarded", ticket.number, "Jalan rusak")
    assert "081234567890" not in posted["place"]
    assert datetime.fromisoformat(posted["due"]) == ticket.solve_by
    assert "/agency/" in posted["link"]


def test_praise_has_no_deadline(outside: Outside, rulebook: Rulebook) -> None:
    outside.case(with_agency(rulebook, by="webhook", webhook=HOOK), kind="apresiasi")
    assert json.loads(outside.rows()[0].body["text"])["due"] == ""


@pytest.mark.parametrize("by", ["whatsapp", "webhook"])
def test_what_is_chased(outside: Outside, rulebook: Rulebook, by: str) -> None:
    """An agency's system hears of every step; on the telephone there is a template for new cases only."""
    changed = with_agency(rulebook, by=by, phone=PHONE, webhook=HOOK)
    ticket = outside.case(changed)
    outside.chased(changed, ticket)
    outside.chased(changed, ticket, "head")
    outside.chased(changed, ticket, "coordinators")
    _, second, *_ = rows = outside.rows()
    if by == "webhook":
        assert json.loads(second.body["text"])["event"] == "reminder"
    else:
        assert (second.channel, second.recipient) == (EMAIL, MAILBOX)
    assert {row.channel for row in rows[2:]} <= {EMAIL}


@pytest.mark.parametrize("by", ["whatsapp", "webhook"])
def test_sealed_cases_and_units_have_e_mails(outside: Outside, rulebook: Rulebook, by: str) -> None:
    changed = with_agency(rulebook, by=by, phone=PHONE, webhook=HOOK)
    outside.case(changed, sealed=True)
    outside.case(changed, unit="lurah@jakarta.example")
    assert [(row.channel, row.recipient) for row in outside.rows()] == [
        (EMAIL, MAILBOX),
        (EMAIL, "lurah@jakarta.example"),
    ]


def test_without_its_template_it_is_an_e_mail(outside: Outside, rulebook: Rulebook) -> None:
    outside.case(with_agency(rulebook, {}, by="whatsapp", phone=PHONE))
    assert [row.channel for row in outside.rows()] == [EMAIL]


@pytest.mark.parametrize(
    ("by", "error"),
    [
        ("whatsapp", SendError("address", "63003")),
        ("whatsapp", SendError("content", "63041")),
        ("whatsapp", SendError("account", "63007")),
        ("webhook", SendError("final", "http_404")),
    ],
)
def test_where_it_fails_for_good_the_e_mail_goes_out(
    outside: Outside, rulebook: Rulebook, by: str, error: SendError
) -> None:
    ticket = outside.case(with_agency(rulebook, by=by, phone=PHONE, webhook=HOOK))
    outside.channels[by].outcomes = [error]
    outside.sends()
    first, mail = outside.rows()
    assert (first.state, first.error) == ("failed", error.code)
    assert (mail.channel, mail.recipient, mail.state) == (EMAIL, MAILBOX, "accepted")
    assert (mail.instead_of, mail.ticket_id) == (first.id, ticket.id)
    assert mail.body["subject"] == f"[{ticket.number}] Jalan rusak: laporan warga"
    assert STORY[:12] in mail.body["text"]
    assert mail.body["message_id"].startswith("<mail.forward.")
    assert "<html" in mail.body["html"]


def test_a_channel_that_is_not_there_is_no_way(outside: Outside, rulebook: Rulebook) -> None:
    outside.case(with_agency(rulebook, by="whatsapp", phone=PHONE))
    del outside.channels[WHATSAPP]
    outside.sends()
    assert [(row.channel, row.state) for row in outside.rows()] == [(WHATSAPP, "failed"), (EMAIL, "accepted")]


def test_the_e_mail_that_is_written_instead_has_a_sender(outside: Outside, rulebook: Rulebook) -> None:
    outside.case(with_agency(rulebook, by="webhook", webhook=HOOK))
    outside.channels[WEBHOOK].outcomes = [SendError("final", "http_404")]
    outside.sends()
    assert outside.rows()[1].sender == rulebook.mail_from


def test_a_case_is_written_once_whichever_way_it_goes(outside: Outside, rulebook: Rulebook) -> None:
    changed = with_agency(rulebook, by="webhook", webhook=HOOK)
    ticket = outside.case(changed)
    with outside.database.begin() as session:
        agency_mail.forward(session, changed, session.get_one(Ticket, ticket.id), outside.clock.now())
    assert len(outside.rows()) == 1


AGENCY = SMALL["agencies"]["bina_marga"]


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"by": "whatsapp"}, "agencies.bina_marga.phone", "no number"),
        ({"by": "whatsapp", "phone": PHONE}, "agencies.bina_marga.by", "approved template 'agency_case'"),
        ({"by": "whatsapp", "phone": "08123"}, "agencies.bina_marga.phone", "match"),
        ({"by": "webhook"}, "agencies.bina_marga.webhook", "no address"),
        ({"by": "webhook", "webhook": "http://dinas.example/x"}, "agencies.bina_marga.webhook", "not encrypted"),
        ({"by": "webhook", "webhook": "http://localhost.example"}, "agencies.bina_marga.webhook", "not encrypted"),
        ({"by": "webhook", "webhook": "ftp://dinas.example/x"}, "agencies.bina_marga.webhook", "no address"),
        ({"by": "webhook", "webhook": "dinas.example"}, "agencies.bina_marga.webhook", "no address"),
        ({"by": "webhook", "webhook": "https://u:p@dinas.example"}, "agencies.bina_marga.webhook", "no address"),
        ({"by": "webhook", "webhook": "https://[::1"}, "agencies.bina_marga.webhook", "no address"),
        ({"by": "webhook", "webhook": "https://dinas.example:99999"}, "agencies.bina_marga.webhook", "no address"),
        ({"by": "pigeon"}, "agencies.bina_marga.by", "email"),
    ],
)  # fmt: skip
def test_mistakes_in_the_configuration_are_one_sentence(changes: dict[str, str], place: str, words: str) -> None:
    agencies = {**SMALL["agencies"], "bina_marga": AGENCY | changes}
    with pytest.raises(ConfigError) as caught:
        city_from(small_city(agencies=agencies))
    assert [problem for problem in caught.value.problems if place in problem and words in problem]
    assert all(problem.startswith("config.yml: agencies.bina_marga.") for problem in caught.value.problems)


@pytest.mark.parametrize(
    "changes",
    [
        {"by": "email"},
        {"phone": PHONE},
        {"by": "whatsapp", "phone": PHONE},
        {"by": "webhook", "webhook": HOOK},
        {"by": "webhook", "webhook": "http://127.0.0.1:8080/laporan"},
        {"by": "webhook", "webhook": "http://localhost/laporan"},
    ],
)
def test_what_may_be_written(changes: dict[str, str]) -> None:
    agencies = {**SMALL["agencies"], "bina_marga": AGENCY | changes}
    assert city_from(small_city(agencies=agencies, templates={"agency_case": SID}))


def test_an_agency_that_does_not_open_its_link_is_chased_rung_by_rung(number: Number) -> None:
    """A hole is reported on Tuesday; the agency's letter lies about unread, and so do those behind it."""
    number.says("Jl. Melati berlubang", meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    number.later(days=16)
    with number.database.read() as session:
        letters = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == EMAIL)).all()
        links = session.scalars(select(AgencyLink).order_by(AgencyLink.id)).all()
    said = [(row.recipient, row.body["subject"].partition("] ")[2].partition(":")[0]) for row in letters]
    assert said[:5] == [
        (MAILBOX, "Jalan rusak"),
        (MAILBOX, "Belum diterima"),
        (MAILBOX, "Mendekati tenggat"),
        (MAILBOX, "LEWAT TENGGAT"),
        (HEAD, "Untuk pimpinan, LEWAT TENGGAT"),
    ]
    assert len(links) >= 4  # each of them has a link of its own, so that none needs to be looked for
    assert len({link.token_hash for link in links}) == len(links)
    assert all(link.revoked_at is None for link in links)


def test_an_agency_that_acts_through_its_link_is_not_chased(number: Number) -> None:
    number.says("Jl. Melati berlubang", meaning("lapor", "jalan_rusak", place="Jl. Melati"))
    number.later(days=1)
    number.agency("claim_done", "Sudah ditambal.", None)
    number.later(days=16)
    assert len(number.letters()) == 1

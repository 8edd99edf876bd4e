"""What is added to an open report may show that it is for few eyes only: then it is, from that moment on."""

import pytest
from sqlalchemy import select

from bot.accounts.roles import AGENCY_OFFICER
from bot.accounts.sealing import SEALED, WHY_SEALED, may_see
from bot.city.city import COORDINATORS
from bot.errors import LinkExpiredError
from bot.outgoing import agency_mail
from storage.models import AgencyLink, OutboundMessage, TicketEvent
from tests.support.desk import Number, meaning

HOLE = "jalan di Jl. Melati berlubang parah"
MEANS_HOLE = meaning("lapor", "jalan_rusak", place="Jl. Melati")
BRIBE = "pak, petugasnya minta uang dulu baru mau kerjakan"
COORDINATORS_MAIL = "koordinator.pengaduan@jakarta.example"
MORE = meaning("tambah_info")


@pytest.fixture
def forwarded(number: Number) -> Number:
    """A pothole, with its agency for a day."""
    number.says(HOLE, MEANS_HOLE)
    number.later(days=1)
    assert number.ticket().forwarded_at
    return number


def bodies(number: Number) -> str:
    with number.database.read() as session:
        mails = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "email"))
        return "\n".join(f"{mail.body['subject']} {mail.body['text']}" for mail in mails)


def recipients(number: Number) -> set[str]:
    with number.database.read() as session:
        return set(session.scalars(select(OutboundMessage.recipient).where(OutboundMessage.channel == "email")))


def test_the_agency_complained_about_has_it_no_longer(forwarded: Number) -> None:
    (reply,) = forwarded.says(BRIBE, MORE)
    ticket = forwarded.ticket()
    assert ticket.sealed
    assert (ticket.agency, ticket.status) == (COORDINATORS, "coordination")
    assert not may_see(AGENCY_OFFICER, "bina_marga", ticket)
    assert "Amankah kami menulis ke nomor ini?" in reply
    assert BRIBE in ticket.story
    assert "minta uang" not in bodies(forwarded)


def test_its_links_end_and_the_history_says_why(forwarded: Number) -> None:
    with forwarded.database.read() as session:
        assert session.scalars(select(AgencyLink)).one().revoked_at is None
    forwarded.says(BRIBE, MORE)
    with forwarded.database.read() as session:
        assert all(link.revoked_at for link in session.scalars(select(AgencyLink)))
        (event,) = session.scalars(select(TicketEvent).where(TicketEvent.kind == SEALED))
        assert (event.actor, event.note) == ("bot", WHY_SEALED)


def test_the_agency_is_told_no_more_than_that_it_is_gone(forwarded: Number) -> None:
    forwarded.says(BRIBE, MORE)
    last = forwarded.letters()[-1]
    assert last.endswith("Perkara tersegel dialihkan")


def test_before_it_was_passed_on_it_never_gets_there(number: Number) -> None:
    number.says(HOLE, MEANS_HOLE)
    number.says(BRIBE, MORE)
    number.later(days=1)
    assert number.ticket().sealed
    assert recipients(number) <= {COORDINATORS_MAIL}


def test_an_emergency_stays_with_those_who_help(number: Number) -> None:
    number.says("tolong ada perampokan di Jl. Melati 3", meaning("darurat", "kriminalitas", place="Jl. Melati 3"))
    agency = number.ticket().agency
    number.says("adik saya diperkosa pelakunya", meaning("tambah_info"))
    ticket = number.ticket()
    assert ticket.sealed
    assert ticket.agency == agency
    assert "diperkosa" not in bodies(number)
    assert number.letters()[-1].endswith("Perkara tersegel menunggu Anda")


def test_nothing_is_sent_unasked_until_it_is_safe(forwarded: Number) -> None:
    forwarded.says(BRIBE, MORE)
    forwarded.later(days=6)
    assert "follow_progress" not in forwarded.wordings()
    assert not [wording for wording in forwarded.wordings() if wording.startswith("follow_")]


def test_the_answer_about_the_safe_way_is_kept_with_it(forwarded: Number) -> None:
    forwarded.says(BRIBE, MORE)
    forwarded.says("Aman", choice="safe")
    assert forwarded.ticket().may_write is True


def test_a_no_that_tells_of_a_bribe_seals_as_well(forwarded: Number) -> None:
    forwarded.agency("claim_done", "Sudah ditambal.", None)
    forwarded.says("belum, petugasnya malah minta uang", meaning("tolak"))
    ticket = forwarded.ticket()
    assert ticket.sealed
    assert ticket.agency == COORDINATORS
    assert "malah minta uang" not in bodies(forwarded)


def test_an_old_link_says_where_to_log_in(forwarded: Number) -> None:
    token = bodies(forwarded).partition("/agency/")[2].split()[0]
    forwarded.says(BRIBE, MORE)
    with forwarded.database.read() as session, pytest.raises(LinkExpiredError):
        agency_mail.ticket_of_link(session, token, forwarded.clock.now())


def test_an_ordinary_addition_seals_nothing(forwarded: Number) -> None:
    forwarded.says("patokannya warung bu ani", MORE)
    assert not forwarded.ticket().sealed
    assert forwarded.ticket().agency == "bina_marga"


@pytest.mark.parametrize("service", ["lampu_jalan", "pungli"])
def test_a_correction_that_tells_of_a_bribe_seals_as_well(forwarded: Number, service: str) -> None:
    forwarded.says("ubah")
    forwarded.says("Soalnya", choice="service")
    forwarded.says("itu petugasnya minta uang 100 ribu", meaning("lapor", service, sure=0.95))
    ticket = forwarded.ticket()
    assert (ticket.sealed, ticket.service) == (True, service)
    assert not may_see(AGENCY_OFFICER, "bina_marga", ticket)
    assert "minta uang" not in bodies(forwarded)


def test_a_bribe_told_when_an_answer_did_not_work_out_is_sealed(number: Number) -> None:
    number.says("cara bikin ktp baru gimana", meaning("tanya", faq="ktp_baru"))
    number.says("itu petugas loketnya minta uang 100 ribu pak", meaning("tolak", "ktp"))
    assert number.ticket().sealed
    assert "minta uang" not in bodies(number)

"""A case that its agency passes on to one of its units, and what becomes of it there."""

import re
from typing import Any

import pytest

from bot.outgoing import agency_mail
from bot.status import Move
from bot.tickets import tickets
from handlers.console.agencies.case_view import CaseView
from storage.models import Assignment
from tests.handlers.city_hall import CityHall, act, agency_form, said_on
from tests.handlers.sealed_cases import log_in, sealed_ticket

UNIT, OTHER = "Sudin Jakarta Timur", "Sudin Jakarta Utara"
MAILBOX, UNITS_MAILBOX = "bina.marga@jakarta.example", "bina.marga.timur@jakarta.example"


def letters(hall: CityHall, number: str) -> list[tuple[str, str]]:
    """To whom was written, and under which subject."""
    return [(m.recipient, m.body["subject"]) for m in hall.written(number) if m.channel == "email"]


def link_in_letter_to(hall: CityHall, number: str, mailbox: str) -> str:
    """The token in the newest letter to that mailbox."""
    mine = [message for message in hall.written(number) if message.recipient == mailbox]
    found = re.search(r"/agency/([\w-]+)", mine[-1].body["text"])
    assert found
    return found[1]


def passed_on(hall: CityHall, **more: Any) -> tuple[str, str, str]:
    """A case at a unit: its number, the agency's link and the unit's."""
    number, token = hall.forwarded(**more)
    act(hall.browser(), token, "to_unit", unit=UNIT, note="Dekat gudang kalian")
    return number, token, link_in_letter_to(hall, number, UNITS_MAILBOX)


def test_from_passing_on_to_the_claim(any_hall: CityHall) -> None:
    hall = any_hall
    number, token = hall.forwarded()
    due = hall.find(number).solve_by
    hall.wait(hours=3)
    agency = hall.browser()
    act(agency, token, "to_unit", unit=UNIT, note="Dekat gudang kalian, hubungi 081200000123")
    ticket = hall.find(number)
    assert (ticket.agency, ticket.unit, ticket.status) == ("bina_marga", UNIT, "waiting")
    assert ticket.solve_by == due, "the agency's clock goes on"
    assert ticket.verified_at == hall.now
    with hall.database.read() as session:
        [held] = session.query(Assignment).filter_by(ticket_id=ticket.id).all()
        assert (held.agency, held.unit, held.ended_at) == ("bina_marga", UNIT, None)
    letter = hall.written(number)[-1]
    assert letter.recipient == UNITS_MAILBOX
    assert f"Dinas Bina Marga meneruskan laporan warga ini kepada {UNIT}" in letter.body["text"]
    assert "Dekat gudang kalian" in letter.body["text"]

    theirs = link_in_letter_to(hall, number, UNITS_MAILBOX)
    assert theirs != token
    field = hall.browser()
    assert "Dekat gudang kalian" in field.get(f"/agency/{theirs}").text.split('class="card story"')[0]
    act(field, theirs, "accept")
    act(field, theirs, "set_date", date="2026-12-01")
    act(field, theirs, "claim", note="Sudah ditambal")
    assert hall.find(number).status == "claimed_done"
    actors = [(event.kind, event.actor) for event in hall.history(number) if event.actor.startswith("agency")]
    unit = f"agency:bina_marga/{UNIT}"
    assert actors == [("to_unit", "agency:bina_marga"), ("accept", unit), ("set_date", unit), ("claim", unit)]
    words = said_on(agency.get(f"/agency/{token}"))
    assert f"Dinas Bina Marga, {UNIT}" in words, "the agency reads who did what"
    assert f"{UNIT}: Dekat gudang kalian, hubungi [telepon]" in words


def test_coordinators_see_where_it_is(hall: CityHall) -> None:
    number, _, _ = passed_on(hall)
    assert "Diteruskan ke unit" in said_on(log_in(hall, "coordinator").get(f"/console/tickets/{number}"))


def test_the_agency_keeps_its_page_and_may_take_the_case_back(hall: CityHall) -> None:
    number, token, theirs = passed_on(hall)
    agency = hall.browser()
    words = said_on(agency.get(f"/agency/{token}"))
    assert f"Ada di unit {UNIT}" in words
    assert "Tarik kembali" in words
    act(agency, token, "from_unit")
    assert hall.find(number).unit is None
    assert letters(hall, number)[-1][0] == UNITS_MAILBOX
    assert "/agency/" not in hall.written(number)[-1].body["text"]
    gone = hall.browser().get(f"/agency/{theirs}")
    assert gone.status_code == 410
    assert "tidak lagi di unit Anda" in said_on(gone)
    assert agency.get(f"/agency/{token}").status_code == 200


def test_the_unit_hands_it_back_and_says_why(hall: CityHall) -> None:
    number, token, theirs = passed_on(hall)
    field = hall.browser()
    page = field.get(f"/agency/{theirs}")
    assert "send_back" not in page.text
    assert act(field, theirs, "from_unit", note=" ").status_code == 409
    form = {**agency_form(field, theirs), "note": "Ini jalan provinsi"}
    for _ in range(2):  # sent twice
        answer = field.post(f"/agency/{theirs}/from_unit", data=form)
        assert "Terima kasih" in said_on(field.get(answer.location))
    assert hall.kinds(number).count("from_unit") == 1
    assert hall.find(number).unit is None
    recipient, subject = letters(hall, number)[-1]
    assert (recipient, subject) == (MAILBOX, f"[{number}] Kembali dari {UNIT}: Jalan rusak")
    assert "Ini jalan provinsi" in hall.written(number)[-1].body["text"]
    assert hall.browser().get(f"/agency/{link_in_letter_to(hall, number, MAILBOX)}").status_code == 200
    assert hall.browser().get(f"/agency/{token}").status_code == 200


def test_a_unit_does_not_send_it_to_the_coordinators_but_an_emergency(hall: CityHall) -> None:
    number, _, theirs = passed_on(hall)
    refused = act(hall.browser(), theirs, "send_back", note="Bukan kami")
    assert refused.status_code == 409
    assert "ke instansi Anda dulu" in said_on(refused)
    assert hall.find(number).status == "waiting"
    urgent, _, theirs = passed_on(hall, urgent=True)
    page = hall.browser().get(f"/agency/{theirs}")
    assert "/from_unit" not in page.text
    act(hall.browser(), theirs, "send_back", note="Bukan kami")
    assert hall.find(urgent).status == "coordination"


def test_from_one_unit_to_another(hall: CityHall) -> None:
    number, token, theirs = passed_on(hall)
    act(hall.browser(), token, "to_unit", unit=OTHER)
    assert hall.find(number).unit == OTHER
    assert hall.browser().get(f"/agency/{theirs}").status_code == 410
    assert [to for to, _ in letters(hall, number)[-2:]] == [UNITS_MAILBOX, "bina.marga.utara@jakarta.example"]


def test_a_form_sent_twice_writes_one_letter(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    form = {**agency_form(browser, token), "unit": UNIT}
    for _ in range(2):
        assert browser.post(f"/agency/{token}/to_unit", data=form).status_code == 303
    assert "sudah tercatat sebelumnya" in said_on(browser.get(f"/agency/{token}"))
    assert [to for to, _ in letters(hall, number)] == [MAILBOX, UNITS_MAILBOX]


@pytest.mark.parametrize("unit", ["", "Sudin Khayal", "<script>", "x" * 10_000])
def test_a_unit_that_there_is_not(hall: CityHall, unit: str) -> None:
    number, token = hall.forwarded()
    before = hall.everything()
    page = act(hall.browser(), token, "to_unit", unit=unit, note="Tolong")
    assert page.status_code == 409
    assert "Pilih salah satu unit" in said_on(page)
    assert ">Tolong</textarea>" in page.text
    assert hall.everything() == before
    assert hall.find(number).unit is None


def test_a_unit_passes_nothing_on(hall: CityHall) -> None:
    number, _, theirs = passed_on(hall)
    assert "/to_unit" not in hall.browser().get(f"/agency/{theirs}").text
    assert act(hall.browser(), theirs, "to_unit", unit=OTHER).status_code == 409
    assert hall.find(number).unit == UNIT


def test_a_sealed_case_is_passed_on_to_nobody(hall: CityHall) -> None:
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number := sealed_ticket(hall))
        ticket.agency = "bina_marga"
    officer = log_in(hall, "agency_officer", "bina_marga")
    assert "/to_unit" not in officer.get(f"/console/cases/{number}").text


def test_reminders_go_to_both(hall: CityHall) -> None:
    number, _, _ = passed_on(hall)
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        agency_mail.chase(session, hall.rulebook, ticket, "mail_reminder", "chase:1", hall.now)
    assert [to for to, _ in letters(hall, number)[-2:]] == [UNITS_MAILBOX, MAILBOX]
    assert hall.browser().get(f"/agency/{hall.token_of(number)}").status_code == 200


def test_sending_back_tells_the_unit_too(hall: CityHall) -> None:
    number, token, theirs = passed_on(hall)
    act(hall.browser(), token, "send_back", note="Jalan tol")
    assert letters(hall, number)[-1] == (UNITS_MAILBOX, f"[{number}] Ditarik kembali: Jalan rusak")
    assert hall.browser().get(f"/agency/{theirs}").status_code == 410
    assert hall.find(number).unit is None


def test_after_a_reopening_the_unit_has_it_still(hall: CityHall) -> None:
    number, _, theirs = passed_on(hall)
    act(hall.browser(), theirs, "claim", note="Sudah")
    hall.moved(number, Move.DENY)
    with hall.database.begin() as session:
        agency_mail.forward(session, hall.rulebook, tickets.by_number(session, number), hall.now)
    assert letters(hall, number)[-1] == (UNITS_MAILBOX, f"[{number}] Dibuka kembali: Jalan rusak")
    assert "Menurut warga belum beres" in said_on(hall.browser().get(f"/agency/{theirs}"))


def test_a_unit_that_the_city_has_no_more(hall: CityHall) -> None:
    number, token = hall.forwarded()
    with hall.database.begin() as session:
        tickets.by_number(session, number).unit = "Sudin Lama"
    with hall.database.begin() as session:
        agency_mail.withdrawn(session, hall.rulebook, tickets.by_number(session, number), "w:1", hall.now)
    assert letters(hall, number)[-1][0] == MAILBOX
    assert hall.browser().get(f"/agency/{token}").status_code == 200


def test_by_unit_in_the_agencys_list(hall: CityHall) -> None:
    number, _, _ = passed_on(hall)
    other, _ = hall.forwarded("Trotoar rusak")
    officer = log_in(hall, "agency_officer", "bina_marga")
    assert CaseView().query == {}
    for unit, shown in ((UNIT, {number}), ("-", {other}), (OTHER, set()), ("", {number, other})):
        page = officer.get("/console/", query_string={"unit": unit})
        assert {found for found in (number, other) if found in page.text} == shown

"""A pothole is reported, claimed to be fixed, denied, fixed and confirmed: over HTTP, SMTP and Twilio's API."""

import base64

import pytest
from sqlalchemy import select

from storage.models import Ticket
from tests.journeys.town import Town, link_in, number_in, officer_with, wait_for

pytestmark = pytest.mark.processes

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
STORY = "jalan berlubang besar di Jl. Melati depan SDN 05 Cempaka Putih, kemarin ada motor jatuh. mohon diperbaiki"


def test_from_the_first_message_to_a_confirmed_closing(the_town: Town) -> None:
    citizen = the_town.citizen()

    assert citizen.says(STORY).status_code == 200
    reply = wait_for(lambda: the_town.messages_to(citizen), what="the first reply")[0]
    number = number_in(reply)
    assert "Dinas Bina Marga" in reply
    assert "Data Anda" in reply, "the privacy notice comes at first contact"

    mail = wait_for(lambda: letters_about(the_town, number), what="the e-mail to the agency")[0]
    assert mail["To"] == "bina.marga@jakarta.example"
    assert citizen.number not in mail.as_string(), "the agency never sees the number"
    with officer_with(link_in(mail)) as officer:
        assert "motor jatuh" in officer.sees()
        officer.does("accept")
        officer.does("claim", photo=PIXEL, note="Lubang sudah ditambal pagi ini.")
    question = wait_for(lambda: said_to(the_town, citizen, "Sudah beres?"), what="the question")[-1]
    assert "Lubang sudah ditambal pagi ini." in question

    citizen.says("belum pak, masih bolong")
    assert number in wait_for(lambda: said_to(the_town, citizen, "buka kembali"), what="the apology")[0]
    again = wait_for(lambda: letters_about(the_town, number)[1:], what="the second e-mail")[0]
    assert "Dibuka kembali" in again["Subject"]

    with officer_with(link_in(again)) as officer:
        officer.does("claim", note="Ditambal ulang, foto menyusul.")
    wait_for(lambda: said_to(the_town, citizen, "Sudah beres?")[1:], what="the second question")
    citizen.says("sudah pak, makasih")
    wait_for(lambda: said_to(the_town, citizen, "Syukurlah"), what="the farewell")

    with the_town.database() as database, database.read() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        assert (ticket.status, ticket.outcome, ticket.reopened) == ("done", "confirmed", 1)
        history = [event.kind for event in ticket.events]
    assert history == [
        "filed", "forward", "accept", "claim", "follow_confirm", "deny", "forward",
        "claim", "follow_confirm", "confirm",
    ]  # fmt: skip
    assert the_town.violations() == []


def test_a_question_is_answered_at_once(the_town: Town) -> None:
    citizen = the_town.citizen()
    citizen.says("KTP saya hilang, cara urusnya gimana ya?")
    reply = wait_for(lambda: the_town.messages_to(citizen), what="the answer")[0]
    assert "kehilangan" in reply


def test_an_emergency_is_answered_first_and_forwarded_at_once(the_town: Town) -> None:
    citizen = the_town.citizen()
    citizen.says("TOLONG rumah tetangga kebakaran di gang mawar rt 3 duri kepa, api membesar")
    reply = wait_for(lambda: the_town.messages_to(citizen), what="the reply")[0]
    assert reply.startswith("Segera telepon 112 (gratis, 24 jam) atau 113")
    mail = wait_for(lambda: letters_about(the_town, number_in(reply)), what="the e-mail")[0]
    assert "DARURAT" in mail["Subject"]


def letters_about(the_town: Town, number: str) -> list:
    return [mail for mail in the_town.letters() if number in mail["Subject"]]


def said_to(the_town: Town, citizen, part: str) -> list[str]:
    return [text for text in the_town.messages_to(citizen) if part in text]

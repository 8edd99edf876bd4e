"""Requests about personal data at the counter: taken, done in time, by the right people, with a receipt."""

import json
import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.personal import reminding, rights
from storage.models import AuditEntry, Citizen, Erasure, OutboundMessage, RightsRequest, Ticket
from tests.handlers.city_hall import NAME, PHONE, CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in, sealed_ticket

PAGE = "/console/personal"


def digits_of(hall: CityHall, number: str) -> str:
    with hall.database.read() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        return ticket.conversation.address[-4:]


def take(browser: FlaskClient, hall: CityHall, number: str, kind: str, **more: str) -> TestResponse:
    form = {"number": number, "digits": digits_of(hall, number), "kind": kind, "checked": "yes", **more}
    return browser.post(PAGE, data={"csrf_token": csrf_of(browser.get(PAGE)), **form})


def do(browser: FlaskClient, address: str, action: str, **form: str) -> TestResponse:
    return browser.post(f"{address}/{action}", data={"csrf_token": csrf_of(browser.get(address)), **form})


def only(hall: CityHall) -> RightsRequest:
    with hall.database.read() as session:
        return session.scalars(select(RightsRequest)).one()


def test_a_request_is_taken_with_the_laws_time(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    answer = take(rina, hall, number, "correction", note="Nama yang benar: Sari Dewi")
    assert answer.status_code == 303
    row = only(hall)
    assert (row.kind, row.via, row.taken_by) == ("correction", "desk", hall.user_id())
    assert (row.due_at - row.asked_at).total_seconds() == 72 * 3600
    page = rina.get(answer.location)
    assert "Nama yang benar: Sari Dewi" in page.text
    assert NAME not in page.text
    assert PHONE[-6:] not in page.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"digits": "9999"}, "tidak cocok"),
        ({"number": "JK-ABCDEF-0"}, "keliru"),
        ({"digits": "12"}, "Isi empat angka"),
        ({"checked": ""}, "Periksa dulu identitas"),
        ({"kind": "everything"}, "Pilih apa yang diminta"),
    ],
)
def test_what_does_not_fit_is_not_taken(
    hall: CityHall, rina: FlaskClient, change: dict[str, str], says: str
) -> None:
    number, _ = hall.forwarded()
    form = {"number": number, "kind": "access", "digits": digits_of(hall, number), "checked": "yes", **change}
    answer = rina.post(PAGE, data={"csrf_token": csrf_of(rina.get(PAGE)), **form})
    assert answer.status_code == 409
    assert says in said_on(answer)
    with hall.database.read() as session:
        assert session.scalars(select(RightsRequest)).all() == []


def test_guessing_at_digits_ends(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    codes = [take(rina, hall, number, "access", digits=f"99{n:02d}").status_code for n in range(6)]
    assert codes == [409] * 5 + [429]
    assert take(rina, hall, number, "access").status_code == 429


def test_a_copy_is_handed_out_once(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded("Pipa bocor di gang saya", place="Gang Melati 4")
    address = take(rina, hall, number, "access").location
    answer = do(rina, address, "hand-out")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "private, no-store"
    with ZipFile(BytesIO(answer.data)) as archive:
        told = json.loads(archive.read("data-saya.json"))
        page = archive.read("data-saya.html").decode()
    assert told["person"]["name"] == NAME
    assert told["addresses"][0]["address"].startswith("whatsapp:+62")
    assert [(one["number"], one["told"], one["place"]) for one in told["reports"]] == [
        (number, "Pipa bocor di gang saya", "Gang Melati 4")
    ]
    assert "Pipa bocor di gang saya" in page
    assert "rina@" not in page + json.dumps(told)
    row = only(hall)
    assert (row.outcome, row.done_by, row.done_at, len(row.proof or "")) == ("done", hall.user_id(), hall.now, 64)
    again = rina.post(f"{address}/hand-out", data={"csrf_token": csrf_of(rina.get(address))})
    assert again.status_code == 409


def test_a_name_is_put_right(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    address = take(rina, hall, number, "correction").location
    assert do(rina, address, "correct", name="").status_code == 409
    assert do(rina, address, "correct", name="Sari  Dewi").status_code == 303
    with hall.database.read() as session:
        assert session.scalars(select(Citizen.name)).one() == "Sari Dewi"
    assert only(hall).outcome == "done"


def test_a_restriction_stops_news_and_hides_the_name(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    address = take(rina, hall, number, "restriction").location
    assert do(rina, address, "restrict").status_code == 303
    with hall.database.read() as session:
        citizen = session.scalars(select(Citizen)).one()
        assert (citizen.hide_name, citizen.opted_out_at) == (True, hall.now)


def test_erasing_takes_two_people_and_gives_a_receipt(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded("Pipa bocor di gang saya", place="Gang Melati 4")
    address = take(rina, hall, number, "erasure").location
    assert "Minta rekan Anda" in said_on(rina.get(address))
    token = csrf_of(rina.get(PAGE))
    mine = rina.post(f"{address}/erase", data={"csrf_token": token, "sure": "HAPUS"})
    assert mine.status_code == 409
    assert "orang lain" in said_on(mine)
    budi = hall.coordinator("budi@jakarta.example")
    assert do(budi, address, "erase", sure="ya").status_code == 409
    done = do(budi, address, "erase", sure="hapus")
    assert done.status_code == 303
    with hall.database.read() as session:
        erasure = session.scalars(select(Erasure)).one()
        ticket = session.scalars(select(Ticket)).one()
        assert (ticket.story, ticket.place, ticket.status) == ("", None, "withdrawn")
        assert session.scalars(select(Citizen)).one().erased_at == hall.now
    receipt = budi.get(done.location)
    assert f"HD-{erasure.id}" in receipt.text
    assert erasure.proof in receipt.text
    assert [word for word in (NAME, number, "Melati", PHONE[-5:]) if word in receipt.text] == []
    assert only(hall).proof == erasure.proof
    assert do(budi, address, "refuse", reason="law").status_code == 400 or only(hall).outcome == "done"


def test_what_was_erased_cannot_be_asked_for(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    digits = digits_of(hall, number)
    address = take(rina, hall, number, "erasure").location
    do(hall.coordinator("budi@jakarta.example"), address, "erase", sure="HAPUS")
    form = {"number": number, "digits": digits, "kind": "access", "checked": "yes"}
    answer = rina.post(PAGE, data={"csrf_token": csrf_of(rina.get(PAGE)), **form})
    assert "tidak cocok" in said_on(answer)


def test_a_request_is_refused_with_a_reason_in_the_audit(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    address = take(rina, hall, number, "erasure").location
    assert do(rina, address, "refuse", reason="because").status_code == 409
    assert do(rina, address, "refuse", reason="identity").status_code == 303
    assert only(hall).outcome == "refused"
    with hall.database.read() as session:
        data = session.scalars(select(AuditEntry.data).where(AuditEntry.action == "refuse_request")).all()
    assert {"reason": "identity"} in data


def test_the_audit_names_nobody(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    address = take(rina, hall, number, "access", note="Sari di Gang Melati").location
    do(rina, address, "hand-out")
    with hall.database.read() as session:
        rows = session.scalars(select(AuditEntry)).all()
    told = json.dumps([[row.action, row.subject, row.data] for row in rows])
    assert {"take_request", "hand_out"} <= {row.action for row in rows}
    assert [word for word in (NAME, "Sari", "Melati", PHONE[-6:]) if word in told] == []


def test_whoever_told_something_in_confidence_is_served_by_sealed_officers(
    hall: CityHall, rina: FlaskClient
) -> None:
    sealed = sealed_ticket(hall)
    with hall.database.begin() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == sealed)).one()
        rights.take(session, ticket.citizen_id, rights.ACCESS, hall.now)
        ticket.conversation.address = f"whatsapp:{PHONE}77"
    assert take(rina, hall, sealed, "access").status_code == 409
    address = f"{PAGE}/{only(hall).id}"
    page = rina.get(address)
    assert "petugas kasus tersegel" in said_on(page)
    assert "hand-out" not in page.text
    token = csrf_of(rina.get(PAGE))
    assert rina.post(f"{address}/hand-out", data={"csrf_token": token}).status_code == 409
    officer = log_in(hall, "sealed_officer", None)
    assert do(officer, address, "hand-out").status_code == 200


def test_overdue_requests_stand_first_and_are_marked(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    take(rina, hall, number, "access")
    hall.wait(hours=71)
    assert "Lewat waktu" not in said_on(rina.get(PAGE))
    assert "Lewat waktu" not in said_on(rina.get(f"{PAGE}/waiting"))
    hall.wait(hours=2)
    assert "Lewat waktu" in said_on(rina.get(PAGE))
    assert f'hx-get="{PAGE}/waiting"' in rina.get("/console/").text
    assert said_on(rina.get(f"{PAGE}/waiting")) == "1 permintaan data pribadi menunggu. Lewat waktu: 1"


def test_coordinators_are_told_once_a_day_before(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    take(rina, hall, number, "access")
    assert reminding.run_due(hall.database, hall.rulebook, hall.now) == 0
    hall.wait(hours=49)
    assert reminding.run_due(hall.database, hall.rulebook, hall.now) == 1
    assert reminding.run_due(hall.database, hall.rulebook, hall.now) == 0
    with hall.database.read() as session:
        letters = session.scalars(select(OutboundMessage).where(OutboundMessage.key.startswith("rights:"))).all()
    assert len(letters) == len(hall.rulebook.city.people.coordinators)
    assert "/console/personal" in letters[0].body["text"]
    assert re.search(r"1 permintaan", letters[0].body["subject"])


def test_people_are_listed_nowhere(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = hall.forwarded()
    take(rina, hall, number, "access")
    page = rina.get(PAGE)
    assert [word for word in (number, NAME, PHONE[-6:]) if word in page.text] == []

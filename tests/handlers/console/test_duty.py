"""The console's side of an emergency: on top until somebody takes it, and the list of who is on duty."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.duty import duty
from bot.status import Move
from bot.tickets import tickets
from handlers.auth import create_user
from storage import keyring
from storage.models import Alarm, OutboundMessage, Shift, TicketEvent, User
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on

BUDI = "budi@jakarta.example"
BUDIS_PHONE = "+628000000102"


@pytest.fixture
def rina(hall: CityHall) -> FlaskClient:
    """A coordinator's browser, logged in."""
    return hall.coordinator()


@pytest.fixture
def admin(hall: CityHall) -> FlaskClient:
    return browser_of(hall, "admin@jakarta.example", "administrator")


def browser_of(hall: CityHall, email: str, role: str, **more: str) -> FlaskClient:
    """A logged-in browser of somebody with any role."""
    with hall.database.begin() as session:
        user = create_user(session, email, PASSWORD, "coordinator", hall.now)
        user.role = role
        for name, value in more.items():
            setattr(user, name, value)
    browser = hall.browser()
    form = {"email": email, "password": PASSWORD, "csrf_token": csrf_of(browser.get("/login"))}
    assert browser.post("/login", data=form).status_code == 302
    return browser


def emergency(hall: CityHall, **more: object) -> tuple[str, int]:
    """The number of an urgent report and the id of its alarm."""
    usual = {"story": "Kebakaran di gang sebelah", "service": "kebakaran", "urgent": True, "place": "Gang Mawar 3"}
    number = hall.ticket(**(usual | more))  # type: ignore[arg-type]
    with hall.database.begin() as session:
        duty.raise_alarm(session, tickets.by_number(session, number), hall.now)
    with hall.database.read() as session:
        return number, session.scalars(select(Alarm.id).order_by(Alarm.id.desc())).first() or 0


def send(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Fill in one of the console's forms and send it."""
    form = {"csrf_token": csrf_of(browser.get("/console/")), **fields}
    return browser.post(path, data=form)


def on_top(page: TestResponse) -> str:
    """The words of the red box."""
    box = re.search(r'<section class="alarms".*?</section>', page.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", box[0]).split()) if box else ""


def shifts(hall: CityHall) -> list[Shift]:
    with hall.database.read() as session:
        return list(session.scalars(select(Shift).order_by(Shift.id)))


def on_duty(
    admin: FlaskClient, user: int, start: str = "2026-11-23T08:00", end: str = "2026-11-23T16:00"
) -> TestResponse:
    return send(admin, "/console/duty/shifts", user=str(user), **{"from": start, "to": end})


def test_an_emergency_from_the_roster_to_the_officer_who_takes_it(hall: CityHall, admin: FlaskClient) -> None:
    rina, budi = hall.coordinator(), hall.coordinator(BUDI)
    for who, phone in (("rina@jakarta.example", "0800-000-0101"), (BUDI, "+62 800-000-0102")):
        path = f"/console/duty/people/{hall.user_id(who)}/phone"
        assert send(admin, path, phone=phone).status_code == 303
        assert on_duty(admin, hall.user_id(who)).status_code == 303
    assert said_on(rina.get("/console/duty")).count("Sedang piket") == 2
    number, alarm = emergency(hall)
    duty.run_due(hall.database, hall.rulebook, hall.now)
    alerted = [m for m in hall.written(number) if m.wording == "alarm"]
    assert {m.recipient for m in alerted} == {"+628000000101", BUDIS_PHONE}
    page = rina.get("/console/")
    assert on_top(page).startswith(f"Darurat belum diambil {number}")
    for words in ("Gang Mawar 3", "Sejak 23 Nov 2026, 09.00", "1 kali", "Saya ambil"):
        assert words in on_top(page)
    assert "<title>(1 darurat) " in page.text
    taken = send(rina, f"/console/alarms/{alarm}/take")
    assert taken.location == f"/console/tickets/{number}"
    words = said_on(rina.get(taken.location))
    for expected in ("sekarang Anda yang menangani", "Darurat diambil petugas piket", "petugas piket menangani"):
        assert expected in words
    assert on_top(rina.get("/console/")) == ""
    late = send(budi, f"/console/alarms/{alarm}/take")
    assert (late.status_code, "sudah diambil rekan Anda" in said_on(late)) == (409, True)
    hall.wait(minutes=10)
    assert duty.run_due(hall.database, hall.rulebook, hall.now) == 0
    assert hall.to_citizen(number).count("follow_taken") == 1


def test_taken_twice_by_the_same_is_taken_once(hall: CityHall, rina: FlaskClient) -> None:
    number, alarm = emergency(hall)
    for _ in range(2):
        assert send(rina, f"/console/alarms/{alarm}/take").status_code == 303
    assert hall.kinds(number).count("alarm_taken") == 1
    assert "tidak ada yang terkirim dua kali" in said_on(rina.get("/console/"))


def test_one_that_was_withdrawn_is_gone_and_cannot_be_taken(hall: CityHall, rina: FlaskClient) -> None:
    number, alarm = emergency(hall)
    hall.moved(number, Move.WITHDRAW)
    assert on_top(rina.get("/console/")) == ""
    told = send(rina, f"/console/alarms/{alarm}/take")
    assert told.status_code == 409
    assert "sudah ditutup" in said_on(told)


def test_a_sealed_one_shows_its_number_and_no_more(hall: CityHall, rina: FlaskClient) -> None:
    number, alarm = emergency(hall, sealed=True, story="suami memukul", place="Tebet")
    top = on_top(rina.get("/console/"))
    assert number in top
    for hidden in ("Tebet", "Kebakaran", "Saya ambil"):
        assert hidden not in top
    assert send(rina, f"/console/alarms/{alarm}/take").status_code == 404
    siti = browser_of(hall, "siti@jakarta.example", "sealed_officer")
    assert "Tebet" in on_top(siti.get("/console/"))
    assert send(siti, f"/console/alarms/{alarm}/take").status_code == 303


def test_officers_of_agencies_have_no_part_in_it(hall: CityHall) -> None:
    _, alarm = emergency(hall)
    officer = browser_of(hall, "dlh@jakarta.example", "agency_officer", agency="dlh")
    assert on_top(officer.get("/console/")) == ""
    assert officer.get("/console/duty").status_code in (403, 404)
    token = csrf_of(officer.get("/console/"))
    taken = officer.post(f"/console/alarms/{alarm}/take", data={"csrf_token": token})
    assert taken.status_code in (403, 404)
    assert hall.get(Alarm, alarm).taken_at is None


def test_an_alarm_that_does_not_exist(hall: CityHall, rina: FlaskClient) -> None:
    assert send(rina, "/console/alarms/77/take").status_code == 404
    assert rina.get("/console/alarms/77/take").location == "/console/"
    assert rina.post("/console/alarms/77/take").status_code == 400


def test_the_citizens_conversation_shows_no_alarms(hall: CityHall, rina: FlaskClient) -> None:
    number, _ = emergency(hall)
    with hall.database.begin() as session:
        budi = create_user(session, BUDI, PASSWORD, "coordinator", hall.now)
        budi.phone, budi.phone_hash = BUDIS_PHONE, keyring.current().lookup(BUDIS_PHONE)
    duty.run_due(hall.database, hall.rulebook, hall.now)
    page = said_on(rina.get(f"/console/tickets/{number}"))
    assert "AMBIL" not in page
    assert "Petugas piket dialarm" in page


def test_coordinators_see_and_administrators_change(hall: CityHall, rina: FlaskClient) -> None:
    me = hall.user_id()
    assert "Jadwal" in said_on(rina.get("/console/duty"))
    assert "Tambah" not in said_on(rina.get("/console/duty"))
    for path, fields in (
        ("shifts", {"user": str(me), "from": "2026-11-23T08:00", "to": "2026-11-23T16:00"}),
        (f"people/{me}/phone", {"phone": "0800 000 0101"}),
        ("shifts/1/remove", {}),
    ):
        told = send(rina, f"/console/duty/{path}", **fields)
        assert told.status_code == 403
        assert "Hanya administrator" in said_on(told)
    assert shifts(hall) == []
    assert hall.get(User, me).phone is None


REFUSED = {
    "the end before the start": ({"from": "2026-11-23T16:00", "to": "2026-11-23T08:00"}, "selesai sesudah mulai"),
    "no time at all between": ({"to": "2026-11-24T08:00", "from": "2026-11-24T08:00"}, "selesai sesudah mulai"),
    "longer than a day": ({"to": "2026-11-24T08:01"}, "paling lama 24 jam"),
    "over already": ({"from": "2026-11-22T08:00", "to": "2026-11-22T16:00"}, "sudah lewat"),
    "an unknown user": ({"user": "77"}, "Pilih salah satu petugas"),
    "no user": ({"user": ""}, "Pilih salah satu petugas"),
    "nonsense for a user": ({"user": "9" * 40}, "Pilih salah satu petugas"),
    "no time": ({"from": ""}, "Isi tanggal dan jam"),
    "nonsense for a time": ({"to": "besok"}, "Isi tanggal dan jam"),
    "a time with a zone": ({"from": "2026-11-23T08:00+00:00"}, "Isi tanggal dan jam"),
    "the beginning of time": ({"from": "0001-01-01T00:00"}, "Isi tanggal dan jam"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_shift_that_cannot_be(hall: CityHall, admin: FlaskClient, what: str) -> None:
    changes, words = REFUSED[what]
    usual = {
        "user": str(hall.user_id("admin@jakarta.example")),
        "from": "2026-11-23T08:00",
        "to": "2026-11-23T16:00",
    }
    told = send(admin, "/console/duty/shifts", **(usual | changes))
    assert told.status_code == 409
    assert words in said_on(told)
    assert f'value="{(usual | changes)["to"]}"'.replace("+", "&#43;") in told.text
    assert shifts(hall) == []


def test_a_shift_of_a_disabled_account_or_of_an_agencys_officer(hall: CityHall, admin: FlaskClient) -> None:
    browser_of(hall, "dlh@jakarta.example", "agency_officer", agency="dlh")
    hall.coordinator(BUDI)
    with hall.database.begin() as session:
        session.get_one(User, hall.user_id(BUDI)).disabled_at = hall.now
    for email in ("dlh@jakarta.example", BUDI):
        assert on_duty(admin, hall.user_id(email)).status_code == 409
        assert email not in admin.get("/console/duty").text


def test_shifts_may_overlap_are_local_and_go_away(hall: CityHall, admin: FlaskClient) -> None:
    me = hall.user_id("admin@jakarta.example")
    on_duty(admin, me)
    on_duty(admin, me)  # the form sent twice
    on_duty(admin, me, "2026-11-23T12:00", "2026-11-24T12:00")
    first, second = shifts(hall)
    assert (first.starts_at.hour, first.ends_at.hour) == (1, 9)
    words = said_on(admin.get("/console/duty"))
    assert "23 Nov 2026, 08.00 sampai 23 Nov 2026, 16.00 " in words
    assert "23 Nov 2026, 12.00 sampai 24 Nov 2026, 12.00 " in words
    for _ in range(2):
        assert send(admin, f"/console/duty/shifts/{first.id}/remove").status_code == 303
    assert [shift.id for shift in shifts(hall)] == [second.id]
    hall.wait(days=2)
    assert "Belum ada jadwal" in said_on(admin.get("/console/duty"))


@pytest.mark.parametrize(
    "typed", ["halo", "12", "+62", "0812", "<b>0800</b>", "0800 000 0101 ext. 5", "9" * 200, "\u0661"]
)
def test_a_malformed_phone_is_refused_where_it_was_typed(hall: CityHall, admin: FlaskClient, typed: str) -> None:
    me = hall.user_id("admin@jakarta.example")
    told = send(admin, f"/console/duty/people/{me}/phone", phone=typed)
    assert told.status_code == 409
    assert "bukan nomor telepon" in said_on(told)
    assert "<b>0800" not in told.text
    assert hall.get(User, me).phone is None


def test_a_phone_is_kept_encrypted_shown_masked_and_taken_away(hall: CityHall, admin: FlaskClient) -> None:
    me = hall.user_id("admin@jakarta.example")
    assert "Belum ada satu pun nomor" in said_on(admin.get("/console/duty"))
    send(admin, f"/console/duty/people/{me}/phone", phone="0800 000 0102")
    kept: User = hall.get(User, me)
    assert (kept.phone, kept.phone_hash) == (BUDIS_PHONE, keyring.current().lookup(BUDIS_PHONE))
    assert "8000000102" not in str(hall.everything()["users"])
    page = admin.get("/console/duty").text
    assert "\u2022 102" in page
    assert "000102" not in page
    send(admin, f"/console/duty/people/{me}/phone", phone=" ")
    kept = hall.get(User, me)
    assert (kept.phone, kept.phone_hash) == (None, None)


def test_a_phone_belongs_to_one(hall: CityHall, admin: FlaskClient) -> None:
    me, budi = hall.user_id("admin@jakarta.example"), (hall.coordinator(BUDI), hall.user_id(BUDI))[1]
    for user, code in ((me, 303), (budi, 409), (me, 303)):
        assert send(admin, f"/console/duty/people/{user}/phone", phone="0800 000 0102").status_code == code
    assert send(admin, "/console/duty/people/77/phone", phone="0800 000 0102").status_code == 404


def test_looking_changes_nothing(hall: CityHall, rina: FlaskClient) -> None:
    for _ in range(5):
        emergency(hall)
    before = hall.everything()
    for path in ("", "duty", "duty/shifts", "duty/shifts/1/remove", "duty/people/1/phone", "alarms/1/take"):
        assert rina.get(f"/console/{path}").status_code in (200, 303)
    after = hall.everything()
    assert {row[3] for row in after.pop("audit_entries")} == {"looked"}
    before.pop("audit_entries")
    assert after == before


def test_nothing_of_it_is_in_the_history_without_a_phone(hall: CityHall) -> None:
    number, _ = emergency(hall)
    duty.run_due(hall.database, hall.rulebook, hall.now)
    with hall.database.read() as session:
        kinds = session.scalars(select(TicketEvent.kind)).all()
        assert session.scalars(select(OutboundMessage)).all() == []
    assert kinds == ["filed"]
    assert hall.find(number).urgent

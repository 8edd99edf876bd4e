"""One action on several tickets: each by itself, and what could not be done is told with the reason."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.status import Move
from storage.models import AuditEntry
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in, sealed_ticket


def act(
    browser: FlaskClient, numbers: list[str], action: str, path: str = "all/bulk", **fields: Any
) -> TestResponse:
    form = MultiDict([("ticket", number) for number in numbers])
    form.update({"csrf_token": csrf_of(browser.get("/console/")), "action": action, **fields})
    return browser.post(f"/console/queue/{path}", data=form)


def audited(hall: CityHall) -> list[tuple[str, str]]:
    with hall.database.read() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "bulk").order_by(AuditEntry.id))
        return [(row.subject, row.data["action"]) for row in rows]


def test_assigning_to_oneself_leaves_a_row_for_each(any_hall: CityHall) -> None:
    hall, rina = any_hall, any_hall.coordinator()
    numbers = [hall.ticket() for _ in range(3)]
    sent = act(rina, numbers[:2], "mine", "all/bulk?agency=bina_marga&page=1")
    assert (sent.status_code, sent.location) == (303, "/console/queue/all?agency=bina_marga")
    assert [hall.find(number).assigned_to for number in numbers] == [hall.user_id(), hall.user_id(), None]
    assert audited(hall) == [(f"ticket:{number}", "mine") for number in numbers[:2]]
    assert "2 laporan diubah." in said_on(rina.get("/console/queue/all"))


def test_sent_twice_it_has_one_effect_and_says_so(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    for _ in range(2):
        act(rina, [number], "mine")
    words = said_on(rina.get("/console/queue/all"))
    assert "1 laporan sudah begitu sebelumnya." in words
    assert len(audited(hall)) == 1
    assert hall.kinds(number).count("assigned") == 1


def test_to_a_colleague_and_to_nobody(hall: CityHall, rina: FlaskClient) -> None:
    hall.coordinator("budi@jakarta.example")
    number, budi = hall.ticket(), hall.user_id("budi@jakarta.example")
    act(rina, [number], "assign", to=str(budi))
    assert hall.find(number).assigned_to == budi
    act(rina, [number], "unassign")
    assert hall.find(number).assigned_to is None


def test_priority_is_given_and_taken_off(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    act(rina, [number], "hurry")
    assert hall.find(number).priority == 1
    assert "Didahulukan" in said_on(rina.get("/console/queue/all"))
    act(rina, [number], "unhurry")
    assert hall.find(number).priority == 0


def test_what_cannot_be_passed_on_is_listed_with_the_reason(hall: CityHall, rina: FlaskClient) -> None:
    (open_one, _), (done, _), (back, _) = hall.forwarded(), hall.forwarded(), hall.forwarded()
    hall.moved(done, Move.CONFIRM)
    hall.moved(back, Move.SEND_BACK, "agency:bina_marga", "Bukan kami")
    act(rina, [open_one, done, back, "JK-000000-0"], "reroute", agency="dishub", reason="Rambu, bukan jalan")
    agencies = [hall.find(number).agency for number in (open_one, done, back)]
    assert agencies == ["dishub", "bina_marga", "dishub"]
    words = said_on(rina.get("/console/queue/all"))
    assert "2 laporan diubah." in words
    assert f"Tidak diubah: {done}. Laporan ini berstatus" in words
    assert "Tidak diubah: JK-000000-0. Tidak ada laporan bernomor" in words
    assert audited(hall) == [(f"ticket:{number}", "reroute") for number in (open_one, back)]


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("", {}, "Pilih tindakannya."),
        ("erase", {}, "Pilih tindakannya."),
        ("assign", {}, "Pilih rekannya."),
        ("assign", {"to": "²"}, "Pilih rekannya."),
        ("assign", {"to": "9" * 40}, "Pilih rekannya."),
        ("reroute", {"reason": "x"}, "Pilih instansinya."),
        ("reroute", {"agency": "khayal", "reason": "x"}, "Pilih instansinya."),
        ("reroute", {"agency": "dishub"}, "Tuliskan alasannya"),
        ("reroute", {"agency": "dishub", "reason": "x" * 10_000}, "Tuliskan alasannya"),
    ],
)
def test_what_was_left_open_is_asked_for_and_nothing_is_lost(
    hall: CityHall, rina: FlaskClient, action: str, fields: dict[str, str], said: str
) -> None:
    number, before = hall.ticket(), hall.everything()["tickets"]
    page = act(rina, [number], action, **fields)
    assert page.status_code == 409
    assert said in said_on(page)
    assert f'value="{number}" data-pick checked' in page.text
    if "reason" in fields:
        assert f'value="{fields["reason"]}"' in page.text
    assert (hall.everything()["tickets"][:1], audited(hall)) == (before[:1], [])


def test_nothing_chosen(hall: CityHall, rina: FlaskClient) -> None:
    hall.ticket()
    for numbers in ([], ["<script>", "JK-7Q2M9X-5"]):
        page = act(rina, numbers, "mine")
        assert page.status_code == 409
        assert "Pilih dulu laporannya." in said_on(page)


def test_a_colleague_that_there_is_not(hall: CityHall, rina: FlaskClient) -> None:
    number = hall.ticket()
    act(rina, [number], "assign", to="999")
    assert hall.find(number).assigned_to is None
    assert f"Tidak diubah: {number}." in said_on(rina.get("/console/queue/all"))


def test_a_sealed_case_is_not_touched_by_who_may_not_see_it(hall: CityHall, rina: FlaskClient) -> None:
    number = sealed_ticket(hall)
    for action in ("mine", "hurry"):
        act(rina, [number], action)
    assert f"Tidak diubah: {number}. Tidak ada laporan bernomor" in said_on(rina.get("/console/queue/all"))
    found = hall.find(number)
    assert (found.assigned_to, found.priority) == (None, 0)
    dewi = log_in(hall, "sealed_officer")
    act(dewi, [number], "mine")
    assert hall.find(number).assigned_to == hall.user_id("sealed_officer.city@jakarta.example")


def test_fifty_that_failed_are_all_told(hall: CityHall, rina: FlaskClient) -> None:
    """A message after the form travels in a cookie, which holds only so much."""
    numbers = []
    for _ in range(50):
        number, _ = hall.forwarded()
        hall.moved(number, Move.CONFIRM)
        numbers.append(number)
    act(rina, numbers, "reroute", agency="dishub", reason="Salah alamat")
    words = said_on(rina.get("/console/queue/mine"))
    assert [number for number in numbers if number not in words] == []


def test_leadership_and_agencies_may_not(hall: CityHall) -> None:
    number = hall.ticket()
    assert act(log_in(hall, "leadership"), [number], "mine").status_code == 403
    assert act(log_in(hall, "agency_officer", "dlh"), [number], "mine").status_code == 403

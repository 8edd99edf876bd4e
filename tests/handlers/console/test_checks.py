"""The console's list of claims to look at: what it shows, to whom, and what its buttons do."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bot.agencies import claim_sample, work
from bot.agencies.work import Desk, read_photo
from bot.status import Move
from bot.tickets import tickets
from handlers.auth import create_user
from storage.models import Claim
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on
from tests.support.scenes import scene


def claimed(hall: CityHall, photo: bytes = b"", sealed: bool = False, **more: Any) -> str:
    """A report whose agency says that it is done; its number."""
    number, _ = hall.forwarded(**more)
    picture = read_photo(photo, hall.rulebook.city.zone)
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        ticket.sealed = sealed
        desk = Desk(session, hall.rulebook, ticket, ticket.agency, hall.now)
        work.claim_done(desk, "Sudah ditambal, hubungi 081200000123", picture)
    return number


def claim_id(hall: CityHall, number: str) -> int:
    with hall.database.read() as session:
        mine = select(Claim.id).where(Claim.ticket_id == tickets.by_number(session, number).id)
        return session.scalars(mine.order_by(Claim.id.desc()).limit(1)).one()


def judged(hall: CityHall, browser: FlaskClient, number: str, verdict: str, note: str = "") -> Any:
    form = {"csrf_token": csrf_of(browser.get("/console/checks")), "note": note}
    return browser.post(f"/console/checks/{claim_id(hall, number)}/{verdict}", data=form)


def officer(hall: CityHall) -> FlaskClient:
    """A browser of somebody named for sealed cases."""
    with hall.database.begin() as session:
        create_user(session, "tegel@jakarta.example", PASSWORD, "sealed_officer", hall.now)
    browser = hall.browser()
    form = {"email": "tegel@jakarta.example", "password": PASSWORD, "csrf_token": csrf_of(browser.get("/login"))}
    assert browser.post("/login", data=form).status_code == 302
    return browser


@pytest.fixture
def copied(hall: CityHall) -> tuple[str, str]:
    """Two reports whose claims show the same photo; the second is flagged."""
    return claimed(hall, scene(1)), claimed(
        hall, scene(1), story="Lubang di <b>tikungan</b>, telepon 081200000456"
    )


def test_a_flagged_claim_stands_there_with_what_is_odd_and_all_that_helps(
    hall: CityHall, copied: tuple[str, str]
) -> None:
    page = hall.coordinator().get("/console/checks")
    words = said_on(page)
    assert f"Foto ini mirip foto hasil kerja pada laporan {copied[0]}." in words
    for expected in ("1 klaim menunggu", copied[1], "Dinas Bina Marga", "[telepon]", "Warga tidak mengirim foto",
                     "Klaim selesai", "Sebelum", "Sesudah"):  # fmt: skip
        assert expected in words
    assert "0456" not in words
    assert "<b>tikungan" not in page.text
    assert f"/console/tickets/{copied[1]}/photo/" in page.text


def test_the_first_page_counts_them(hall: CityHall, copied: tuple[str, str]) -> None:
    assert "1 Klaim diperiksa" in said_on(hall.coordinator().get("/console/"))


def test_looking_at_the_list_changes_nothing(hall: CityHall, copied: tuple[str, str]) -> None:
    browser, before = hall.coordinator(), hall.everything()
    for path in ("/console/checks", "/console/checks/1/ok", "/console/checks/1/not-ok"):
        browser.get(path)
    after = hall.everything()
    # Each time somebody looked, the audit says so, and nothing else does.
    assert {row[3:5] for row in after.pop("audit_entries")} == {("looked", "page:checks")}
    before.pop("audit_entries")
    assert after == before


def test_in_order_takes_it_from_the_list_and_counts(hall: CityHall, copied: tuple[str, str]) -> None:
    browser = hall.coordinator()
    assert judged(hall, browser, copied[1], "ok").status_code == 303
    words = said_on(browser.get("/console/checks"))
    assert "klaim dinyatakan sesuai" in words
    assert "0 klaim menunggu" in words
    assert "Dinas Bina Marga Klaim 1 Sesuai 1 Tidak sesuai 0" in words
    assert hall.find(copied[1]).status == "claimed_done"


def test_not_in_order_reopens(hall: CityHall, copied: tuple[str, str]) -> None:
    browser = hall.coordinator()
    answer = judged(hall, browser, copied[1], "not-ok", "Foto lama; lubangnya masih ada.")
    assert answer.status_code == 303
    assert hall.find(copied[1]).status == "reopened"
    page = said_on(browser.get(f"/console/tickets/{copied[1]}"))
    assert "Koordinator memeriksa: belum beres" in page
    assert "lubangnya masih ada" in page
    agency = said_on(hall.browser().get(f"/agency/{hall.token_of(copied[1])}"))
    assert "Setelah diperiksa koordinator, pekerjaan ini belum beres." in agency
    assert "Menurut warga belum beres" not in agency


def test_what_is_refused_keeps_the_note(hall: CityHall, copied: tuple[str, str]) -> None:
    browser = hall.coordinator()
    page = judged(hall, browser, copied[1], "not-ok", "  ")
    assert page.status_code == 409
    assert "Tuliskan apa yang tidak sesuai" in said_on(page)
    page = judged(hall, browser, copied[1], "not-ok", "x" * 1_001)
    assert page.status_code == 409
    assert "x" * 1_001 in page.text


def test_a_form_sent_twice_says_so_and_shows_what_was_typed(hall: CityHall, copied: tuple[str, str]) -> None:
    browser = hall.coordinator()
    form = {"csrf_token": csrf_of(browser.get("/console/checks")), "note": "Masih berlubang"}
    path = f"/console/checks/{claim_id(hall, copied[1])}/not-ok"
    assert browser.post(path, data=form).status_code == 303
    again = browser.post(path, data=form)
    assert again.status_code == 409
    assert "sudah diperiksa rekan Anda" in said_on(again)
    assert "Masih berlubang" in again.text
    assert hall.kinds(copied[1]).count("refuse_claim") == 1


@pytest.mark.parametrize(
    "path", ["/console/checks/999/ok", "/console/checks/1/maybe", f"/console/checks/{10**30}/ok"]
)
def test_what_there_is_not(hall: CityHall, copied: tuple[str, str], path: str) -> None:
    browser = hall.coordinator()
    form = {"csrf_token": csrf_of(browser.get("/console/checks"))}
    assert browser.post(path, data=form).status_code == 404


def test_another_site_cannot_judge(hall: CityHall, copied: tuple[str, str]) -> None:
    browser = hall.coordinator()
    assert browser.post(f"/console/checks/{claim_id(hall, copied[1])}/ok").status_code == 400
    assert hall.browser().get("/console/checks").status_code == 302


def test_a_claim_that_its_citizen_denied_leaves_the_list(hall: CityHall, copied: tuple[str, str]) -> None:
    hall.moved(copied[1], Move.DENY)
    words = said_on(hall.coordinator().get("/console/checks"))
    assert "0 klaim menunggu" in words
    assert "Dibantah warga 1" in words


def test_the_sample_stands_apart_and_says_which_week(hall: CityHall) -> None:
    number = claimed(hall, scene(2))
    hall.wait(days=7)
    claim_sample.run_due(hall.database, hall.rulebook, hall.now)
    browser = hall.coordinator()
    words = said_on(browser.get("/console/checks"))
    assert "Tidak ada klaim bertanda." in words
    assert "Sampel 2026-W48" in words
    judged(hall, browser, number, "ok")
    assert "2026-W48 Klaim 1 Sesuai 1" in said_on(browser.get("/console/checks"))


def test_sealed_ones_are_for_those_named_for_them_and_never_named_to_others(hall: CityHall) -> None:
    sealed = claimed(hall, scene(3), sealed=True)
    copy = claimed(hall, scene(3))
    hidden = claimed(hall, scene(3), sealed=True)
    coordinator = hall.coordinator()
    words = said_on(coordinator.get("/console/checks"))
    assert "Foto ini mirip foto hasil kerja pada laporan lain." in words
    assert copy in words
    assert sealed not in words
    assert hidden not in words
    assert judged(hall, coordinator, hidden, "ok").status_code == 404
    named = officer(hall)
    assert hidden in said_on(named.get("/console/checks"))
    assert "seen" in hall.kinds(hidden)
    assert judged(hall, named, hidden, "ok").status_code == 303

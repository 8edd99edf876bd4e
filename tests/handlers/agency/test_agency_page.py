"""What an agency's page looks like to somebody in the street, and what a claim needs: photos, or a word."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.city.evidence_policy import ServiceEvidence
from bot.messages import Location
from bot.status import Move
from bot.tickets import tickets
from handlers.edge import KEY
from handlers.web import LARGEST_REQUEST
from storage.models import Attachment, Claim
from tests.handlers.city_hall import CityHall, act, agency_form, said_on
from tests.handlers.sealed_cases import log_in, sealed_ticket
from tests.support.pictures import jpeg

HERE = Location(-6.2, 106.8)


@contextmanager
def photo_required(hall: CityHall, **policy: Any) -> Iterator[None]:
    """The city asks for a photo of mended roads."""
    here = hall.app.extensions[KEY]
    city = here.rulebook.city
    road = city.services["jalan_rusak"].model_copy(update={"evidence": ServiceEvidence(photo_required=True)})
    changed = city.model_copy(update={
        "services": {**city.services, "jalan_rusak": road}, "evidence": city.evidence.model_copy(update=policy),
    })  # fmt: skip
    hall.app.extensions[KEY] = replace(here, rulebook=replace(here.rulebook, city=changed))
    yield
    hall.app.extensions[KEY] = here


def photos(hall: CityHall) -> int:
    with hall.database.read() as session:
        return session.query(Attachment).count()


def claim_of(hall: CityHall) -> Claim:
    with hall.database.read() as session:
        return session.query(Claim).one()


def upload(name: str = "hasil.jpg", form: str = "JPEG") -> tuple[io.BytesIO, str]:
    return io.BytesIO(jpeg(form=form)), name


@pytest.mark.parametrize(
    ("status", "first"),
    [
        (None, "accept"),
        (Move.ACCEPT, "claim"),
        (Move.SET_DATE, "claim"),
        (Move.ASK, ""),
        (Move.CLAIM, ""),
        (Move.WITHDRAW, ""),
    ],
)
def test_one_thing_comes_first_in_every_status(hall: CityHall, status: Move | None, first: str) -> None:
    number, token = hall.forwarded()
    if status:
        hall.moved(number, status, "agency:bina_marga", "2026-12-01")
    page = hall.browser().get(f"/agency/{token}")
    found = re.findall(r'<div class="first" id="(\w+)">', page.text)
    assert found == ([first] if first else [])
    assert ("Tidak ada yang perlu dilakukan sekarang" in said_on(page)) == (first == "")
    reach = re.findall(r'class="reach"><a class="button large" href="#(\w+)"', page.text)
    assert reach == found


def test_the_phones_own_map_opens_at_the_pin(hall: CityHall) -> None:
    number, token = hall.forwarded(location=HERE)
    page = hall.browser().get(f"/agency/{token}")
    assert f'href="geo:-6.200000,106.800000?q=-6.200000,106.800000({number})"' in page.text
    assert re.search(r'<div class="map" hidden .*data-points=\'\[{"at": \[-6.2, 106.8\]', page.text)
    assert "-6.200000, 106.800000" in said_on(page)


def test_without_a_pin_the_address_is_looked_for(hall: CityHall) -> None:
    _, token = hall.forwarded(place='Jalan "Melati" 3 & <b>Gang</b>')
    page = hall.browser().get(f"/agency/{token}")
    assert 'href="geo:0,0?q=Jalan%20%22Melati%22%203%20%26%20%3Cb%3EGang%3C/b%3E%2C%20' in page.text
    assert "data-points" not in page.text
    _, token = hall.forwarded()
    assert "geo:" not in hall.browser().get(f"/agency/{token}").text


def test_no_map_service_learns_of_a_sealed_case(hall: CityHall) -> None:
    number = sealed_ticket(hall)
    with hall.database.begin() as session:
        ticket = tickets.by_number(session, number)
        ticket.latitude, ticket.longitude = HERE.latitude, HERE.longitude
    page = log_in(hall, "agency_officer", "dppapp").get(f"/console/cases/{number}")
    assert page.status_code == 200
    for unwanted in ("geo:", "data-points", "leaflet"):
        assert unwanted not in page.text


def test_script_in_the_name_of_a_citizen_and_of_a_file(hall: CityHall) -> None:
    number, token = hall.forwarded()
    with hall.database.begin() as session:
        tickets.by_number(session, number).citizen.name = "<script>alert(1)</script>"
    browser = hall.browser()
    act(browser, token, "claim", note="</textarea><script>", photo=upload("<script>alert(2)</script>.jpg"))
    page = browser.get(f"/agency/{token}")
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "alert(2)" not in page.text


def test_several_photos(any_hall: CityHall) -> None:
    number, token = any_hall.forwarded()
    browser = any_hall.browser()
    act(
        browser,
        token,
        "claim",
        note="Sudah",
        photo=[upload("1.jpg"), upload("2.png", "PNG"), upload("3.webp", "WEBP")],
    )
    assert any_hall.find(number).status == "claimed_done"
    assert photos(any_hall) == 3
    assert claim_of(any_hall).attachment_id == 1
    assert len(set(re.findall(r'src="/agency/[\w-]+/photo/(\d)"', browser.get(f"/agency/{token}").text))) == 3


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ([b"<svg>"], "bukan foto"),
        ([jpeg(), b"GIF89a"], "bukan foto"),
        ([jpeg(), jpeg()[:200]], "rusak"),
        ([jpeg()] * 4, "Paling banyak tiga foto"),
    ],
)
def test_one_bad_photo_and_nothing_is_kept(hall: CityHall, chosen: list[bytes], message: str) -> None:
    number, token = hall.forwarded()
    before = hall.everything()
    files = [(io.BytesIO(content), f"{n}.jpg") for n, content in enumerate(chosen)]
    page = act(hall.browser(), token, "claim", note="Sudah ditambal", photo=files)
    assert page.status_code == 409
    assert message in said_on(page)
    assert "Foto perlu dipilih lagi" in said_on(page)
    assert ">Sudah ditambal</textarea>" in page.text
    assert hall.everything() == before
    assert hall.find(number).status == "waiting"


def test_photos_beyond_all_measure(hall: CityHall) -> None:
    number, token = hall.forwarded()
    body, kind = b"x" * (LARGEST_REQUEST + 1), "multipart/form-data; boundary=x"
    page = hall.browser().post(f"/agency/{token}/claim", data=body, content_type=kind)
    assert page.status_code == 413
    assert "tulisan Anda masih ada di sana" in said_on(page)
    assert hall.find(number).status == "waiting"


def test_without_the_photo_that_is_asked_for_one_confirms(hall: CityHall) -> None:
    number, token = hall.forwarded()
    with photo_required(hall):
        browser = hall.browser()
        assert "without_photo" not in browser.get(f"/agency/{token}").text
        asked = act(browser, token, "claim", note="Sudah ditambal")
        assert asked.status_code == 409
        assert "Anda tidak punya foto" in said_on(asked)
        assert ">Sudah ditambal</textarea>" in asked.text
        assert 'name="without_photo"' in asked.text
        assert hall.find(number).status == "waiting"
        act(browser, token, "claim", note="Sudah ditambal", without_photo="yes")
        assert hall.find(number).status == "claimed_done"
        assert [flag["kind"] for flag in claim_of(hall).flags] == ["missing"]


def test_where_a_city_refuses_no_word_helps(hall: CityHall) -> None:
    number, token = hall.forwarded()
    with photo_required(hall, missing_photo="refuse"):
        page = act(hall.browser(), token, "claim", note="Sudah ditambal", without_photo="yes")
        assert page.status_code == 409
        assert "perlu foto hasil" in said_on(page)
    assert hall.find(number).status == "waiting"


def test_the_reason_of_a_refused_claim_stands_on_top(hall: CityHall) -> None:
    number, token = hall.forwarded()
    hall.moved(number, Move.CLAIM, "agency:bina_marga", "Sudah")
    hall.moved(number, Move.REFUSE_CLAIM, "user:1", "Fotonya jalan lain")
    page = hall.browser().get(f"/agency/{token}")
    assert "Setelah diperiksa koordinator" in said_on(page)
    assert "Fotonya jalan lain" in page.text.split('class="card story"')[0]


def test_the_page_needs_no_script_and_nothing_from_elsewhere(hall: CityHall) -> None:
    _, token = hall.forwarded(location=HERE)
    page = hall.browser().get(f"/agency/{token}")
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert not re.search(r'(src|href)="(https?:)?//', page.text)
    assert not re.search(r"\s(style|on\w+)=", page.text)


def test_a_form_from_another_site_does_nothing(hall: CityHall) -> None:
    number, token = hall.forwarded()
    browser = hall.browser()
    form = {**agency_form(browser, token), "csrf_token": "forged", "unit": "Sudin Jakarta Timur", "note": "Halo"}
    for action in ("accept", "to_unit", "from_unit", "claim", "send_back"):
        assert browser.post(f"/agency/{token}/{action}", data=form).status_code == 400
    assert (hall.find(number).status, hall.find(number).unit) == ("waiting", None)

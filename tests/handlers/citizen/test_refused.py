"""What is no photo, no place and no answer is refused in a sentence, and nothing of it is kept."""

import pytest

from bot.intake.media import LARGEST
from bot.status import Move
from tests.handlers.citizen.visiting import by_page, claimed, fields, files, kept, path_of, post, send
from tests.handlers.city_hall import CityHall
from tests.support.pictures import HTML, MP4, PDF, bomb, jpeg

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("typed", ["52.5, 13.4", "-96.2, 106.8", "https://maps.app.goo.gl/x", "x" * 400])
def test_a_place_that_cannot_be_is_refused_and_shown_again(hall: CityHall, typed: str) -> None:
    number, _ = hall.forwarded()
    before = hall.find(number).version
    answer = send(hall.browser(), path_of(hall, number), "add", place=typed)
    assert answer.status_code == 409
    assert typed in answer.text
    assert (hall.find(number).version, by_page(hall)) == (before, [])


@pytest.mark.parametrize(
    ("photo", "says"),
    [
        (SVG, "bukan foto"),
        (HTML, "bukan foto"),
        (PDF, "bukan foto"),
        (MP4, "bukan foto"),
        (b"GIF89a" + bytes(20), "rusak"),
        (jpeg()[:300], "rusak"),
        (bomb(20_000, 20_000), "terlalu besar"),
        (b"\xff\xd8\xff" + bytes(LARGEST), "paling besar 16 MB"),
    ],
    ids=["svg", "html", "pdf", "film", "broken", "half", "bomb", "heavy"],
)
def test_what_is_no_photo_is_refused_before_anything_is_kept(hall: CityHall, photo: bytes, says: str) -> None:
    number = claimed(hall)
    answer = send(hall.browser(), path_of(hall, number), "deny", photo, note="Masih berlubang & licin")
    assert answer.status_code == 409
    assert says in answer.text
    assert "Masih berlubang &amp; licin" in answer.text
    assert "perlu dipilih lagi" in answer.text
    assert hall.find(number).status == "claimed_done"
    assert (by_page(hall), files(hall), kept(hall)) == ([], [], [])


def test_twenty_megabytes_are_not_even_read(hall: CityHall) -> None:
    number = claimed(hall)
    answer = send(hall.browser(), path_of(hall, number), "deny", b"\xff\xd8\xff" + bytes(20 * 1024 * 1024))
    assert answer.status_code == 413
    assert "paling besar 16 MB" in answer.text
    assert hall.find(number).status == "claimed_done"


def test_the_key_of_a_form_is_no_way_into_another_ticket(hall: CityHall) -> None:
    first, _ = hall.forwarded()
    second, _ = hall.forwarded()
    browser = hall.browser()
    form = fields(browser.get(path_of(hall, first)))
    for number in (first, second):
        assert post(browser, path_of(hall, number), "add", place="Jalan Melati", **form).status_code == 303
    assert len(by_page(hall)) == 2
    strange = {**form, "key": "../x"}
    assert post(browser, path_of(hall, first), "add", place="RT 5", **strange).status_code == 303
    assert all("../x" not in message.external_id for message in by_page(hall))


def test_nothing_is_no_answer(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    hall.moved(number, Move.ASK, "agency:bina_marga", "Ada fotonya?")
    for action, says in (("answer", "Tulis jawaban Anda"), ("add", "Pilih foto")):
        answer = send(hall.browser(), path_of(hall, number), action, note=" \u200b\x00 ")
        assert answer.status_code == 409
        assert says in answer.text
    assert hall.find(number).status == "needs_info"


@pytest.mark.parametrize("note", ["x" * 10_000, "ꦲ" * 10_000])
def test_ten_thousand_characters_are_shown_again_and_not_kept(hall: CityHall, note: str) -> None:
    number = claimed(hall)
    answer = send(hall.browser(), path_of(hall, number), "deny", note=note)
    assert answer.status_code == 409
    assert note in answer.text
    assert (hall.find(number).status, by_page(hall)) == ("claimed_done", [])


@pytest.mark.parametrize(
    "note", ["<script>alert(1)</script>", "a\x00b\u202ec", "'; DROP TABLE tickets; --", "ya 👍🏽"]
)
def test_whatever_is_written_is_text(any_hall: CityHall, note: str) -> None:
    number = claimed(any_hall)
    browser, path = any_hall.browser(), path_of(any_hall, number)
    assert send(browser, path, "deny", note=note).status_code == 303
    assert "<script>alert" not in browser.get(path).text
    assert "<script>alert" not in any_hall.coordinator().get(f"/console/tickets/{number}").text

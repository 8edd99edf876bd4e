"""A photo, a place, an answer, a no: from the page they come as if by message, and once."""

import pytest

from bot.clock import Clock
from bot.incidents import members
from bot.intake.media import MediaQueue
from bot.status import Move
from bot.tickets import tickets
from handlers.edge import KEY
from storage.queries.media import erase_files
from tests.handlers.citizen.visiting import by_page, claimed, fields, files, kept, letters, path_of, post, send
from tests.handlers.city_hall import CityHall
from tests.support.pictures import SECRET, exif, jpeg

MONAS = ((6.0, 10.0, 31.0), "S", (106.0, 49.0, 37.0), "E")


def test_a_photo_belongs_to_the_ticket_and_the_agency_is_not_written_to(any_hall: CityHall) -> None:
    number, token = any_hall.forwarded(place="Pasar Cikini")
    before = len(letters(any_hall, number))
    answer = send(any_hall.browser(), path_of(any_hall, number), "add", jpeg((640, 480), exif(MONAS)))
    assert answer.status_code == 303
    [message], [photo] = by_page(any_hall), files(any_hall)
    ticket = any_hall.find(number)
    assert (message.ticket_id, message.conversation_id, message.state) == (
        ticket.id,
        ticket.conversation_id,
        "done",
    )
    assert (photo.state, photo.content_type, photo.width) == ("kept", "image/jpeg", 640)
    assert photo.latitude == pytest.approx(-6.175277)
    assert len(letters(any_hall, number)) == before
    assert any_hall.kinds(number)[-1] == "added"
    page = any_hall.browser().get(f"/agency/{token}")
    assert f"/file/{photo.id}" in page.text


def test_of_the_photo_nothing_but_pixels_is_kept(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    send(hall.browser(), path_of(hall, number), "add", jpeg((640, 480), exif(MONAS)))
    [photo] = files(hall)
    content = hall.app.extensions[KEY].files.get(photo.store_key)
    assert SECRET.encode() not in content
    assert b"Exif" not in content
    shown = hall.browser().get(f"{path_of(hall, number)}/file/{photo.id}?size=small")
    assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    assert len(shown.data) < 20_000
    assert "sandbox" in shown.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "typed", ["-6.17511, 106.82704", "https://www.google.com/maps/@-6.17511,106.82704,17z"]
)  # fmt: skip
def test_a_pin_goes_to_the_ticket_and_the_agency_hears_of_it_once(any_hall: CityHall, typed: str) -> None:
    number, _ = any_hall.forwarded()
    browser, path = any_hall.browser(), path_of(any_hall, number)
    before, form = len(letters(any_hall, number)), fields(browser.get(path))
    for _ in range(2):
        assert post(browser, path, "add", place=typed, **form).status_code == 303
    ticket = any_hall.find(number)
    assert (ticket.latitude, ticket.longitude) == pytest.approx((-6.17511, 106.82704))
    assert len(letters(any_hall, number)) == before + 1
    assert "-6.17511, 106.82704" in letters(any_hall, number)[-1].body["text"]
    assert any_hall.kinds(number).count("added") == 1


def test_words_for_a_place_are_kept_where_there_was_none(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    send(hall.browser(), path_of(hall, number), "add", place="Jalan Melati 3, depan mushola")
    assert hall.find(number).place == "Jalan Melati 3, depan mushola"


def test_a_photo_as_large_as_telephones_make_them_is_taken(hall: CityHall) -> None:
    """Other forms of this installation end at eight megabytes."""
    number, _ = hall.forwarded()
    heavy = jpeg((640, 480)) + bytes(9 * 1024 * 1024)
    assert send(hall.browser(), path_of(hall, number), "add", heavy).status_code == 303
    assert [file.state for file in files(hall)] == ["kept"]


def test_no_comes_with_its_photo(any_hall: CityHall) -> None:
    number = claimed(any_hall)
    answer = send(any_hall.browser(), path_of(any_hall, number), "deny", jpeg(), note="Masih berlubang")
    assert answer.status_code == 303
    assert any_hall.find(number).status == "reopened"
    assert [file.state for file in files(any_hall)] == ["kept"]
    assert [message.text for message in by_page(any_hall)] == ["Masih berlubang"]


def test_a_form_sent_twice_is_taken_once_and_says_so(any_hall: CityHall) -> None:
    number = claimed(any_hall)
    browser, path = any_hall.browser(), path_of(any_hall, number)
    form = fields(browser.get(path))
    for _ in range(2):
        assert post(browser, path, "deny", jpeg(), note="Belum", **form).status_code == 303
    assert "Sudah kami terima tadi." in browser.get(path).text
    assert (len(by_page(any_hall)), len(files(any_hall))) == (1, 1)
    assert any_hall.kinds(number).count("deny") == 1


def test_an_answer_goes_on_to_the_agency(any_hall: CityHall) -> None:
    number, _ = any_hall.forwarded()
    any_hall.moved(number, Move.ASK, "agency:bina_marga", "Di depan rumah nomor berapa?")
    browser, path = any_hall.browser(), path_of(any_hall, number)
    assert "Di depan rumah nomor berapa?" in browser.get(path).text
    assert send(browser, path, "answer", note="Nomor 12").status_code == 303
    assert any_hall.find(number).status == "in_progress"
    assert "Nomor 12" in letters(any_hall, number)[-1].body["text"]


def test_a_photo_is_an_answer_too(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    hall.moved(number, Move.ASK, "agency:bina_marga", "Ada fotonya?")
    assert send(hall.browser(), path_of(hall, number), "answer", jpeg()).status_code == 303
    assert hall.find(number).status == "in_progress"
    assert "(foto)" in letters(hall, number)[-1].body["text"]


def test_words_for_few_eyes_seal_the_ticket_as_by_message(hall: CityHall) -> None:
    number = claimed(hall)
    words = "Petugasnya minta uang 200 ribu, kalau tidak tidak dikerjakan"
    assert hall.rulebook.words.is_sealed(words)
    assert send(hall.browser(), path_of(hall, number), "deny", note=words).status_code == 303
    assert hall.find(number).sealed


def test_telephone_numbers_in_a_note_are_masked_for_agencies(hall: CityHall) -> None:
    number = claimed(hall)
    send(hall.browser(), path_of(hall, number), "deny", note="Telepon saya 0812 3456 7890")
    assert by_page(hall)[0].text == "Telepon saya [telepon]"


def test_a_no_of_one_of_many_goes_its_own_way(hall: CityHall) -> None:
    lead, _ = hall.forwarded()
    other, _ = hall.forwarded()
    with hall.database.begin() as session:
        first, second = (tickets.by_number(session, number) for number in (lead, other))
        members.join(session, hall.rulebook, second, members.begin(session, first, hall.now), hall.now)
    hall.moved(other, Move.CLAIM, "agency:bina_marga")
    page = hall.browser().get(path_of(hall, other)).text
    assert "Seorang warga lain" in page
    assert send(hall.browser(), path_of(hall, other), "deny", note="Masih ada").status_code == 303
    assert (hall.find(other).status, hall.find(lead).status) == ("reopened", "waiting")


def test_the_console_shows_it_in_the_conversation(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    send(hall.browser(), path_of(hall, number), "add", jpeg(), place="Jalan Melati 3")
    rina, [photo] = hall.coordinator(), files(hall)
    page = rina.get(f"/console/tickets/{number}").text
    assert "Jalan Melati 3" in page
    assert f"/file/{photo.id}" in page


def test_the_stars_may_come_with_a_comment(any_hall: CityHall) -> None:
    number = claimed(any_hall)
    browser, path = any_hall.browser(), path_of(any_hall, number)
    send(browser, path, "confirm")
    assert send(browser, path, "rate", stars="4", note="Cepat, tapi debunya dibiarkan").status_code == 303
    assert any_hall.find(number).rating == 4
    rated = [event for event in any_hall.history(number) if event.kind == "rated"]
    assert [(event.data, event.note) for event in rated] == [({"stars": 4}, "Cepat, tapi debunya dibiarkan")]
    console = any_hall.coordinator().get(f"/console/tickets/{number}").text
    assert "4 dari 5: Cepat, tapi debunya dibiarkan" in console


def test_what_was_sent_goes_with_its_conversation(hall: CityHall) -> None:
    number, _ = hall.forwarded()
    send(hall.browser(), path_of(hall, number), "add", jpeg())
    assert len(kept(hall)) == 2, "the photo and its small version"
    with hall.database.begin() as session:
        erase_files(session, [hall.find(number).conversation_id])
    MediaQueue(
        hall.database, hall.rulebook, {}, hall.app.extensions[KEY].files, Clock(lambda: hall.now), "w"
    ).round()
    assert kept(hall) == []

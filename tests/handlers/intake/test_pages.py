"""The desk's page: what is proposed, what is filed, what is refused, and that nothing is filed twice or lost."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nlu.client import Guess, Understanding
from storage.models import AuditEntry
from tests.handlers.city_hall import CityHall, said_on
from tests.handlers.intake.window import (
    PATH,
    files,
    form,
    read,
    save,
    tickets,
    with_model,
)
from tests.support.pictures import jpeg
from tests.support.statements import statements_of

# -- reading ---------------------------------------------------------------------------------------


def test_the_model_proposes_and_nothing_is_kept(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    page = read(rina)
    said = said_on(page)
    assert "Warga melaporkan masalah (hampir pasti, 96 %), soal Jalan rusak (hampir pasti, 90 %)" in said.replace(
        " ,", ","
    )
    assert 'name="place" id="place" maxlength="300"' in page.text
    assert 'value="depan pasar Jaya"' in page.text
    assert 'value="Tomang"' in page.text
    assert checked(page.text) == ["visit", "whatsapp", "lapor", "jalan_rusak"]
    assert tickets(hall) == []


def checked(page: str) -> list[str]:
    return re.findall(r'type="radio" name="\w+" value="(\w+)"[^>]*checked', page)


def test_what_a_person_changed_stays_when_it_is_read_again(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    where = {"place": "depan pasar Jaya", "read_place": "depan pasar Jaya", "read_area": ""}
    before = {"read_kind": "lapor", "read_service": "jalan_rusak", **where}
    page = read(rina, kind="saran", service="taman", area="Gambir", **before)
    assert "saran" in checked(page.text)
    assert re.search(r'<option value="taman" selected', page.text)
    assert 'value="Gambir"' in page.text
    changed = read(rina, words="lampu mati", kind="lapor", service="jalan_rusak", **before)
    assert 'value="depan pasar Jaya"' not in re.sub(r"<input type=.hidden.*?>", "", changed.text)


def test_while_the_model_is_away_a_person_chooses(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall).away = True
    page = read(rina)
    assert "Model bahasa sedang tidak bisa dipakai" in said_on(page)
    assert save(rina, place="Jalan Cikini").status_code == 303
    assert [ticket.service for ticket in tickets(hall)] == ["jalan_rusak"]


def test_the_service_asks_for_what_is_missing(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall).script["lampu mati"] = Understanding((Guess("lapor", 0.9),), (Guess("lampu_jalan", 0.9),))
    said = said_on(read(rina, words="lampu mati"))
    assert "Di mana tepatnya?" in said
    assert "berapa nomor di tiangnya" in said


def test_a_question_has_its_answer_to_read_out(hall: CityHall, rina: FlaskClient) -> None:
    asked = Understanding((Guess("tanya", 0.95),), (Guess("ktp", 0.9),), (Guess("jam_layanan", 0.95),))
    with_model(hall).script["loket buka jam berapa"] = asked
    said = said_on(read(rina, words="loket buka jam berapa"))
    assert "Bacakan jawaban ini belum diperiksa" in said
    assert "Balai Kota buka pada hari kerja 08.00-15.00" in said
    assert "Sudah terjawab, tanpa laporan" in said


@pytest.mark.parametrize(("sure", "shown"), [(0.5, True), (0.2, False)])
def test_an_answer_that_hardly_fits_is_not_read_out(
    hall: CityHall, rina: FlaskClient, sure: float, shown: bool
) -> None:
    asked = Understanding((Guess("tanya", 0.95),), (Guess("ktp", 0.9),), (Guess("jam_layanan", sure),))
    with_model(hall).script["kapan ya"] = asked
    assert ("Bacakan jawaban ini" in said_on(read(rina, words="kapan ya"))) is shown


def test_what_is_like_it_stands_beside(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    number = hall.ticket("Lubang besar di jalan depan pasar Jaya, motor jatuh", place="depan pasar Jaya",
                         kelurahan="Tomang")  # fmt: skip
    assert number in said_on(read(rina))
    with hall.database.read() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.subject == "page:intake")).all()
    assert [row.data for row in rows] == [{"tickets": [number]}]


def test_one_reading_asks_the_database_little(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    for _ in range(12):
        hall.ticket("Lubang besar di jalan depan pasar Jaya", place="depan pasar Jaya", kelurahan="Tomang")
    data = form(rina, do="read")
    with statements_of(hall.database) as seen:
        rina.post(PATH, data=data)
    assert len(seen) <= 15, "\n".join(seen)


def test_script_stays_text(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    page = read(rina, words=evil, name=evil, place=evil, phone=evil, link=evil)
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    answer = save(rina, words=evil, name=evil, place=evil)
    receipt = rina.get(answer.location)
    assert "<script>alert" not in receipt.text
    assert "&lt;script&gt;" in receipt.text


# -- saving ----------------------------------------------------------------------------------------


def test_a_visitor_reports_and_is_told_by_sms(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    answer = save(rina, name="Sari", phone="0812 9000 0001", way="sms", consent="yes")
    [ticket] = tickets(hall)
    assert answer.location == f"/console/intake/{ticket.number}/receipt"
    assert (ticket.came_by, ticket.area, ticket.taken_by) == ("visit", "Tomang", hall.user_id())
    assert hall.to_citizen(ticket.number) == ["follow_desk_filed"]
    assert "Laporan tersimpan." in said_on(rina.get(answer.location))
    history = said_on(rina.get(f"/console/tickets/{ticket.number}"))
    assert "Dicatat petugas" in history


def test_what_was_filed_is_in_the_audit_without_the_words(hall: CityHall, rina: FlaskClient) -> None:
    save(rina, phone="081290000001", consent="yes")
    with hall.database.read() as session:
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "take_down")).one()
    [ticket] = tickets(hall)
    assert row.data == {"came_by": "visit", "kind": "lapor", "service": "jalan_rusak", "tickets": [ticket.number]}


def test_the_same_form_twice_is_one_ticket_and_says_so(hall: CityHall, rina: FlaskClient) -> None:
    data = form(rina, do="file", kind="lapor", service="jalan_rusak")
    first, second = rina.post(PATH, data=data), rina.post(PATH, data=data)
    assert first.location == second.location
    assert len(tickets(hall)) == 1
    assert "tidak ada yang tercatat dua kali" in said_on(rina.get(second.location))


def test_a_service_from_the_list_of_all_wins(hall: CityHall, rina: FlaskClient) -> None:
    save(rina, service="jalan_rusak", other="taman")
    assert [ticket.service for ticket in tickets(hall)] == ["taman"]


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "nothing said": ({"words": " "}, "Tulis dulu apa yang disampaikan."),
    "far too much": ({"words": "a" * 10_001}, "paling banyak 10.000 huruf"),
    "no service": ({"service": ""}, "Pilih layanannya dulu."),
    "no number": ({"phone": "nol delapan", "consent": "yes"}, "Itu bukan nomor telepon"),
    "no consent": ({"phone": "081290000001"}, "Centang bahwa warga setuju"),
    "a link that is none": ({"came_by": "social", "link": "javascript:alert(1)"}, "diawali https://"),
    "a point that is none": ({"pin": "di sana"}, "Titik di peta ditulis"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_still_there(hall: CityHall, rina: FlaskClient, what: str) -> None:
    with_model(hall)
    fields, why = REFUSED[what]
    answer = save(rina, **{"name": "Ibu Sari", **fields})
    assert answer.status_code == 409
    assert why in said_on(answer)
    assert 'value="Ibu Sari"' in answer.text
    assert tickets(hall) == []


def test_a_photo_is_kept_without_its_secrets_and_seen_with_the_ticket(hall: CityHall, rina: FlaskClient) -> None:
    answer = save(rina, (jpeg(), "lubang.jpg"), (jpeg(form="PNG"), "lagi.png"))
    assert answer.status_code == 303
    [ticket] = tickets(hall)
    kept = files(hall)
    assert [(file.state, file.content_type) for file in kept] == [("kept", "image/jpeg"), ("kept", "image/png")]
    page = rina.get(f"/console/tickets/{ticket.number}")
    addresses = re.findall(r'<img src="([^"]*file[^"]*)"', page.text)
    assert len(addresses) == 2
    assert rina.get(addresses[0].replace("&amp;", "&")).content_type == "image/jpeg"


BAD_PHOTOS: dict[str, tuple[bytes, str]] = {
    "words": (b"this is no photo", "bukan foto"),
    "script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "bukan foto"),
    "half a photo": (jpeg((640, 480))[:900], "rusak"),
}


@pytest.mark.parametrize("what", BAD_PHOTOS)
def test_what_is_no_photo_is_refused_and_nothing_stays(hall: CityHall, rina: FlaskClient, what: str) -> None:
    content, why = BAD_PHOTOS[what]
    answer = save(rina, (content, "foto.jpg"), name="Ibu Sari")
    assert answer.status_code == 409
    assert why in said_on(answer)
    assert "Pilih lagi fotonya" in said_on(answer)
    assert 'value="Ibu Sari"' in answer.text
    assert (tickets(hall), files(hall)) == ([], [])


def test_twenty_megabytes_are_refused_with_the_way_back(hall: CityHall, rina: FlaskClient) -> None:
    form = "multipart/form-data; boundary=x"
    answer = rina.post(PATH, data=b"--x" + b"0" * 20_000_000, content_type=form)
    assert answer.status_code == 413
    assert "Kembali, lalu pilih foto yang lebih kecil" in said_on(answer)
    assert tickets(hall) == []


def test_four_photos_are_too_many(hall: CityHall, rina: FlaskClient) -> None:
    answer = save(rina, *[(jpeg(), f"{n}.jpg") for n in range(4)])
    assert "Paling banyak tiga foto" in said_on(answer)


def test_a_question_for_later_is_answered_to_its_number(hall: CityHall, rina: FlaskClient) -> None:
    answer = save(rina, kind="tanya", words="Kapan pasar buka?", phone="081290000001", way="sms", consent="yes")
    assert answer.location == "/console/intake?by=visit"
    assert "Pertanyaan tersimpan" in said_on(rina.get(answer.location))
    assert "Kapan pasar buka?" in said_on(rina.get("/console/questions"))


def test_a_sealed_matter_is_told_to_be_one_before_and_after(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    words = "Suami saya sering memukul saya"
    page = read(rina, words=words, kind="lapor", other="perempuan_anak", read_kind="lapor")
    assert "akan tersegel" in said_on(page)
    answer = save(rina, words=words, service="perempuan_anak", phone="081290000001", consent="yes")
    receipt = rina.get(answer.location)
    assert "Laporan tersegel" in said_on(receipt)
    assert "memukul" not in receipt.text
    [ticket] = tickets(hall)
    assert rina.get(f"/console/tickets/{ticket.number}").status_code == 403
    other = hall.coordinator("joko@jakarta.example")
    assert other.get(answer.location).status_code == 404

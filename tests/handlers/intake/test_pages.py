"""The desk's page: what is proposed, what is filed, what is refused, and that nothing is filed twice or lost."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from handlers.auth import create_user
from handlers.edge import KEY
from nlu.client import Guess, Understanding
from storage.models import AuditEntry
from tests.handlers.city_hall import PASSWORD, CityHall, csrf_of, said_on
from tests.handlers.intake.window import (
    PATH,
    WORDS,
    files,
    form,
    read,
    save,
    talk_of,
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


# -- without a number, and by social media -----------------------------------------------------------


def test_nobody_can_be_written_to_who_left_no_number(hall: CityHall, rina: FlaskClient) -> None:
    save(rina, came_by="telephone")
    [ticket] = tickets(hall)
    page = rina.get(f"/console/tickets/{ticket.number}")
    assert "tidak meninggalkan nomor" in said_on(page)
    assert "/take" not in page.text
    talk = talk_of(hall, ticket)
    refused = rina.post(f"/console/conversations/{talk.id}/take", data={"csrf_token": csrf_of(page)})
    assert refused.status_code == 409
    assert hall.to_citizen(ticket.number) == []


@pytest.mark.parametrize(("channel", "shown"), [("telephone", True), ("whatsapp", False), ("desk", False)])
def test_lists_are_narrowed_by_how_it_came(hall: CityHall, rina: FlaskClient, channel: str, shown: bool) -> None:
    save(rina, came_by="telephone", phone="081290000001", consent="yes")
    [ticket] = tickets(hall)
    page = rina.get(f"/console/queue/all?channel={channel}")
    assert (ticket.number in page.text) is shown
    table = rina.get("/console/queue/all.csv").text if shown else "Telepon"
    assert "Telepon" in table


def social(browser: FlaskClient, **fields: str) -> str:
    answer = save(browser, came_by="social", link="https://social.example/warga/1?a=1&b=2", **fields)
    return answer.location.split("/")[3]


def test_a_post_is_checked_and_passed_on_with_one_button(hall: CityHall, rina: FlaskClient) -> None:
    number = social(rina)
    page = rina.get(f"/console/tickets/{number}")
    link = '<a href="https://social.example/warga/1?a=1&amp;b=2" rel="noopener noreferrer" target="_blank">'
    assert link in page.text
    assert "Benar, teruskan ke Dinas Bina Marga" in said_on(page)
    assert number in rina.get("/console/queue/sent_back").text
    sent = {"csrf_token": csrf_of(page), "agency": "bina_marga", "from": "ticket"}
    assert rina.post(f"/console/tickets/{number}/pass-on", data=sent).status_code == 303
    ticket = hall.find(number)
    assert (ticket.status, ticket.agency) == ("waiting", "bina_marga")
    assert "Benar, teruskan" not in rina.get(f"/console/tickets/{number}").text


def test_a_post_that_is_not_so_is_closed_with_a_reason(hall: CityHall, rina: FlaskClient) -> None:
    number = social(rina)
    page = rina.get(f"/console/tickets/{number}")
    form = {"csrf_token": csrf_of(page), "note": ""}
    assert rina.post(f"/console/intake/{number}/not-so", data=form).status_code == 409
    form["note"] = "Foto tahun lalu"
    for _ in range(2):  # sent twice
        assert rina.post(f"/console/intake/{number}/not-so", data=form).status_code == 303
    assert hall.find(number).status == "rejected"
    assert hall.kinds(number).count("reject") == 1


def test_where_a_form_was_sent_to_the_ticket_is(hall: CityHall, rina: FlaskClient) -> None:
    number = social(rina)
    assert rina.get(f"/console/intake/{number}/not-so").location == f"/console/tickets/{number}"


@pytest.mark.parametrize(
    ("live", "ways"), [({}, ["whatsapp", "sms"]), ({"gateway_url": "https://g.example/"}, ["sms"])]
)
def test_only_ways_that_there_are_are_offered(
    hall: CityHall, rina: FlaskClient, live: dict[str, str], ways: list[str]
) -> None:
    here = hall.app.extensions[KEY]
    hall.app.extensions[KEY] = replace(here, settings=here.settings.model_copy(update=live))
    assert re.findall(r'name="way" value="(\w+)"', rina.get(PATH).text) == ways


def test_two_officers_decide_about_one_post_and_the_second_is_told(hall: CityHall, rina: FlaskClient) -> None:
    number = social(rina)
    joko = hall.coordinator("joko@jakarta.example")
    page = joko.get(f"/console/tickets/{number}")
    token = csrf_of(rina.get(f"/console/tickets/{number}"))
    sent = {"csrf_token": token, "agency": "bina_marga", "from": "ticket"}
    rina.post(f"/console/tickets/{number}/pass-on", data=sent)
    decided = {"csrf_token": csrf_of(page), "note": "Tidak benar"}
    late = joko.post(f"/console/intake/{number}/not-so", data=decided)
    assert late.status_code == 409
    assert "sudah diputuskan" in said_on(late)
    assert "Tidak benar" in late.text
    assert hall.find(number).status == "waiting"


def test_leadership_and_agencies_take_nothing_down(hall: CityHall, rina: FlaskClient) -> None:
    assert rina.get(PATH).status_code == 200
    others = (("sekda@x.example", "leadership", None), ("bm@x.example", "agency_officer", "bina_marga"))
    for email, role, agency in others:
        with hall.database.begin() as session:
            create_user(session, email, PASSWORD, role, hall.now, agency)
        browser = hall.browser()
        log_in = {"email": email, "password": PASSWORD, "csrf_token": csrf_of(browser.get("/login"))}
        assert browser.post("/login", data=log_in).status_code == 302
        assert browser.get(PATH).status_code == 403


def test_words_with_a_number_are_masked_for_the_model_and_the_list(hall: CityHall, rina: FlaskClient) -> None:
    with_model(hall)
    save(rina, words=f"{WORDS}, telepon saya 0812-3456-7890")
    [ticket] = tickets(hall)
    assert ticket.masked_story == f"{WORDS}, telepon saya [telepon]"

"""Ready sentences in the console: writing, changing, retiring, previews; and the directory of agencies."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.city.agency import Agency
from bot.city.evidence_policy import ServiceEvidence
from bot.standing import canned
from handlers.console.agencies.directory_rows import directory
from storage.models import CannedReply
from storage.queries import canned as queries
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in

PAGE = "/console/canned"
TEXT = "Halo, laporan {number} ada di {agency}."


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


def send(browser: FlaskClient, form: str = "", **fields: str) -> TestResponse:
    return browser.post(PAGE + form, data={"csrf_token": csrf_of(browser.get(PAGE)), **fields})


def kept(hall: CityHall) -> list[CannedReply]:
    with hall.database.read() as session:
        return list(queries.current(session))


def test_a_sentence_is_kept_once_and_shown_filled_in(hall: CityHall, rina: FlaskClient) -> None:
    for _ in range(2):
        assert send(rina, title="Sampai", text=TEXT).location == PAGE
    words = said_on(rina.get(PAGE))
    assert "sudah tercatat" in words
    assert "Halo, laporan JK-7Q2M9X-4 ada di Dinas Bina Marga. 1 SMS" in words
    assert [row.text for row in kept(hall)] == [TEXT]


def test_what_is_refused_names_what_is_known_and_loses_nothing(hall: CityHall, rina: FlaskClient) -> None:
    answer = send(rina, title='<i>"Judul"', text="Halo {nama} {number}")
    assert answer.status_code == 409
    words = said_on(answer)
    assert "{nama} tidak dikenal; yang bisa dipakai: {number}, {service}, {agency}" in words
    assert "Tidak dikenal: nama" in words
    assert "Halo {nama} {number}</textarea>" in answer.text
    assert "&lt;i&gt;&#34;Judul&#34;" in answer.text
    assert not kept(hall)


def test_changing_and_retiring(hall: CityHall, rina: FlaskClient) -> None:
    send(rina, title="Sampai", text=TEXT)
    (row,) = kept(hall)
    seen = row.updated_at.isoformat()
    hall.wait(minutes=1)
    send(rina, f"/{row.id}", title="Sampai", text="Baru.", seen=seen)
    late = send(rina, f"/{row.id}", title="Sampai", text="Dari rekan.", seen=seen)
    assert late.status_code == 409
    assert "Rekan Anda baru saja mengubah" in said_on(late)
    assert "Dari rekan.</textarea>" in late.text
    assert [reply.text for reply in kept(hall)] == ["Baru."]
    for _ in range(2):
        assert send(rina, f"/{row.id}/retire").location == PAGE
    assert "sudah tercatat" in said_on(rina.get(PAGE))
    assert not kept(hall)


@pytest.mark.parametrize("form", ["/999", "/999/retire"])
def test_one_that_is_not_there(rina: FlaskClient, form: str) -> None:
    assert send(rina, form, title="x", text="y").status_code == 404


def test_an_empty_list_offers_the_city_s_samples(hall: CityHall, rina: FlaskClient) -> None:
    assert "Mulai dengan kalimat contoh" in said_on(rina.get(PAGE))
    for _ in range(2):
        send(rina, "/samples")
    assert len(kept(hall)) == len(canned.samples(hall.rulebook.texts))
    assert "Mulai dengan kalimat contoh" not in said_on(rina.get(PAGE))


def test_the_preview_shows_what_is_being_typed(hall: CityHall, rina: FlaskClient) -> None:
    shown = send(rina, "/preview", text="{number} {nope} <b>" + "x" * 300)
    words = said_on(shown)
    assert "JK-7Q2M9X-4 {nope} &lt;b&gt;" in shown.text
    assert "3 SMS" in words
    assert "Tidak dikenal: nope" in words
    assert "Belum ada tulisan" in said_on(send(rina, "/preview", text=" "))
    assert not kept(hall)


def test_the_leadership_reads_and_changes_nothing(hall: CityHall, rina: FlaskClient) -> None:
    send(rina, title="Sampai", text=TEXT)
    chief = log_in(hall, "leadership")
    page = chief.get(PAGE)
    assert "Sampai" in page.text
    assert 'name="text"' not in page.text
    for form in ("", "/1", "/1/retire", "/samples", "/preview"):
        assert chief.post(PAGE + form, data={"csrf_token": csrf_of(page)}).status_code == 403


def test_the_directory_says_who_answers_for_what(hall: CityHall, rina: FlaskClient) -> None:
    words = said_on(rina.get("/console/directory"))
    for expected in (
        "Seperti tertulis di config.yml",
        "check-config",
        "Dinas Bina Marga",
        "Menerima laporan lewat: E-mail",
        "juga disebut inspektur, itko",
        "Unit: Piket malam",
        "Jalan rusak jalan_rusak Perlu lokasi",
        "Diterima dalam 1 hari, dijawab 1 hari, selesai 2 hari",
        "selesai 14 hari kerja",
        "Darurat 113",
        "Pungutan liar dan korupsi pungli Tersegel Tentang petugas",
        "Warga diberi tahu lebih lama",
        "Kalau terlihat, berapa nomor di tiangnya?",
        "alamat masih contoh",
    ):
        assert expected in words, expected


def test_the_directory_shows_no_address(hall: CityHall, rina: FlaskClient) -> None:
    main = rina.get("/console/directory").text.partition("<main")[2]
    assert "jakarta.example" not in main


@pytest.mark.parametrize(
    ("text", "agencies", "services"),
    [
        ("itko", ["Inspektorat"], ["Sikap dan pelayanan petugas", "Pungutan liar dan korupsi"]),
        ("LAMPU_JAL", ["Dinas Bina Marga"], ["Penerangan jalan umum"]),
        ("piket malam", ["Dinas Lingkungan Hidup"], ["Sampah", "Pencemaran"]),
        ("<script>", [], []),
    ],
)
def test_the_directory_is_searched(
    hall: CityHall, rina: FlaskClient, text: str, agencies: list[str], services: list[str]
) -> None:
    rows = directory(hall.rulebook.city, text)
    assert [row.name for row in rows] == agencies
    assert [service.name for row in rows for service in row.services] == services
    page = rina.get("/console/directory", query_string={"text": text})
    assert f"{len(agencies)} instansi, {len(services)} layanan" in said_on(page)
    assert "<script>" not in page.text.partition("<main")[2]


def test_what_is_missing_is_marked(hall: CityHall) -> None:
    city = hall.rulebook.city
    agency = Agency(
        name="Dinas Baru", email="baru@kota.go.id", by="webhook", webhook="https://x.kota.go.id/a?key=rahasia"
    )
    road = city.services["jalan_rusak"].model_copy(update={"evidence": ServiceEvidence(photo_required=True)})
    other = city.model_copy(update={"agencies": {**city.agencies, "baru": agency},
                                    "services": {**city.services, "jalan_rusak": road}})  # fmt: skip
    (row,) = directory(other, "dinas baru")
    assert row.set == ("e-mail", "alamat webhook")
    assert row.way == "Webhook, bila gagal e-mail"
    assert [gap.partition(":")[0] for gap in row.missing] == ["Tanpa e-mail pimpinan", "Tanpa layanan"]
    assert "rahasia" not in str(row)
    assert directory(other, "jalan rusak")[0].services[0].marks == ("Perlu lokasi", "Wajib foto hasil")

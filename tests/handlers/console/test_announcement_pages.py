"""The console's pages about announcements: the form, the preview, one start, progress, the stop button."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.announcements import announcements
from storage.models import Announcement, Conversation, OutboundMessage
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.sealed_cases import log_in

TEXT = "Air di RW 03 dimatikan Kamis 08.00-16.00 untuk perbaikan pipa."
LIST = "/console/announcements"
TEBET = "Kota Administrasi Jakarta Selatan/Tebet"
MANGGARAI = f"{TEBET}/Manggarai"


@pytest.fixture
def hall(any_hall: CityHall) -> CityHall:
    """Once on each database."""
    return any_hall


def reported(hall: CityHall, count: int = 1, kelurahan: str | None = "Manggarai", **more: object) -> list[str]:
    """People with open reports; their numbers."""
    return [hall.ticket("banjir", **{"service": "banjir", "kelurahan": kelurahan, **more}) for _ in range(count)]


def write(rina: FlaskClient, note: str = TEXT, **fields: object) -> TestResponse:
    page = rina.get(f"{LIST}/new")
    return rina.post(LIST, data={"csrf_token": csrf_of(page), "note": note, "service": "banjir", **fields})


def press(rina: FlaskClient, action: str, announcement: int = 1, **fields: str) -> TestResponse:
    page = rina.get(f"{LIST}/new")
    usual = {"sure": "yes", "seen": "2"} if action == "start" else {}
    form = {"csrf_token": csrf_of(page), **usual, **fields}
    return rina.post(f"{LIST}/{announcement}/{action}", data=form)


def tick(hall: CityHall) -> int:
    return announcements.run_due(hall.database, hall.rulebook, hall.now)


def becomes(hall: CityHall, *states: str) -> None:
    """What the provider makes of the messages, oldest first."""
    with hall.database.begin() as session:
        rows = session.query(OutboundMessage).order_by(OutboundMessage.id)
        for row, state in zip(rows, states, strict=False):
            row.state = state


def test_from_the_form_to_the_report(hall: CityHall, rina: FlaskClient) -> None:
    reported(hall, 2)
    reported(hall, kelurahan="Rawajati")
    assert LIST in rina.get("/console/").text
    assert "Belum ada pengumuman" in said_on(rina.get(LIST))
    form = said_on(rina.get(f"{LIST}/new"))
    assert "Kecamatan Tebet 2" in form
    assert "Perlindungan perempuan" not in form  # sealed services are not on the list

    kept = write(rina, area=[MANGGARAI])
    assert kept.location == f"{LIST}/1"
    preview = said_on(rina.get(f"{LIST}/1"))
    assert "Banjir dan genangan di Manggarai" in preview
    assert "2 warga akan menerimanya" in preview
    assert "Perkiraan biaya Rp170" in preview
    assert "Kurang dari satu menit" in preview
    assert f"Pengumuman untuk Anda yang melapor: {TEXT}" in preview
    assert hall.get(Announcement, 1).state == "draft"
    assert tick(hall) == 0

    assert press(rina, "start").location == f"{LIST}/1"
    assert tick(hall) == 2
    becomes(hall, "read")
    assert "2 warga Sedang dikirim" in said_on(rina.get(LIST))
    running = rina.get(f"{LIST}/1")
    assert running.headers["Refresh"] == "5"
    assert "1 dari 2 warga" in said_on(running)
    assert "Dikirim rina@jakarta.example, 23 Nov 2026, 09.00" in said_on(running)

    assert press(rina, "stop").location == f"{LIST}/1"
    report = rina.get(f"{LIST}/1")
    assert "Refresh" not in report.headers
    assert "Dihentikan rina@jakarta.example, 23 Nov 2026, 09.00" in said_on(report)
    assert "Dibaca 1 Gagal 0 Belum pasti terkirim 0 Dibatalkan 1" in said_on(report)
    assert "Dihentikan" in said_on(rina.get(LIST))


def test_a_kecamatan_stands_for_its_kelurahan(hall: CityHall, rina: FlaskClient) -> None:
    reported(hall)
    reported(hall, kelurahan="Bukit Duri")
    reported(hall, kelurahan="Rawajati")
    reported(hall, kelurahan=None)
    write(rina, area=[TEBET, MANGGARAI])
    preview = said_on(rina.get(f"{LIST}/1"))
    assert "Banjir dan genangan di Kecamatan Tebet" in preview
    assert "2 warga akan menerimanya" in preview
    assert "1 laporan terbuka tidak diketahui kelurahannya" in preview


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"note": "  "}, "Tulis dulu isi pengumumannya"),
        ({"service": ""}, "Pilih layanan, wilayah, atau keduanya"),
        ({"service": "naga"}, "Layanan itu tidak ada"),
        ({"area": ["Atlantis"]}, "Wilayah itu tidak ada di daftar"),
        ({"service": "pohon"}, "Tidak ada warga yang bisa dikirimi"),
        ({"note": "air " * 130}, "SMS per warga, paling panjang 3"),
    ],
)
def test_what_cannot_be_sent_is_told_beside_the_form(
    hall: CityHall, rina: FlaskClient, fields: dict[str, object], sentence: str
) -> None:
    reported(hall)
    answer = write(rina, **{"note": "Tulisan saya", **fields})
    assert answer.status_code == 409
    assert sentence in said_on(answer)
    assert str(fields.get("note", "Tulisan saya")).strip() in answer.text
    assert "Belum ada pengumuman" in said_on(rina.get(LIST))


def test_choices_stay_when_the_form_is_refused(hall: CityHall, rina: FlaskClient) -> None:
    reported(hall)
    answer = write(rina, "", area=[MANGGARAI])
    assert f'value="{MANGGARAI}" checked' in answer.text
    assert '<option value="banjir" selected' in answer.text


def test_a_double_click_starts_once(hall: CityHall, rina: FlaskClient) -> None:
    reported(hall)
    write(rina)
    for _ in range(2):
        assert press(rina, "start").status_code == 303
    assert "tidak ada yang terkirim dua kali" in said_on(rina.get(f"{LIST}/1"))
    assert tick(hall) == 1
    assert press(rina, "start").status_code == 303
    assert tick(hall) == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sure": ""}, "Centang dulu bahwa Anda yakin"),
        ({"seen": ""}, "Lihat dulu pratinjaunya"),
        ({"seen": "many"}, "Lihat dulu pratinjaunya"),
        ({"seen": "0"}, "Sekarang 12 warga, tadi 0"),
    ],
)
def test_nothing_starts_by_accident(
    hall: CityHall, rina: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    reported(hall, 12)
    write(rina)
    answer = press(rina, "start", **fields)
    assert answer.status_code == 409
    assert sentence in said_on(answer)
    assert "12 warga akan menerimanya" in said_on(answer)
    assert hall.get(Announcement, 1).state == "draft"


def test_what_is_finished_cannot_be_stopped(hall: CityHall, rina: FlaskClient) -> None:
    reported(hall)
    write(rina)
    press(rina, "start")
    tick(hall)
    becomes(hall, "delivered")
    answer = press(rina, "stop")
    assert answer.status_code == 409
    assert "tidak ada lagi yang bisa dihentikan" in said_on(answer)
    assert "Hentikan" not in said_on(rina.get(f"{LIST}/1"))
    assert "Selesai" in said_on(rina.get(f"{LIST}/1"))


def test_a_draft_is_changed_or_thrown_away(hall: CityHall, rina: FlaskClient) -> None:
    reported(hall)
    write(rina, area=[MANGGARAI])
    form = rina.get(f"{LIST}/new?from=1")
    assert TEXT in form.text
    assert f'value="{MANGGARAI}" checked' in form.text
    assert write(rina, "Versi kedua", instead_of="1").location == f"{LIST}/2"
    assert "Dibuang rina@jakarta.example" in said_on(rina.get(f"{LIST}/1"))
    press(rina, "stop", 2)
    assert "Pengumuman dibuang" in said_on(rina.get(LIST))
    assert "sudah dibuang" in said_on(press(rina, "start", 2))


def test_at_night_it_waits_and_says_so(hall: CityHall, rina: FlaskClient) -> None:
    hall.times.append(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
    reported(hall)
    write(rina)
    assert "Jam tenang: mulai 24 Nov 2026, 07.00" in said_on(rina.get(f"{LIST}/1"))
    press(rina, "start")
    assert tick(hall) == 0
    assert "Jam tenang: dilanjutkan 24 Nov 2026, 07.00" in said_on(rina.get(f"{LIST}/1"))


def test_everybody_outside_the_window_is_told(hall: CityHall, rina: FlaskClient) -> None:
    reported(hall)
    with hall.database.begin() as session:
        session.get_one(Conversation, 1).last_inbound_at = datetime(2026, 11, 20, tzinfo=UTC)
    write(rina)
    preview = said_on(rina.get(f"{LIST}/1"))
    assert "WhatsApp di luar 24 jam 1 1 lewat SMS, karena templatenya belum ada" in preview
    assert "pengganti WhatsApp" in preview


@pytest.mark.parametrize("role", ["sealed_officer", "agency_officer", "administrator"])
def test_only_coordinators_and_administrators_come_in(hall: CityHall, role: str) -> None:
    reported(hall)
    rina = hall.coordinator()
    write(rina)
    other = log_in(hall, role, "bina_marga" if role == "agency_officer" else None)
    code = {"sealed_officer": 403, "agency_officer": 403, "administrator": 200}[role]
    for path in (LIST, f"{LIST}/new", f"{LIST}/1"):
        assert other.get(path).status_code == code, path
    if role == "sealed_officer":
        hall.app.config["WTF_CSRF_ENABLED"] = False
        for path in (LIST, f"{LIST}/1/start", f"{LIST}/1/stop"):
            assert other.post(path, data={"sure": "yes", "seen": "2"}).status_code == 403, path
        assert hall.get(Announcement, 1).state == "draft"
        assert LIST not in other.get("/console/").text


@pytest.mark.parametrize("path", ["999", "0", "9223372036854775807"])
def test_an_unknown_one_is_not_found(rina: FlaskClient, path: str) -> None:
    assert rina.get(f"{LIST}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["start", "stop"])
def test_where_forms_are_sent_to_leads_back(hall: CityHall, rina: FlaskClient, path: str) -> None:
    assert rina.get(f"{LIST}/1/{path}").location == f"{LIST}/1"
    assert press(rina, path, 999).status_code == 404


@pytest.mark.parametrize("before", ["", "x", "999", "-1", "9" * 30])
def test_a_form_after_nothing_is_empty(rina: FlaskClient, before: str) -> None:
    assert rina.get(f"{LIST}/new?from={before}").status_code == 200


def test_a_text_is_shown_as_text(hall: CityHall, rina: FlaskClient) -> None:
    reported(hall)
    write(rina, "<script>alert(1)</script> & {{ 7*7 }}")
    page = rina.get(f"{LIST}/1")
    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script> & {{ 7*7 }}" in said_on_escaped(page)


def said_on_escaped(page: TestResponse) -> str:
    return page.text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")

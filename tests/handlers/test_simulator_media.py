"""Photos, voice notes and costs of the simulator's telephones, and why a ticket went where it went."""

import pytest
from sqlalchemy import func, select

from handlers.simulator import files
from storage.database import Database
from storage.models import SimulatedFile
from tests.handlers.simulator_fixtures import POTHOLE, SCRIPT, UNCLEAR, Simulator, meaning
from tests.support.clock import MoveableClock, at

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
WEBP = b"RIFF\x64\x00\x00\x00WEBP" + bytes(100)
RUBBISH = "tumpukan sampah di depan pasar"


@pytest.fixture
def simulator(database: Database, clock: MoveableClock) -> Simulator:
    return Simulator(database, clock, movable=True)


@pytest.fixture
def quick(sqlite_database: Database, clock: MoveableClock) -> Simulator:
    """On one database only, where its kind makes no difference."""
    return Simulator(sqlite_database, clock, movable=True)


@pytest.mark.parametrize(
    ("content", "content_type"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp")]
)
def test_a_photo_enters_and_can_be_seen(quick: Simulator, content: bytes, content_type: str) -> None:
    assert quick.send_file(content, "kucing.exe").status_code == 201
    [message] = quick.stored()
    [media] = message.content["media"]
    assert media["content_type"] == content_type
    assert media["url"].startswith("simulator:")
    [shown] = quick.state()["messages"][0]["media"]
    with quick.browser.get(shown["url"]) as photo:
        assert (photo.data, photo.mimetype) == (content, content_type)
        assert photo.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg onload='alert(1)'>", b"RIFF\x64\x00\x00\x00WAVE", JPEG + bytes(files.LARGEST)],
)
def test_what_is_no_small_photo_is_refused_with_a_sentence(quick: Simulator, content: bytes) -> None:
    answer = quick.send_file(content)
    assert answer.status_code == 400
    assert answer.get_json()["error"].endswith(".")
    assert quick.stored() == []


def test_what_is_far_too_large_is_refused_before_it_is_read(quick: Simulator) -> None:
    answer = quick.send_file(JPEG + bytes(9 * 1024 * 1024))
    assert answer.status_code == 413


def test_only_the_newest_photos_are_kept(simulator: Simulator) -> None:
    for _ in range(files.KEPT + 3):
        simulator.clock.move(seconds=1)
        simulator.send_file(PNG)
    with simulator.database.read() as session:
        assert session.scalars(select(func.count()).select_from(SimulatedFile)).one() == files.KEPT
    media = [message["media"][0] for message in simulator.state()["messages"]]
    assert [item["url"] is None for item in media] == [True] * 3 + [False] * files.KEPT


@pytest.mark.parametrize("path", ["/simulator/files/nothing", "/simulator/files/..%2f..%2fetc"])
def test_a_photo_that_is_not_there(quick: Simulator, path: str) -> None:
    assert quick.browser.get(path).status_code == 404


def test_a_photo_is_for_this_machine_only(quick: Simulator) -> None:
    quick.send_file(PNG)
    url = quick.state()["messages"][0]["media"][0]["url"]
    assert quick.browser.get(url, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 404


def test_a_voice_note_enters_as_one(quick: Simulator) -> None:
    quick.send(voice="contoh")
    quick.clock.move(minutes=1)
    quick.work()
    [message] = quick.stored()
    assert message.content["media"] == [{"url": "simulator:voice", "content_type": "audio/ogg"}]
    state = quick.state()
    [voice] = state["messages"][0]["media"]
    assert (voice["kind"], state["happened"]["message"]["text"]) == ("voice", "Pesan suara")
    with quick.browser.get(voice["url"]) as sound:
        assert sound.data.startswith(b"OggS")


def test_whatsapp_costs_by_message_and_sms_by_segment(quick: Simulator) -> None:
    quick.send(UNCLEAR)
    quick.send(UNCLEAR, look="sms")
    quick.work()
    whatsapp, sms = (quick.state(look=look)["bill"] for look in ("whatsapp", "sms"))
    assert [(line["label"], line["count"]) for line in whatsapp["lines"]] == [("Dari warga", 1), ("Balasan", 1)]
    assert (whatsapp["currency"], whatsapp["total"]) == ("IDR", 170.0)
    reply = sms["lines"][1]
    assert (reply["segments"], reply["amount"]) == (1, 350.0), "its own words are shorter"


def test_what_is_sent_after_a_day_needs_a_template(quick: Simulator) -> None:
    quick.send(POTHOLE)
    quick.send(POTHOLE, look="sms")
    quick.work()
    quick.travel(days=5)
    lines = quick.state()["bill"]["lines"]
    assert (lines[-1]["label"], lines[-1]["count"], lines[-1]["amount"]) == ("Di luar 24 jam (template)", 1, 410.0)
    assert len(quick.state(look="sms")["bill"]["lines"]) == 2, "an SMS has no window"


def test_it_says_which_rule_matched(quick: Simulator) -> None:
    quick.nlu.script = {**SCRIPT, RUBBISH: meaning("lapor", ("sampah", 0.97), place="depan pasar")}
    quick.clock.at = at("2026-11-24T20:30+07:00")
    quick.send(RUBBISH)
    quick.send(POTHOLE, citizen="b")
    quick.work()
    [by_rule], [own] = (quick.state(citizen)["happened"]["tickets"] for citizen in ("a", "b"))
    assert by_rule["routing"] == (
        "Aturan 5 di config.yml: layanan Sampah, pukul 20.00-05.00 ke Dinas Lingkungan Hidup (piket malam)."
    )
    assert own["routing"] == "Tanpa aturan khusus: instansi layanan ini."


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        (POTHOLE, "Yakin: dijalankan sendiri"),
        (UNCLEAR, "Ragu: bertanya dulu"),
        ("ada kebakaran di gang sebelah", "Darurat: didahulukan dari segalanya"),
    ],
)
def test_it_says_what_the_model_would_do(quick: Simulator, text: str, decision: str) -> None:
    quick.nlu.script = {**SCRIPT, "ada kebakaran di gang sebelah": meaning("darurat", ("kebakaran", 0.9))}
    quick.send(text)
    quick.work()
    assert quick.state()["happened"]["decision"] == decision

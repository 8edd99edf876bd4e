"""The plain rules that work without a language model."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rulebook import Rulebook
from bot.words import EMERGENCY_LANE, NORMAL_LANE, Command, Words


@pytest.fixture
def words(rulebook: Rulebook) -> Words:
    return rulebook.words


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("BERHENTI", Command.STOP),
        ("stop", Command.STOP),
        ("Stop.", Command.STOP),
        ("tolong stop ya pak", Command.STOP),
        ("berhenti!!!", Command.STOP),
        ("Unsubscribe", Command.STOP),
        ("MULAI", Command.START),
        ("start", Command.START),
        ("hapus data saya", Command.ERASE),
        ("Mohon hapus data saya, terima kasih", Command.ERASE),
        ("DATA SAYA", Command.MY_DATA),
        ("data saya dong min", Command.MY_DATA),
    ],
)
def test_a_command_is_known_with_all_its_politeness(words: Words, text: str, command: Command) -> None:
    assert words.command(text) is command


@pytest.mark.parametrize(
    "text",
    ["", " ", "???", "pak", "ya", "tolong", "angkot berhenti sembarangan", "stop pungli", "bus tidak mulai jalan",
     "data saya salah di KK", "kapan mulai pendaftaran ppdb", "hapus coretan di tembok", "🙏🙏"],
)  # fmt: skip
def test_a_word_within_a_report_is_no_command(words: Words, text: str) -> None:
    assert words.command(text) is None


@pytest.mark.parametrize(
    "text",
    ["ya", "Y", "iya pak", "IYA", "betul", "sudah", "udah", "sdh beres pak, makasih", "ok", "Oke sip", "boleh",
     "sudah beres", "alhamdulillah sudah", "nggih", "ya.", "✅ sudah"],
)  # fmt: skip
def test_a_yes(words: Words, text: str) -> None:
    assert words.yes_or_no(text) is True


@pytest.mark.parametrize(
    "text",
    ["tidak", "gak", "ga", "nggak", "belum", "blm pak", "BELUM", "belom beres", "bukan", "masih bolong", "jangan",
     "sudah tapi masih bocor", "sudah dikerjakan tapi belum rata", "iya tapi masih gelap", "dereng", "durung",
     "kata siapa sudah, belum tuh", "udah sih cuma lampunya masih mati"],
)  # fmt: skip
def test_a_no_even_among_yeses(words: Words, text: str) -> None:
    assert words.yes_or_no(text) is False


@pytest.mark.parametrize(
    "text",
    ["udah gak bocor lagi", "sudah tidak banjir lagi",
     "", "?", "🙏", "kapan dikerjakan", "jalan rusak di tebet", "112",
     "sudah tiga minggu lampu di gang kami mati dan warga takut lewat kalau malam hari"],
)  # fmt: skip
def test_neither_yes_nor_no(words: Words, text: str) -> None:
    assert words.yes_or_no(text) is None


@pytest.mark.parametrize("text", ["tidak tahu", "gak tau pak", "gatau", "lupa", "kurang tau", "lewati", "SKIP"])
def test_somebody_who_cannot_tell(words: Words, text: str) -> None:
    assert words.does_not_know(text)


@pytest.mark.parametrize(
    "text", ["", "jalan kebon kacang", "petugas tidak tahu apa apa soal aturan dan malah marah marah ke warga"]
)
def test_somebody_who_can_tell(words: Words, text: str) -> None:
    assert not words.does_not_know(text)


@pytest.mark.parametrize(
    "text",
    [
        "KEBAKARAN DI PASAR SENEN!!!",
        "ada kebakaran di gang mawar tolong",
        "tolong rumah tetangga kebakaran",
        "kebakaran!",
        "ada kebakaran di Jl. Kenanga nomor 5",
        "kebakaran besar di belakang terminal",
        "api makin membesar di gudang belakang",
        "asap tebal dari lantai 3",
        "anak saya tenggelam di kali ciliwung",
        "orang kesetrum tiang listrik banjir",
        "ada orang bawa celurit di depan minimarket",
        "suami saya pingsan tolong",
        "kecelakaan di jalan sudirman korban luka parah",
        "ibu saya sesak napas",
        "butuh ambulans segera",
        "tabung gas bocor mau meledak",
        "tembok roboh ada anak tertimbun",
        "istri saya mau melahirkan",
        "tawuran pelajar di manggarai",
        "ada yang mau bunuh diri loncat dari jpo",
    ],
)
def test_life_in_danger_acts_alone_and_overtakes(words: Words, text: str) -> None:
    assert words.is_emergency(text)
    assert words.lane(text) == EMERGENCY_LANE


@pytest.mark.parametrize(
    "text",
    [
        "kemarin ada kebakaran di pasar, kapan dibersihkan",
        "sering tawuran di sini tolong ditertibkan",
        "kalau ada kebakaran harus telepon ke mana",
        "nomor pemadam kebakaran berapa ya",
        "terima kasih damkar kebakaran sudah padam",
        "takut pohonnya roboh ke orang",
        "usul simulasi kebakaran di sekolah",
        "hidran kebakaran kering",
        "lampu jalan mati gelap rawan begal",
        "jalan berlubang pernah ada yang kecelakaan luka",
    ],
)
def test_what_only_speaks_of_danger_does_not_act_alone(words: Words, text: str) -> None:
    assert not words.is_emergency(text)


@pytest.mark.parametrize(
    "text",
    ["", "halo", "jalan berlubang di tebet", "sampah menumpuk dan dibakar warga", "apinya kompor kecil di warteg",
     "ktp hilang", "banjir semata kaki di gang", "apartemen saya airnya mati", "rapi sekali tamannya",
     "taman api-api", "harga cabai mahal"],
)  # fmt: skip
def test_everyday_matters_wait_their_turn(words: Words, text: str) -> None:
    assert not words.is_emergency(text)
    assert words.lane(text) == NORMAL_LANE


def test_doubtful_signs_overtake_without_acting_alone(words: Words) -> None:
    text = "rawan kebakaran, kabel di rumah kebakar kemarin"
    assert not words.is_emergency(text)
    assert words.lane(text) == EMERGENCY_LANE


@given(text=st.text(max_size=300))
def test_nothing_that_somebody_writes_raises(rulebook: Rulebook, text: str) -> None:
    words = rulebook.words
    words.command(text)
    words.yes_or_no(text)
    words.does_not_know(text)
    assert words.lane(text) == EMERGENCY_LANE or not words.is_emergency(text)


@pytest.mark.parametrize("piece", ["a", "ada ", "rumah a ", "kecelakaan ", "api ", "darah. ", "longsor a ", "\n"])
def test_a_long_text_takes_no_long_time(words: Words, piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    start = time.perf_counter()
    words.lane(text)
    words.is_emergency(text)
    words.command(text)
    assert time.perf_counter() - start < 0.8

"""Where a message says that the matter is."""

import random
import sys

import pytest

from components.gazetteer import read_areas
from components.places import PlaceRules

RULES = PlaceRules(read_areas())
BARAT = "Kota Administrasi Jakarta Barat"
TIMUR = "Kota Administrasi Jakarta Timur"
SELATAN = "Kota Administrasi Jakarta Selatan"
PUSAT = "Kota Administrasi Jakarta Pusat"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("lubang besar di jl kemanggisan utama depan alfamart", "jl kemanggisan utama depan alfamart"),
        ("Jl. Tanah Merdeka gang H. Kuncung RT 11/05 becek", "Jl. Tanah Merdeka gang H. Kuncung RT 11/05"),
        ("lampu mati rt 05 rw 03 kelurahan Pejaten Timur", "rt 05 rw 03 kelurahan Pejaten Timur"),
        ("sampah numpuk di belakang SDN 03", "belakang SDN 03"),
        ("got mampet di gg mawar rt 3 rw 5 kel. Jati", "gg mawar rt 3 rw 5 kel. Jati"),
        ("macet parah perempatan Coca Cola Cempaka Putih", "perempatan Coca Cola Cempaka Putih"),
        ("banjir lagi di kebon jeruk", "kebon jeruk"),
        ("rumah saya di Ciganjur gelap", "Ciganjur"),
        ("pju padam di kolong flyover", "kolong flyover"),
    ],
)
def test_the_place_as_written(text: str, place: str) -> None:
    found = RULES.find(text)
    assert found is not None
    assert found["text"] == place
    assert text[found["start"] : found["end"]] == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "selamat pagi",
        "jalan rusak parah tolong diperbaiki",
        "kapan kjp cair bulan ini?",
        "sudah setengah tahun belum jadi, data baru tidak masuk",
        "harga beras naik terus pak gubernur",
        "air baru nyala tengah malam",
    ],
)
def test_nothing_where_nothing_is_named(text: str) -> None:
    assert RULES.find(text) is None


@pytest.mark.parametrize(
    ("text", "kelurahan", "kecamatan", "city"),
    [
        ("di kelurahan Pejaten Timur", "Pejaten Timur", "Pasar Minggu", SELATAN),
        ("di kemangisan banjir", "Kemanggisan", "Pal Merah", BARAT),
        ("daerah Cenkareng Barat", "Cengkareng Barat", "Cengkareng", BARAT),
        ("di pulogadung", "Pulo Gadung", "Pulogadung", TIMUR),
        ("di pal merah", "Palmerah", "Pal Merah", BARAT),
        ("kecamatan Menteng", None, "Menteng", PUSAT),
        ("di Menteng", "Menteng", "Menteng", PUSAT),
        ("di Cikini, Menteng", "Cikini", "Menteng", PUSAT),
        ("di jatinegara", None, "Jatinegara", TIMUR),
        ("kelurahan jatinegara", "Jatinegara", "Cakung", TIMUR),
        ("di jatinegara, cakung", "Jatinegara", "Cakung", TIMUR),
        ("kel tengah kec kramat jati", "Tengah", "Kramatjati", TIMUR),
        ("kelurahan baru", "Baru", "Pasar Rebo", TIMUR),
        ("jl raya bogor jaktim", None, None, TIMUR),
        ("di kebon jeruk jakarta barat", "Kebon Jeruk", "Kebon Jeruk", BARAT),
        ("jl menteng raya", None, None, PUSAT),
        ("jl raya tebet, kelurahan bukit duri", "Bukit Duri", "Tebet", SELATAN),
        ("di Cipete", None, None, SELATAN),
        ("di kb jeruk", "Kebon Jeruk", "Kebon Jeruk", BARAT),
    ],
)
def test_areas_are_normalised(
    text: str, kelurahan: str | None, kecamatan: str | None, city: str | None
) -> None:
    found = RULES.find(text)
    assert found is not None
    assert (found["kelurahan"], found["kecamatan"], found["city"]) == (kelurahan, kecamatan, city)


@pytest.mark.parametrize(
    "text", ["jalan di tengah kota", "ikan duri", "rumah di gunung", "jati belanda", "anak baru"]
)
def test_common_words_are_no_kelurahan(text: str) -> None:
    found = RULES.find(text)
    assert found is None or found["kelurahan"] is None


def test_random_text_never_fails() -> None:
    draw = random.Random(11)
    for _ in range(2000):
        text = "".join(chr(draw.randrange(sys.maxunicode + 1)) for _ in range(draw.randrange(60)))
        found = RULES.find(text)
        assert found is None or text[found["start"] : found["end"]] == found["text"]
    for text in ("jl " * 100_000, "kelurahan " * 5000, "a" * 1_000_000, "di kebon " * 1000):
        RULES.find(text)

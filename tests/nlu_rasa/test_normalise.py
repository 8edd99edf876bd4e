"""The words that the featuriser counts."""

import pytest

from components.feature_words import feature_words, stem
from components.gazetteer import read_areas
from components.normalise import MAX_CHARS, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yg dgn sdh tdk", "yang dengan sudah tidak"),
        ("TOLOOONG pak lamaaaa", "tolong bapak lama"),
        ("anak2 gorong²nya", "anak anak gorong gorongnya"),
        ("bolak-balik", "bolak balik"),
        ("hub 0812-3456-7890 ya", "hub _telepon ya"),
        ("nik 3173041234560001", "nik _nomorpanjang"),
        ("no [NIK] xxxx ****", "nomor _samaran _samaran _samaran"),
        ("bayar Rp 50.000 atau 20rb", "bayar _uang atau _uang"),
        ("tiket JK-7K2M9Q-X", "tiket _tiket"),
        ("lihat https://example.org/a?b", "lihat _tautan"),
        ("rt05/03 lantai 2", "rt _angka _angka lantai _angka"),
        ("telp 112?", "telp 112 ?"),
        ("𝕋𝕠𝕝𝕠𝕟𝕘 ｊａｌａｎ café", "tolong jalan cafe"),
        ("mksh 🙏", "terima kasih 🙏"),
        ("", ""),
        (" \n\t", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert words(text) == expected.split()


def test_short_words_and_reduplicated_short_words_stay() -> None:
    assert words("kk2 rt2") == ["kk", "_angka", "rt", "_angka"]


def test_long_messages_are_cut() -> None:
    assert len("".join(words("a" * 10 + " b" * MAX_CHARS))) <= MAX_CHARS


def test_areas_and_length_count_as_tokens() -> None:
    assert feature_words("banjir di kebon jeruk, kel kemangisan", read_areas()) == [
        *["banjir", "di", "_wilayah", "kelurahan", "_wilayah"],
        "_panjang3",
    ]
    assert feature_words("", read_areas()) == []


@pytest.mark.parametrize("word", ["diperbaiki", "memperbaiki", "perbaikan", "baik"])
def test_rough_stems(word: str) -> None:
    assert stem(word) == "baik"

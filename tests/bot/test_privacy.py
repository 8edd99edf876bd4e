"""What is masked before a text is searched or shown to a model, and what an agency cannot work without."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import mask

NIKS = [
    "3171012303450001",
    "3171 0123 0345 0001",
    "3171-0123-0345-0001",
    "317101 230345 0001",
    "31.71.01.230345.0001",
    "3171.01.230345.0001",
    "1171016303450001",  # a woman from Banda Aceh
]
PHONES = [
    "081234567890",
    "0812-3456-7890",
    "0812 3456 7890",
    "0812.3456.7890",
    "0812 345 678",
    "(0812) 3456-7890",
    "+6281234567890",
    "+62 812-3456-7890",
    "+62-812-3456-7890",
    "+62 (812) 3456 7890",
    "+62 0812 3456 7890",
    "62 812 3456 7890",
    "6281234567890",
    "0062 812 3456 7890",
    "0857 1234 567",
    "089612345678",
]
# Published test cards.
CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "5555-5555-5555-4444",
    "4111.1111.1111.1111",
    "378282246310005",
    "3782 822463 10005",
]
# Behind their name they are known although a digit is missing or too many.
NAMED_NIKS = [
    "NIK 317101230345001",
    "nik: 31710123034500012",
    "no KK 3171.0123.0345.001",
    "KTP saya 31710123034501",
    "No.KK=3171012303450001",
]
ACCOUNTS = [
    "rek BCA 5271234567",
    "rekening 0123-01-012345-53-1",
    "no rek saya di BRI 012301012345531",
    "norek: 527 123 4567",
    "BNI 0271234567",
    "bank DKI 50123456789",
    "Bank Mandiri a.n. Warga 1230012345678",
]
LANDLINES = ["telp 021-5551234", "hub (021) 555 1234", "tlp rumah 0251 8312345", "Hubungi: 0215551234"]
KEPT = [
    "ID pelanggan PLN 512345678901",
    "meter 14 digit 86012345678912",
    "no pelanggan PAM 60123456",
    "NOP 31.71.010.001.001-0001.0",
    "NOP 317101000100100010",
    "NPWP 09.254.294.3-407.000",
    "BPJS 0001234567890",
    "JK-7Q2M9X-4",
    "RT 03 RW 012 no 45, kode pos 10230",
    "koordinat -6.1754, 106.8271812345678",
    "tahun 2026, tanggal 24-11-2026 jam 08:30:15",
    "harganya Rp 1.250.000, bayar 08.000",
    "telepon 112 atau 110, call center 1500444",
    "rekening listrik 512345678901",
    "rekening air saya no 60123456789",
    "rek PDAM 60123456789",
    "BPJS mandiri 0001234567890",
    "saldo rekening dipotong Rp 1.250.000.000",
    "rekening saya diblokir 24-11-2026 08:30",
    "KK saya dibuat 24-11-2026 jam 08:30",
    "telepon meter 021234",
    "mobil B 1234 XYZ parkir liar",
    "saya lahir 12-03-1980",
]


@pytest.mark.parametrize("nik", NIKS)
def test_a_nik_is_masked(nik: str) -> None:
    assert mask(f"NIK saya {nik}, tolong dicek") == "NIK saya [NIK], tolong dicek"


@pytest.mark.parametrize("phone", PHONES)
def test_a_phone_is_masked_in_every_spelling(phone: str) -> None:
    masked = mask(f"hubungi {phone} ya")
    assert not any(character.isdigit() for character in masked)
    assert masked.replace("(", "") == "hubungi [telepon] ya"


@pytest.mark.parametrize("before", ["", "WA:", "hp.", "wa.me/", "(", "telp=", "\n"])
def test_a_phone_is_masked_whatever_stands_before_it(before: str) -> None:
    assert mask(f"{before}081234567890") == f"{before}[telepon]"


def test_two_phones_are_two() -> None:
    assert mask("081234567890/085712345678, 0812-1111-2222") == "[telepon]/[telepon], [telepon]"


@pytest.mark.parametrize("card", CARDS)
def test_a_card_is_known_by_its_check_digit(card: str) -> None:
    assert mask(f"kartu {card}") == "kartu [kartu]"


@pytest.mark.parametrize("text", NAMED_NIKS)
def test_what_is_called_a_nik_is_masked_though_it_is_mistyped(text: str) -> None:
    masked = mask(f"halo, {text} tolong dicek")
    assert masked.endswith("[NIK] tolong dicek")
    assert not any(character.isdigit() for character in masked)


@pytest.mark.parametrize("text", ACCOUNTS)
def test_an_account_is_masked_behind_its_bank(text: str) -> None:
    masked = mask(f"transfer ke {text} ya")
    assert masked.endswith("[rekening] ya")
    assert not any(character.isdigit() for character in masked)


@pytest.mark.parametrize("text", LANDLINES)
def test_a_house_has_a_telephone_too(text: str) -> None:
    masked = mask(f"{text} ya")
    assert masked.endswith("[telepon] ya")
    assert not any(character.isdigit() for character in masked)


def test_sixteen_digits_that_are_no_card_are_kept() -> None:
    assert mask("nomor 9111111111111112") == "nomor [NIK]"  # a NIK's form wins
    assert mask("nomor 0411 1111 1111 1112") == "nomor 0411 1111 1111 1112"


@pytest.mark.parametrize("text", ["budi@contoh.example", "Budi.S+lapor@mail.contoh.example"])
def test_an_address_is_masked(text: str) -> None:
    assert mask(f"balas ke {text}.") == "balas ke [email]."


@pytest.mark.parametrize("text", KEPT)
def test_the_numbers_of_a_service_are_kept(text: str) -> None:
    assert mask(text) == text


def test_names_of_officials_are_kept() -> None:
    assert mask("lurah Pak Budi tidak melayani") == "lurah Pak Budi tidak melayani"


def test_a_nul_is_dropped_since_postgresql_cannot_store_it() -> None:
    assert mask("ban\x00jir\x00") == "banjir"


def test_half_a_character_becomes_a_question_mark() -> None:
    assert mask("banjir \ud83d") == "banjir ?"


def test_a_nul_hides_nothing() -> None:
    assert mask("0812\x003456\x007890") == "[telepon]"


@given(st.text())
def test_it_never_raises_and_masking_twice_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.lists(st.sampled_from(["rek ", "BCA", "NIK", " telp ", "1", "0812", "23-", " ", "[", "]", ".", "021"])))
def test_names_of_numbers_in_any_order_do_no_harm(pieces: list[str]) -> None:
    once = mask("".join(pieces))
    assert mask(once) == once


@given(st.text(alphabet="0123456789 .-+()@a", max_size=80))
def test_digits_and_signs_in_any_order_do_no_harm(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@pytest.mark.parametrize(
    "piece", ["a", "a.", "1", "1 ", "08", "+62 ", "a@", "4111 ", "(", "3171 ", "rek ", "bank a", "nik ", "telp 0"]
)
def test_a_long_text_takes_no_long_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    start = time.perf_counter()
    mask(text)
    assert time.perf_counter() - start < 0.8

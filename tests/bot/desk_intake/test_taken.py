"""What an officer may write down, and what is refused with one sentence."""

from typing import Any

import pytest

from bot.desk_intake.taken import SOCIAL, Taken, link_of, pin_of, tidy
from bot.errors import RefusedError
from bot.messages import LONGEST_TEXT, SMS, WHATSAPP, Location
from bot.rulebook import Rulebook

ONCE = "form-000001"


def taken(**said: Any) -> Taken:
    return Taken(
        **{"words": "Jalan berlubang", "came_by": "visit", "service": "jalan_rusak", "once": ONCE, **said}
    )


@pytest.mark.parametrize(
    "typed", ["081290000001", "0812-9000-0001", "+62 812 9000 0001", "6281290000001", "(0812) 9000.0001"]
)
def test_a_number_is_one_number_however_it_is_written(rulebook: Rulebook, typed: str) -> None:
    found = tidy(taken(phone=typed, consent=True), rulebook.city)
    assert found.phone == "+6281290000001"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing said": ({"words": "  \n "}, "Tulis dulu apa yang disampaikan"),
    "nothing to be seen": ({"words": "\u200b\u200b"}, "Tulis dulu"),
    "far too much": ({"words": "a" * (LONGEST_TEXT + 1)}, "paling banyak 10.000 huruf, ini 10.001"),
    "no number": ({"phone": "halo", "consent": True}, "bukan nomor telepon"),
    "too short a number": ({"phone": "0812", "consent": True}, "bukan nomor telepon"),
    "a telephone on a wire": ({"phone": "021 3822255", "consent": True}, "Telepon rumah"),
    "a foreign number by SMS": ({"phone": "+65 8123 4567", "way": SMS, "consent": True}, "luar negeri"),
    "a number without consent": ({"phone": "081290000001"}, "Centang bahwa warga setuju"),
    "consent without a number": ({"consent": True}, "Tulis nomor HP-nya"),
    "no such way": ({"phone": "081290000001", "consent": True, "way": "email"}, "WhatsApp atau SMS"),
    "no such service": ({"service": "<b>"}, "Pilih layanannya"),
    "no service": ({"service": ""}, "Pilih layanannya"),
    "no such kind": ({"kind": "spam"}, "Pilih maksudnya"),
    "no such way in": ({"came_by": "pigeon"}, "Pilih lewat apa"),
    "a question nobody could answer later": ({"kind": "tanya"}, "Jawab pertanyaan itu langsung"),
    "a long name": ({"name": "a" * 81}, "Nama paling banyak 80"),
    "a long place": ({"place": "a" * 301}, "Tempat paling banyak 300"),
    "no form of ours": ({"once": "x"}, "Formulir ini tidak lengkap"),
    "a post without link and picture": ({"came_by": SOCIAL}, "Tempel tautan"),
    "script in a link": ({"came_by": SOCIAL, "link": "javascript:alert(1)"}, "diawali https://"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_filed_is_said_in_one_sentence(rulebook: Rulebook, what: str) -> None:
    said, why = BAD[what]
    with pytest.raises(RefusedError, match=why.replace(".", r"\.")):
        tidy(taken(**said), rulebook.city)


def test_a_foreign_number_can_be_told_by_whatsapp(rulebook: Rulebook) -> None:
    found = tidy(taken(phone="+65 8123 4567", way=WHATSAPP, consent=True), rulebook.city)
    assert found.phone == "+6581234567"


def test_ten_thousand_letters_are_taken(rulebook: Rulebook) -> None:
    assert len(tidy(taken(words="a" * LONGEST_TEXT), rulebook.city).words) == LONGEST_TEXT


def test_a_screenshot_is_enough_of_a_post(rulebook: Rulebook) -> None:
    assert tidy(taken(came_by=SOCIAL), rulebook.city, pictures=1).link == ""


def test_a_link_belongs_to_a_post_alone(rulebook: Rulebook) -> None:
    assert tidy(taken(link="https://social.example/1"), rulebook.city).link == ""


@pytest.mark.parametrize(
    "typed",
    [
        "http://social.example/1",
        "javascript:alert(1)",
        "JaVaScRiPt://social.example/%0aalert(1)",
        "data:text/html,<script>",
        "https://",
        "https://nodot",
        "https://user:secret@social.example/",
        "https://social.example/a b",
        'https://social.example/"onmouseover="alert(1)',
        "https://[::1",
        "https://social.example/" + "a" * 500,
        "//social.example/1",
    ],
)
def test_only_a_whole_https_address_is_a_link(typed: str) -> None:
    with pytest.raises(RefusedError, match="https://"):
        link_of(typed)


def test_a_link_is_kept_as_it_is() -> None:
    assert link_of(" https://social.example/warga/status/17?s=20#top ") == (
        "https://social.example/warga/status/17?s=20#top"
    )
    assert link_of("  ") == ""


def test_a_point_is_read_from_what_maps_give(rulebook: Rulebook) -> None:
    assert pin_of("-6.1754, 106.8272", rulebook.city) == Location(-6.1754, 106.8272)
    assert pin_of(" ", rulebook.city) is None


@pytest.mark.parametrize("typed", ["di pasar", "48.1, 11.5", "999, 999", "1,2,3"])
def test_what_is_no_point_here_is_refused(rulebook: Rulebook, typed: str) -> None:
    with pytest.raises(RefusedError):
        pin_of(typed, rulebook.city)

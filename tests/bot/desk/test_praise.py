"""Thanks reach the people who earned them, as good news, and never by way of the inspectorate."""

from datetime import time

import pytest
from sqlalchemy import select

from bot.city.routing import Matter, address_of, route
from bot.rulebook import Rulebook
from storage.models import OutboundMessage
from tests.support.desk import Number, meaning

GOOD_NEWS = {"id": "Kabar baik", "en": "Good news"}


def test_the_commendation_begins_with_the_good_news(number: Number) -> None:
    thanks = "Terima kasih petugas taman, RPTRA Kenanga bersih sekali"
    number.says(thanks, meaning("apresiasi", "taman"))
    number.later(hours=1)
    with number.database.read() as session:
        (mail,) = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "email"))
    assert mail.recipient == "tamhut@jakarta.example"
    assert mail.body["subject"].split("] ", 1)[1].startswith("Kabar baik")
    assert mail.body["text"].startswith("Kabar baik")


@pytest.mark.parametrize("language", ["id", "en"])
def test_in_every_language(rulebook: Rulebook, language: str) -> None:
    values = {"number": "JK-7Q2M9X-4", "service": "Taman", "agency": "Dinas"}
    assert rulebook.wording.say("mail_apresiasi", language, values).startswith(GOOD_NEWS[language])
    assert GOOD_NEWS[language] in rulebook.wording.say("mail_apresiasi_subject", language, values)


def test_it_never_goes_through_the_inspectorate(rulebook: Rulebook) -> None:
    """Whatever it is about, whenever and however it comes, and whoever is named in it."""
    city = rulebook.city
    story = "terima kasih kepada Inspektorat dan petugasnya"
    found = [
        route(city, Matter("apresiasi", service, channel, time(hour), story=story))
        for service in city.services
        for channel in ("whatsapp", "sms", "simulator")
        for hour in (3, 10, 22)
    ]
    addresses = {to.agency: address_of(city, to.agency, to.unit) or "" for to in found}
    assert "inspektorat" not in addresses
    assert not [address for address in addresses.values() if "inspektorat" in address]


@pytest.mark.parametrize(
    ("story", "agency"),
    [
        ("makasih damkar, pohon tumbang di Jl. Sabang cepat sekali dipotong", "gulkarmat"),
        ("Terima kasih DINAS SUMBER DAYA AIR dan pasukan biru, pohon di kali sudah diangkat", "sda"),
        ("makasih petugas PPSU kel. Menteng, cepat sekali bersihkan pohon tumbang", "coordinators"),
        ("makasih damkar dan satpol PP, pohonnya cepat diangkat", "tamhut"),
        ("makasih, pohonnya sudah dipangkas rapi", "tamhut"),
    ],
)
def test_who_is_named_is_thanked_whatever_they_did(rulebook: Rulebook, story: str, agency: str) -> None:
    assert route(rulebook.city, Matter("apresiasi", "pohon", "whatsapp", time(10), story=story)).agency == agency
    assert route(rulebook.city, Matter("lapor", "pohon", "whatsapp", time(10), story=story)).agency == "tamhut"

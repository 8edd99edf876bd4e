"""Which agency a ticket goes to."""

from datetime import time

import pytest

from bot.city.city import City, city_from
from bot.city.routing import Destination, Matter, address_of, route
from bot.rulebook import Rulebook
from tests.support.cities import small_city

RULES = [
    {"when": {"intent": ["apresiasi"]}, "to": "coordinators"},
    {"when": {"service": ["sampah"], "hours": ["20:00", "05:00"]}, "to": "dlh/malam"},
    {"when": {"service": ["sampah"], "kelurahan": ["Tebet Timur"]}, "to": "lurah@jakarta.example"},
    {"when": {"city": ["Kota Administrasi Jakarta Utara"], "channel": ["sms"]}, "to": "dlh"},
    {"when": {"service": ["sampah"], "hours": ["12:00", "13:00"]}, "to": "bina_marga"},
]


@pytest.fixture
def city() -> City:
    return city_from(small_city(routing=RULES))


def matter(**fields: object) -> Matter:
    usual = {"intent": "lapor", "service": "sampah", "channel": "whatsapp", "at": time(10)}
    return Matter(**(usual | fields))  # type: ignore[arg-type]


def test_without_a_rule_it_goes_to_the_services_own_agency(city: City) -> None:
    assert route(city, matter()) == Destination("dlh")
    assert route(city, matter(service="jalan_rusak")) == Destination("bina_marga")


def test_the_first_rule_that_matches_wins(city: City) -> None:
    praise_at_night = matter(intent="apresiasi", at=time(23), kelurahan="Tebet Timur")
    assert route(city, praise_at_night) == Destination("coordinators")


@pytest.mark.parametrize("at", [time(20), time(23, 59), time(0), time(4, 59, 59)])
def test_hours_go_over_midnight(city: City, at: time) -> None:
    assert route(city, matter(at=at)) == Destination("dlh", "malam")


@pytest.mark.parametrize("at", [time(5), time(11, 59), time(13), time(19, 59, 59)])
def test_outside_the_hours_a_rule_does_not_match(city: City, at: time) -> None:
    assert route(city, matter(at=at)) == Destination("dlh")


@pytest.mark.parametrize("at", [time(12), time(12, 59, 59)])
def test_hours_within_a_day(city: City, at: time) -> None:
    assert route(city, matter(at=at)) == Destination("bina_marga")


def test_a_person_gets_it_on_behalf_of_the_services_agency(city: City) -> None:
    destination = route(city, matter(kelurahan="Tebet Timur"))
    assert destination == Destination("dlh", "lurah@jakarta.example")
    assert address_of(city, destination.agency, destination.unit) == "lurah@jakarta.example"


def test_all_conditions_of_a_rule_must_hold(city: City) -> None:
    north = {"city": "Kota Administrasi Jakarta Utara", "service": "jalan_rusak"}
    assert route(city, matter(**north)) == Destination("bina_marga")
    assert route(city, matter(**north, channel="sms")) == Destination("dlh")


def test_addresses(city: City) -> None:
    assert address_of(city, "dlh", None) == "dlh@jakarta.example"
    assert address_of(city, "dlh", "malam") == "malam@jakarta.example"
    assert address_of(city, "coordinators", None) is None


def test_every_service_of_the_sample_city_is_routed_to_somebody_who_can_be_written_to(rulebook: Rulebook) -> None:
    for service in rulebook.city.services:
        destination = route(rulebook.city, matter(service=service))
        address = address_of(rulebook.city, destination.agency, destination.unit)
        assert destination.agency == "coordinators" or "@" in (address or "")


def test_praise_of_the_sample_city_does_not_go_to_the_inspectorate(rulebook: Rulebook) -> None:
    praise = matter(intent="apresiasi", service="pelayanan_petugas")
    assert route(rulebook.city, praise) == Destination("coordinators")


def test_a_rule_may_ask_for_a_name_in_the_message() -> None:
    rules = [{"when": {"service": ["sampah"], "names": ["pasukan oranye"]}, "to": "coordinators"}]
    city = city_from(small_city(routing=rules))
    assert route(city, matter(story="kata Pasukan Oranye besok")) == Destination("coordinators")
    assert route(city, matter(story="kata pasukan oranyeku besok")) == Destination("dlh")
    assert route(city, matter()) == Destination("dlh")

"""What a city opens to others, and that it opens nothing by a slip."""

from pathlib import Path

import pytest

from bot import yaml_text
from bot.city.city import city_from, load_city
from bot.city.open311_policy import publicity
from bot.errors import ConfigError
from bot.settings import ROOT


def config(**services: object) -> dict[str, object]:
    data: dict[str, object] = yaml_text.load((ROOT / "config.yml").read_text(encoding="utf-8"))
    assert isinstance(data["services"], dict)
    for code, values in services.items():
        data["services"][code] |= values
    return data


def test_what_is_not_stated_is_the_most_careful_that_is_useful() -> None:
    city = city_from(config())
    assert publicity(city.services["sampah"]) == "area"
    assert publicity(city.services["bpjs"]) == "no"
    assert publicity(city.services["pungli"]) == publicity(city.services["perempuan_anak"]) == "no"


def test_an_unquoted_no_is_a_no() -> None:
    data = yaml_text.load("{public: no}")
    assert publicity(city_from(config(sampah=data)).services["sampah"]) == "no"


@pytest.mark.parametrize("code", ["pungli", "pelayanan_petugas"])
@pytest.mark.parametrize("value", ["area", "point"])
def test_what_is_sealed_or_about_staff_cannot_be_opened(code: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"services.{code}.public"):
        city_from(config(**{code: {"public": value}}))


@pytest.mark.parametrize("policy", [{"jurisdiction": "Jakarta!", "contact": "a@b"}, {"contact": "a@b"}])
def test_a_jurisdiction_is_a_name_in_the_protocol(policy: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="open311"):
        city_from({**config(), "open311": policy})


@pytest.mark.parametrize("file", ["config.yml", "examples/tirtasari/config.yml"])
def test_both_cities_are_open(file: str) -> None:
    assert load_city(Path(ROOT / file)).open311

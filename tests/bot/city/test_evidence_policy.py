"""The ``evidence:`` part of a city's configuration, right and wrong."""

from typing import Any

import pytest

from bot.city.city import city_from
from bot.errors import ConfigError
from bot.rulebook import Rulebook
from tests.support.cities import small_city


def test_a_city_that_says_nothing_has_a_policy() -> None:
    policy = city_from(small_city()).evidence
    assert (policy.missing_photo, policy.hold_question, policy.city) == ("flag", None, None)


def test_the_sample_city_lies_inside_its_own_box(rulebook: Rulebook) -> None:
    edges = rulebook.city.evidence.city
    assert edges is not None
    for place in rulebook.city.samples.places:
        assert edges.south < place.latitude < edges.north
        assert edges.west < place.longitude < edges.east


def test_a_service_can_require_a_photo() -> None:
    data = small_city()
    data["services"]["sampah"]["evidence"] = {"photo_required": True}
    services = city_from(data).services
    assert services["sampah"].evidence.photo_required
    assert not services["jalan_rusak"].evidence.photo_required


@pytest.mark.parametrize(
    "wrong",
    [
        {"same_photo_bits": 8},
        {"same_photo_bits": -1},
        {"furthest_metres": 0},
        {"oldest_photo": "0 days"},
        {"oldest_photo": "10 years"},
        {"hold_question": "soon"},
        {"missing_photo": "ignore"},
        {"sample_share": 1.5},
        {"sample_share": -0.1},
        {"city": {"south": -5, "north": -6, "west": 106, "east": 107}},
        {"city": {"south": -6, "north": -5, "west": 106, "east": 200}},
        {"city": {"south": -6}},
        {"photos": "yes"},
    ],
)
def test_what_makes_no_sense_is_named_with_its_place(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refused:
        city_from(small_city(evidence=wrong))
    assert all(problem.startswith("config.yml: evidence.") for problem in refused.value.problems)

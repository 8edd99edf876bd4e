"""The measures in ``config.yml``: a service's own over the city's, and one sentence for each mistake."""

from typing import Any

import pytest

from bot.city.city import city_from
from bot.errors import ConfigError
from tests.support.cities import small_city

STEPS = "incidents.tell_agency_at"
MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "distance of zero": ({"distance": 0}, "incidents.distance", "greater than"),
    "distance over the town": ({"distance": 90_000}, "incidents.distance", "less than"),
    "no span": ({"within": "soon"}, "incidents.within", "no span of time"),
    "more than all": ({"alike": 101}, "incidents.alike", "less than"),
    "steps that shrink": ({"tell_agency_at": [5, 1]}, STEPS, "must begin at 1 or more and grow"),
    "steps from zero": ({"tell_agency_at": [0, 5]}, STEPS, "must begin at 1 or more and grow"),
    "no steps": ({"tell_agency_at": []}, STEPS, "at least 1"),
    "flood of days": ({"flood": {"within": "3 days"}}, "incidents.flood.within", "in minutes or hours"),
    "flood of one": ({"flood": {"area_reports": 1}}, "incidents.flood.area_reports", "greater than"),
    "unknown service": ({"services": {"pohon": {"distance": 20}}}, "incidents.services.pohon", "no service"),
    "unknown measure": ({"services": {"sampah": {"far": 20}}}, "incidents.services.sampah.far", "not permitted"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gives_one_sentence_with_its_place(mistake: str) -> None:
    change, place, word = MISTAKES[mistake]
    with pytest.raises(ConfigError) as caught:
        city_from(small_city(incidents=change))
    [sentence] = caught.value.problems
    assert sentence.startswith(f"config.yml: {place}")
    assert word in sentence


def test_a_service_does_some_things_differently() -> None:
    own = {"distance": 70, "services": {"sampah": {"alike": 95, "joins": False}}}
    policy = city_from(small_city(incidents=own)).incidents
    assert (policy.of("sampah").distance, policy.of("sampah").alike, policy.of("sampah").joins) == (70, 95, False)
    assert (policy.of("jalan_rusak").alike, policy.of("jalan_rusak").joins) == (85, True)

"""When people can come in person: said once in config.yml, and the same in the answer that citizens read."""

from dataclasses import replace

import pytest

from bot.city.city import City, city_from
from bot.desk_intake.receipt import hours
from bot.errors import ConfigError
from bot.rulebook import Rulebook
from tests.support.cities import small_city


def test_the_answer_names_the_desk_and_its_hours(rulebook: Rulebook) -> None:
    answer = rulebook.wording.answers["jam_layanan"]
    assert rulebook.city.desk is not None
    place = next(part for part in rulebook.city.desk.place.split(", ") if "Balai" in part)
    for text in answer.text.values():
        assert hours(rulebook.city) in text
        assert place in text
    assert not answer.verified  # a sample: somebody has to look first


def test_a_city_without_a_desk_has_no_hours(rulebook: Rulebook) -> None:
    assert hours(rulebook.city.model_copy(update={"desk": None})) == ""
    assert replace(rulebook, city=city_from(small_city())).city.desk is None


@pytest.mark.parametrize(
    ("desk", "why"),
    [
        ({"place": "Loket", "opens": "15:00", "closes": "08:00"}, "closes before it opens"),
        ({"opens": "08:00", "closes": "15:00"}, "desk.place"),
        ({"place": "", "opens": "08:00", "closes": "15:00"}, "desk.place"),
    ],
)
def test_a_desk_that_cannot_be_is_told(desk: dict[str, str], why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        city_from(small_city(desk=desk))
    assert any(why in problem for problem in caught.value.problems)


def test_the_sample_city_can_be_read(rulebook: Rulebook) -> None:
    assert isinstance(rulebook.city, City)

"""The city's settings for alarms."""

from typing import Any

import pytest

from bot.city.city import city_from
from bot.city.deadlines import Span
from bot.errors import ConfigError
from bot.rulebook import Rulebook
from tests.support.cities import small_city


def test_a_city_that_says_nothing_has_usable_ones() -> None:
    duty = city_from(small_city()).duty
    assert (duty.repeat, duty.rounds, duty.widen_after) == (Span(3, "minute"), 10, 2)


def test_the_sample_city_says_them(rulebook: Rulebook) -> None:
    assert rulebook.city.duty.channels == ("whatsapp", "sms", "gateway")


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"repeat": "3"}, "duty.repeat"),
        ({"repeat": "1 day"}, "duty.repeat"),
        ({"repeat": "2 working days"}, "duty.repeat"),
        ({"repeat": "0 minutes"}, "duty.repeat"),
        ({"rounds": 0}, "duty.rounds"),
        ({"widen_after": -1}, "duty.widen_after"),
        ({"channels": []}, "duty.channels"),
        ({"channels": ["pigeon"]}, "duty.channels"),
        ({"channels": ["sms", "sms"]}, "duty.channels"),
        ({"loud": True}, "duty.loud"),
    ],
)
def test_a_mistake_is_named_with_its_place(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(ConfigError) as caught:
        city_from(small_city(duty=wrong))
    assert all(where in problem for problem in caught.value.problems)

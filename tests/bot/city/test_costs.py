"""What messages cost: by message or by SMS segment, as config.yml says."""

from decimal import Decimal
from typing import Any

import pytest

from bot.city.city import city_from
from bot.city.costs import Cost
from bot.errors import ConfigError
from bot.segments import segments
from tests.support.cities import small_city

BY_MESSAGE = Cost(currency="IDR", sent=Decimal(85), received=Decimal(20), template=Decimal(410))
BY_SEGMENT = Cost(currency="USD", per="segment", sent=Decimal("0.0075"))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ş" * 70, 1),
        ("ş" * 71, 2),
        ("🕳️" * 24, 2),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


def test_a_message_has_one_price_whatever_its_length() -> None:
    assert BY_MESSAGE.of_sent("a" * 1000) == 85
    assert BY_MESSAGE.of_sent("a", template=True) == 410
    assert BY_MESSAGE.of_received("a" * 1000) == 20


def test_a_segment_has_one_price() -> None:
    assert BY_SEGMENT.of_sent("a" * 161) == Decimal("0.0150")
    assert BY_SEGMENT.of_sent("a", template=True) == Decimal("0.0075"), "where there is no other price"
    assert BY_SEGMENT.of_received("a" * 161) == 0


@pytest.mark.parametrize(
    ("costs", "where", "what"),
    [
        ({"fax": {"currency": "IDR", "sent": 1}}, "costs.fax", "no such channel"),
        ({"sms": {"currency": "rupiah", "sent": 1}}, "costs.sms.currency", "pattern"),
        ({"sms": {"currency": "IDR", "sent": -1}}, "costs.sms.sent", "greater than"),
        ({"sms": {"currency": "IDR"}}, "costs.sms.sent", "required"),
        ({"sms": {"currency": "IDR", "sent": 1, "per": "letter"}}, "costs.sms.per", "segment"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(costs: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        city_from(small_city(costs=costs))
    [sentence] = caught.value.problems
    assert sentence.startswith(f"config.yml: {where}")
    assert what in sentence

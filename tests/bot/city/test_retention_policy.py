"""How long things are kept, as a city writes it; what makes no sense is said in a sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot import yaml_text
from bot.city.city import city_from
from bot.city.retention_policy import Keep, RetentionPolicy
from bot.errors import ConfigError
from bot.rulebook import Rulebook
from bot.settings import ROOT


@pytest.mark.parametrize(
    ("span", "now", "before"),
    [
        ("30 days", "2026-03-31", "2026-03-01"),
        ("1 month", "2026-03-31", "2026-02-28"),
        ("12 months", "2024-02-29", "2023-02-28"),
        ("1 month", "2026-01-15", "2025-12-15"),
        ("5 years", "2026-11-22", "2021-11-22"),
    ],
)
def test_months_are_the_calendars(span: str, now: str, before: str) -> None:
    day = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert f"{Keep.parse(span).before(day):%Y-%m-%d}" == before


@pytest.mark.parametrize("span", ["0 days", "soon", "3 weeks", "-1 months", "51 years", "12", "", "1.5 years"])
def test_a_span_that_is_none_is_said(span: str) -> None:
    with pytest.raises(ValueError, match=r"write for example|at most"):
        Keep.parse(span)


def city_with(**retention: Any) -> None:
    plain = yaml_text.load((ROOT / "config.yml").read_text(encoding="utf-8"))
    city_from({**plain, "retention": retention})


@pytest.mark.parametrize(
    ("retention", "sentence"),
    [
        ({"tickets": {"deleted": "5 years"}}, "is anonymised before"),
        ({"tickets": {"anonymised": "30 days"}}, "too short"),
        ({"tickets": {"anonymised": "2 years", "deleted": "12 months"}}, "later than anonymised"),
        ({"links": "60 days"}, "may still be valid"),
        ({"messages": "2 days"}, "still answer"),
        ({"tickets": {"anonymised": "12 months"}, "sealed": {}}, "kept for ever"),
        ({"ticket": {}}, "retention.ticket"),
    ],
)
def test_what_does_not_fit_together_is_said(retention: Any, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        city_with(**retention)


def test_a_city_that_says_nothing_keeps_everything() -> None:
    assert not RetentionPolicy().is_any
    assert RetentionPolicy.model_validate({"payloads": "30 days"}).is_any


def test_the_sample_city_names_a_time_for_each(rulebook: Rulebook) -> None:
    policy = rulebook.city.retention
    assert all(getattr(policy, name) is not None for name in RetentionPolicy.model_fields)

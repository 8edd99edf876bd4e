"""A counter on each database."""

import pytest

from tests.bot.desk_intake.counter import Counter
from tests.support.desk import Number


@pytest.fixture
def counter(number: Number) -> Counter:
    return Counter(number)

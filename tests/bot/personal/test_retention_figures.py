"""Figures stay what they were when the rows that they were counted from are gone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.errors import GoneError
from bot.figures import counting
from storage.models import (
    Figures,
    MediaFile,
)
from tests.bot.personal.ageing import (
    YEAR,
    closed,
    run,
)
from tests.support.counted import Figured


def test_figures_of_anonymised_days_are_counted_again_to_the_same(city: Figured) -> None:
    for _ in range(3):
        closed(city)
        city.came(understanding={"intents": [["lapor", 0.9]]})
        city.clock.move(days=1)
    city.clock.move(days=400)
    list(_recount(city))
    before = _figures(city)
    run(city, YEAR | {"messages": "6 months", "contacts": "12 months", "payloads": "30 days"})
    list(_recount(city))
    assert _figures(city) == before


def test_days_whose_rows_are_gone_are_not_counted_again(city: Figured) -> None:
    day = city.today
    closed(city)
    list(_recount(city))
    city.clock.move(days=1_200)
    run(city, {"tickets": {"anonymised": "12 months"}})
    with city.database.begin() as session:
        session.execute(update(MediaFile).values(state="erased"))
    run(city, YEAR)
    before = _figures(city)
    assert counting.lost_until(city.database, city.rulebook) == day
    with pytest.raises(GoneError, match="deleted"):
        list(counting.recount(city.database, city.rulebook, day, day, city.clock.now()))
    counting.run_due(city.database, city.rulebook, city.clock.now())
    after = _figures(city)
    assert all(after[key] == value for key, value in before.items())


def _recount(city: Figured) -> Any:
    first = counting.first_day(city.database, city.rulebook)
    assert first
    last = first + timedelta(days=5)  # of the rest nothing happened
    return counting.recount(city.database, city.rulebook, first, last, city.clock.now())


def _figures(city: Figured) -> dict[Any, Any]:
    with city.database.read() as session:
        columns = [c for c in Figures.__table__.columns if c.name != "id"]
        rows = session.execute(select(*columns).where(Figures.span == "day")).all()
    return {tuple(row)[:4]: tuple(row)[4:] for row in rows}

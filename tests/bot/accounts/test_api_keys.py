"""Keys of other systems: shown once, kept as a hash, for what they say and as long as they hold."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.accounts import api_keys
from bot.accounts.api_keys import FILE, SEE, START, UPDATE, KeyRefusedError, UnfitKey, Wish
from bot.errors import NotFoundError
from storage.database import Database
from storage.models import ApiKey
from tests.support.clock import MoveableClock

AGENCIES = ("bina_marga", "dlh")


def made(database: Database, clock: MoveableClock, **wish: object) -> tuple[int, str]:
    wanted = Wish(**{"name": "Peta Kota", "scopes": (FILE,), **wish})  # type: ignore[arg-type]
    with database.begin() as session:
        key, text = api_keys.create(session, wanted, None, clock.now(), AGENCIES)
        return key.id, text


def holder(database: Database, text: str, clock: MoveableClock) -> api_keys.Holder:
    with database.read() as session:
        return api_keys.holder_of(session, text, clock.now())


def test_only_its_hash_is_kept(database: Database, clock: MoveableClock) -> None:
    _, text = made(database, clock, scopes=(SEE, FILE))
    with database.read() as session:
        (key,) = session.scalars(select(ApiKey)).all()
    assert text.startswith(START)
    assert len(text) == len(START) + 43
    assert text.startswith(key.prefix)
    assert text not in str(vars(key))
    assert len(text) - len(key.prefix) >= 36
    assert key.scopes == [FILE, SEE]
    assert holder(database, text, clock).scopes == {FILE, SEE}


def test_it_holds_until_it_ends_or_is_revoked(database: Database, clock: MoveableClock) -> None:
    key_id, text = made(database, clock, days=90)
    clock.move(days=89)
    assert holder(database, text, clock).id == key_id
    clock.move(days=1)
    with pytest.raises(KeyRefusedError):
        holder(database, text, clock)
    other_id, other = made(database, clock)
    with database.begin() as session:
        assert api_keys.revoke(session, other_id, clock.now())
    with pytest.raises(KeyRefusedError):
        holder(database, other, clock)
    with database.begin() as session:
        assert not api_keys.revoke(session, other_id, clock.now())
        with pytest.raises(NotFoundError):
            api_keys.revoke(session, 999, clock.now())


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": (FILE, "all")}, "scopes"),
        ({"agency": "tidak_ada"}, "agency"),
        ({"scopes": (UPDATE,)}, "needs_agency"),
        ({"days": 0}, "days"),
        ({"days": 3651}, "days"),
    ],
)
def test_what_cannot_be(
    sqlite_database: Database, clock: MoveableClock, wish: dict[str, object], problem: str
) -> None:
    with pytest.raises(UnfitKey) as caught:
        made(sqlite_database, clock, **wish)
    assert caught.value.problem == problem


def test_names_of_keys_that_hold_are_taken(sqlite_database: Database, clock: MoveableClock) -> None:
    made(sqlite_database, clock, days=1)
    with pytest.raises(UnfitKey):
        made(sqlite_database, clock, name="peta  kota")
    clock.move(days=2)
    made(sqlite_database, clock)


def test_its_use_is_written_once_a_minute(database: Database, clock: MoveableClock) -> None:
    _, text = made(database, clock)
    seen = []
    for seconds in (0, 59, 2):
        clock.move(seconds=seconds)
        found = holder(database, text, clock)
        seen.append(found.is_use_old)
        if found.is_use_old:
            with database.begin() as session:
                api_keys.note_use(session, found, clock.now() - timedelta())
    assert seen == [True, False, True]

"""Public ids: each row its own, back to the row, nothing to guess, the same however SECRET_KEY changes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.open311 import ids
from bot.open311.ids import REQUEST, UPDATE, Ids
from storage import keyring
from storage.database import Database
from storage.keyring import Keyring

OURS = Ids("00" * 32)


@given(st.integers(0, 2**63 - 1))
def test_there_and_back(row_id: int) -> None:
    name = OURS.name(REQUEST, row_id)
    assert len(name) == 26
    assert OURS.row_id(REQUEST, name) == row_id
    assert OURS.row_id(UPDATE, name) is None
    assert Ids("01" * 32).row_id(REQUEST, name) is None


@given(st.text(max_size=40) | st.from_regex(ids.SHAPE, fullmatch=True))
def test_nothing_else_is_an_id(text: str) -> None:
    assert OURS.row_id(REQUEST, text) is None


def test_neighbours_have_nothing_in_common() -> None:
    names = OURS.names(REQUEST, range(1, 2001))
    assert len({name[:5] for name in names}) > 1900
    assert len(set(names)) == 2000


def test_one_spelling_only() -> None:
    name = OURS.name(REQUEST, 7)
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    twins = [name[:-1] + letter for letter in alphabet if letter != name[-1]]
    assert not [twin for twin in twins if OURS.row_id(REQUEST, twin) is not None]
    assert OURS.row_id(REQUEST, name.upper()) is None


def test_the_key_is_drawn_once_and_outlives_a_change_of_secrets(database: Database) -> None:
    keyring.use(Keyring(("old",)))
    with database.read() as session:
        assert ids.kept(session) is None
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: _make(database), range(4)))
    keyring.use(Keyring(("new", "old")))
    with database.read() as session:
        assert {ids.kept(session), *made} == {made[0]}


def _make(database: Database) -> Ids:
    with database.begin() as session:
        return ids.make(session)


def test_it_tells_its_key_to_no_log() -> None:
    assert "00" * 8 not in repr(OURS)


@pytest.mark.parametrize("row_id", [-1, 2**64])
def test_what_is_no_row_has_no_id(row_id: int) -> None:
    with pytest.raises(OverflowError):
        OURS.name(REQUEST, row_id)

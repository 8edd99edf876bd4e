"""Whoever fetches files dies, is slow or has a rival: nothing is lost or kept twice, what is erased is gone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update

from bot.intake.media import BACK_OFF, LEASE, FetchError
from storage.files import LocalFolder
from storage.models import Citizen, Conversation, InboundMessage, MediaFile
from storage.queries.media import claim_files, erase_files
from tests.support.media import Darkroom
from tests.support.pictures import HTML, PDF, exif, jpeg

JAKARTA_WEST = ((6.0, 10.0, 8.0), "S", (106.0, 45.0, 50.0), "E")
GONE = FetchError("http_404", again=True)


class KilledError(BaseException):
    """The process ends here."""


class StoreOfTheDying(LocalFolder):
    """Keeps the file, and then the process is killed."""

    def put(self, key: str, content: bytes) -> None:
        super().put(key, content)
        raise KilledError


class StoreThatDiesDeleting(LocalFolder):
    def delete(self, key: str) -> None:
        super().delete(key)
        raise KilledError


def test_several_workers_at_once_fetch_each_file_once(room: Darkroom) -> None:
    for _ in range(5):
        room.comes(*[jpeg()] * 4)
    at_once = threading.Barrier(4)

    def work(owner: int) -> int:
        at_once.wait(10)
        return room.work(owner=f"worker {owner}")

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 20
    assert set(room.shelf.asked.values()) == {1}
    assert room.outcomes() == [("kept", None)] * 20
    assert len(room.on_disk()) == 40, "each with its small version"


def test_a_process_killed_between_fetching_and_committing_loses_nothing_and_leaves_nothing(room: Darkroom) -> None:
    room.comes(jpeg())
    with pytest.raises(KilledError):
        room.work(store=StoreOfTheDying(room.folder))
    assert room.outcomes() == [("waiting", None)]
    assert room.work() == 0, "it is in the dead one's hands"
    room.clock.move(seconds=LEASE.total_seconds() + 1)
    assert room.work() == 1
    assert room.outcomes() == [("kept", None)]
    assert len(room.on_disk()) == 2, "the same key again"


def test_a_file_that_a_dead_one_kept_goes_when_it_is_refused_later(quick: Darkroom) -> None:
    quick.comes(jpeg())
    with pytest.raises(KilledError):
        quick.work(store=StoreOfTheDying(quick.folder))
    quick.clock.move(seconds=LEASE.total_seconds() + 1)
    quick.shelf.files = dict.fromkeys(quick.shelf.files, HTML)
    quick.work()
    assert quick.outcomes() == [("refused", "unknown")]
    assert quick.on_disk() == []


def test_a_file_that_kills_whoever_takes_it_is_left_alone_in_the_end(quick: Darkroom) -> None:
    quick.comes(jpeg())
    for _ in range(len(BACK_OFF) + 1):
        with pytest.raises(KilledError):
            quick.work(store=StoreOfTheDying(quick.folder))
        quick.clock.move(seconds=LEASE.total_seconds() + 1)
    assert quick.work(store=StoreOfTheDying(quick.folder)) == 1
    assert quick.outcomes() == [("failed", "crash")]
    assert quick.on_disk() == []


def test_whoever_is_too_slow_writes_over_nobody(room: Darkroom) -> None:
    room.comes(jpeg())

    def another_takes_it(url: str) -> None:
        room.shelf.before = lambda url: None
        room.clock.move(seconds=LEASE.total_seconds() + 1)
        assert room.work(owner="two") == 1
        room.shelf.files[url] = HTML

    room.shelf.before = another_takes_it
    room.work(owner="one")
    assert room.outcomes() == [("kept", None)]
    [row] = room.rows()
    assert room.store.get(row.store_key)
    assert room.told() == []


def test_whoever_is_too_slow_settles_nothing_that_another_has_in_hand(quick: Darkroom) -> None:
    quick.comes(HTML)

    def another_takes_it(url: str) -> None:
        quick.clock.move(seconds=LEASE.total_seconds() + 1)
        with quick.database.begin() as session:
            assert claim_files(session, "two", quick.clock.now(), 1, LEASE)

    quick.shelf.before = another_takes_it
    quick.queue("one").round()
    assert quick.outcomes() == [("waiting", None)]
    assert quick.told() == []


def test_what_a_citizen_wants_erased_is_gone_from_the_row_and_from_the_store(room: Darkroom) -> None:
    room.comes(jpeg(exif=exif(JAKARTA_WEST)))
    room.comes(PDF, phone="+628000009999", address="whatsapp:+628000009999")
    room.work()
    assert len(room.on_disk()) == 3
    with room.database.begin() as session:
        first = session.scalars(select(Conversation.id).order_by(Conversation.id).limit(1)).one()
        erase_files(session, [first])
    with pytest.raises(KilledError):
        room.work(store=StoreThatDiesDeleting(room.folder))
    assert [row.state for row in room.rows()] == ["erasing", "kept"]
    assert room.work() == 1
    erased, other = room.rows()
    assert (erased.state, erased.url, erased.latitude, erased.perceptual_hash) == ("erased", "", None, None)
    assert (other.state, len(room.on_disk())) == ("kept", 1)
    assert room.work() == 0


def test_what_is_erased_while_it_is_fetched_leaves_nothing(quick: Darkroom) -> None:
    quick.comes(jpeg())

    def erase(url: str) -> None:
        with quick.database.begin() as session:
            erase_files(session, list(session.scalars(select(Conversation.id))))

    quick.shelf.before = erase
    quick.work()
    assert [row.state for row in quick.rows()] == ["erased"]
    assert (quick.on_disk(), quick.told()) == ([], [])


def test_a_file_whose_row_is_gone_meanwhile_leaves_nothing(quick: Darkroom) -> None:
    quick.comes(jpeg())

    def erase(url: str) -> None:
        with quick.database.begin() as session:
            session.execute(delete(MediaFile))

    quick.shelf.before = erase
    quick.work()
    assert quick.on_disk() == []


def test_nothing_is_locked_while_a_file_is_fetched(room: Darkroom) -> None:
    room.comes(jpeg())

    def a_message_comes_in(url: str) -> None:
        room.shelf.before = lambda url: None
        with room.database.begin() as session:  # on SQLite this would wait for any other writer
            session.execute(update(Citizen).values(hide_name=True))
            session.execute(update(InboundMessage).values(lane=1))

    room.shelf.before = a_message_comes_in
    room.work()
    assert room.outcomes() == [("kept", None)]

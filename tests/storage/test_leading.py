"""One ticker at a time, and another when it goes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import text

from storage.database import Database, open_database
from storage.leading import Leadership

END_THE_LEADERS_SESSION = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND pid != pg_backend_pid()
"""


def test_one_leads_and_the_next_follows_when_it_steps_back(database: Database) -> None:
    first, second = Leadership(database), Leadership(database)
    assert first.is_ours()
    assert second.is_ours() is database.is_sqlite, "SQLite's processes need no leader"
    assert first.is_ours()
    first.release()
    assert second.is_ours()
    second.release()


def test_threads_of_one_process_lead_together(database: Database) -> None:
    ours, at_once = Leadership(database), Barrier(4)

    def ask(_: int) -> bool:
        at_once.wait()
        return ours.is_ours()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(40))) == [True] * 40
    ours.release()


def test_a_leader_whose_connection_breaks_is_followed(database: Database) -> None:
    if database.is_sqlite:
        return
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    first, second = Leadership(database), Leadership(other)
    assert first.is_ours()
    with other.begin() as session:
        session.execute(text(END_THE_LEADERS_SESSION))
    assert second.is_ours()
    assert not first.is_ours()
    second.release()
    other.dispose()

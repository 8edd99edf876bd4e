"""How PostgreSQL is reached over a network: who is gone is given up within seconds, at both ends."""

from sqlalchemy import make_url, text

from storage.database import Database
from tests.support.databases import opened

GONE = {
    "tcp_keepalives_idle": 3,
    "tcp_keepalives_interval": 1,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 6_000,
}


def settings(database: Database) -> dict[str, int]:
    """How PostgreSQL treats this connection."""
    with database.read() as session:
        rows = session.execute(text("SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp_%'"))
        return {name: int(value) for name, value in rows}


def test_postgresql_gives_up_who_is_gone(database: Database) -> None:
    if not database.is_sqlite:
        assert settings(database) == GONE


def test_what_the_address_says_goes_first(database: Database) -> None:
    if database.is_sqlite:
        return
    options = {"options": "-c tcp_user_timeout=9000 -c application_name=ours"}
    url = make_url(database.engine.url).update_query_dict(options).render_as_string(hide_password=False)
    with opened(url) as other:
        assert settings(other) == GONE | {"tcp_user_timeout": 9_000}
        with other.read() as session:
            assert session.scalar(text("SHOW application_name")) == "ours"

"""searching: the index that texts are found by

On SQLite texts are found by an FTS5 table of three letters each, which triggers on ``tickets`` keep: whoever
changes or deletes a ticket's text does so there as well. A later migration that makes ``tickets`` anew (a batch
operation) has to make those triggers anew. On PostgreSQL it is an index by the extension pg_trgm, which comes with
it and which the owner of a database may add; where it cannot be had, searching reads ticket by ticket.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0013"
down_revision = "0012b"
branch_labels = None
depends_on = None

# What is searched: the text and the number, each word between spaces.
WORDS = "' ' || replace({row}masked_story, '\n', ' ') || ' ' || {row}number || ' '"
SEARCH = "tickets_search"
# What is put in here are constants of this file.
FORGET = f"INSERT INTO {SEARCH} ({SEARCH}, rowid, words) VALUES ('delete', old.id, {WORDS.format(row='old.')});"  # noqa: S608
LEARN = f"INSERT INTO {SEARCH} (rowid, words) VALUES (new.id, {WORDS.format(row='new.')});"  # noqa: S608
# A text that was taken away, not added to: its letters are to leave the index as well.
SHORTER = "length(new.masked_story) < length(old.masked_story)"
STALE = f"INSERT OR IGNORE INTO {SEARCH}_stale (what) VALUES ('wanted');"  # noqa: S608
TRIGGERS = {
    f"{SEARCH}_insert": f"AFTER INSERT ON tickets BEGIN {LEARN} END",
    f"{SEARCH}_update": f"AFTER UPDATE OF number, masked_story ON tickets BEGIN {FORGET} {LEARN} END",
    f"{SEARCH}_delete": f"AFTER DELETE ON tickets BEGIN {FORGET} {STALE} END",
    f"{SEARCH}_shorten": f"AFTER UPDATE OF masked_story ON tickets WHEN {SHORTER} BEGIN {STALE} END",
}
ADD_TRIGRAMS = """
    DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
    EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
        RAISE WARNING 'Without the extension pg_trgm searching is slow: see docs/scaling.md.';
    END $$
"""
TRIGRAMS = sa.text(f"lower({WORDS.format(row='')}) gin_trgm_ops")


def upgrade() -> None:
    (_upgrade_sqlite if _is_sqlite() else _upgrade_postgresql)()


def downgrade() -> None:
    if not _is_sqlite():
        in_use.drop_index(f"ix_{SEARCH}", "tickets")
        return
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.execute(f"DROP TABLE {SEARCH}")
    op.execute(f"DROP TABLE {SEARCH}_stale")


def _upgrade_sqlite() -> None:
    """In one transaction: a trigger takes no text out of the index that is not in it."""
    op.execute(f"CREATE VIRTUAL TABLE {SEARCH} USING fts5(words, content='', columnsize=0, tokenize='trigram')")
    op.execute(f"CREATE TABLE {SEARCH}_stale (what VARCHAR NOT NULL PRIMARY KEY)")
    op.execute(f"INSERT INTO {SEARCH} (rowid, words) SELECT id, {WORDS.format(row='')} FROM tickets")  # noqa: S608
    for name, what in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {what}")


def _upgrade_postgresql() -> None:
    op.execute(ADD_TRIGRAMS)
    if op.get_bind().scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")):
        in_use.create_index(f"ix_{SEARCH}", "tickets", [TRIGRAMS], postgresql_using="gin")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"

"""lists of a million tickets: indexes by which queues are counted and paged, and the one that texts are found by

On SQLite texts are found by an FTS5 table of three letters each, which triggers on ``tickets`` keep: whoever
changes or deletes a ticket's text does so there as well. A later migration that makes ``tickets`` anew (a batch
operation) has to make those triggers anew. On PostgreSQL it is an index by the extension pg_trgm, which comes with
it and which the owner of a database may add; where it cannot be had, searching reads ticket by ticket.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = "closed_at IS NULL"
PLACED = "closed_at IS NULL AND latitude IS NOT NULL"
CASE_OPEN = "closed_at IS NULL AND forwarded_at IS NOT NULL"
CASE_CLOSED = "closed_at IS NOT NULL AND forwarded_at IS NOT NULL"
ANGER = "wording IN ('anger_heard', 'anger_met', 'anger_met_open', 'anger_met_open_late')"
# Name, table, columns, condition on SQLite, condition on PostgreSQL.
NEW = (
    ("ix_tickets_open_deadline", "tickets", ["solve_by", "id", "status", "service", "sealed", "urgent", "priority",
                                             "incident_id", "agency"], OPEN, OPEN),
    ("ix_tickets_first", "tickets", ["urgent", "priority", "solve_by"],
     "closed_at IS NULL AND (urgent = 1 OR priority > 0)", "closed_at IS NULL AND (urgent OR priority > 0)"),
    ("ix_tickets_holder", "tickets", ["assigned_to", "closed_at", "id"], "assigned_to IS NOT NULL",
     "assigned_to IS NOT NULL"),
    ("ix_tickets_service_id", "tickets", ["service", "id", "status", "sealed"], None, None),
    ("ix_tickets_status_id", "tickets", ["status", "id", "sealed", "area"], None, None),
    ("ix_tickets_area_id", "tickets", ["area", "id", "sealed"], None, None),
    ("ix_tickets_outcome_id", "tickets", ["outcome", "id", "sealed"], "outcome IS NOT NULL",
     "outcome IS NOT NULL"),
    ("ix_tickets_agency_open", "tickets", ["agency", "solve_by", "id", "status", "unit", "service", "area",
                                           "sealed", "incident_id", "version"], CASE_OPEN, CASE_OPEN),
    ("ix_tickets_agency_closed", "tickets", ["agency", "closed_at", "id", "status", "unit", "service", "area",
                                             "sealed", "incident_id"], CASE_CLOSED, CASE_CLOSED),
    ("ix_tickets_open_place", "tickets", ["latitude", "longitude", "id", "status", "sealed"], PLACED, PLACED),
    ("ix_tickets_hurried", "tickets", ["id"], "priority > 0", "priority > 0"),
    ("ix_tickets_came_by", "tickets", ["came_by", "id"], "came_by IS NOT NULL", "came_by IS NOT NULL"),
    ("ix_tickets_praise", "tickets", ["created_at", "agency", "sealed"], "kind = 'apresiasi'",
     "kind = 'apresiasi'"),
    ("ix_tickets_urgent", "tickets", ["created_at"], "urgent = 1", "urgent"),
    ("ix_tickets_sealed", "tickets", ["status", "solve_by"], "sealed = 1", "sealed"),
    ("ix_claims_sample", "claims", ["sampled_week", "verdict", "agency", "ticket_id", "round"],
     "sampled_week IS NOT NULL", "sampled_week IS NOT NULL"),
    ("ix_claims_flagged", "claims", ["claimed_at", "agency", "verdict", "ticket_id", "round"], "flagged = 1",
     "flagged"),
    ("ix_outbound_messages_anger", "outbound_messages", ["conversation_id", "created_at"], ANGER, ANGER),
    ("ix_inbound_messages_anger", "inbound_messages", ["ticket_id"],
     "json_extract(understanding, '$.intents[0][0]') = 'marah'",
     "(understanding #>> '{intents,0,0}') = 'marah'"),
    ("ix_citizens_blocked_at", "citizens", ["blocked_at"], "blocked_at IS NOT NULL", "blocked_at IS NOT NULL"),
    ("ix_handovers_waiting", "handovers", ["due_at", "id", "reason", "answered_by", "conversation_id"],
     "answered_at IS NULL", "answered_at IS NULL"),
    ("ix_follow_ups_gathering", "follow_ups", ["due_at"], "state = 'waiting' AND kind = 'leadership_list'",
     "state = 'waiting' AND kind = 'leadership_list'"),
    ("ix_follow_ups_listed", "follow_ups", ["done_at", "ticket_id"],
     "state = 'done' AND kind = 'leadership_list'", "state = 'done' AND kind = 'leadership_list'"),
)  # fmt: skip
OLD = (
    ("ix_tickets_open_solve_by", "tickets", ["solve_by"], OPEN),
    ("ix_tickets_assigned_to", "tickets", ["assigned_to", "id"], "assigned_to IS NOT NULL"),
    ("ix_claims_sampled_week", "claims", ["sampled_week"], None),
    ("ix_handovers_open", "handovers", ["due_at"], "answered_at IS NULL"),
)
# Of tickets that have one at all, which are few.
MADE_PARTIAL = ("linked_to", "incident_id", "duplicate_of")
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


def upgrade() -> None:
    for column in MADE_PARTIAL:
        op.drop_index(f"ix_tickets_{column}", "tickets")
        given = f"{column} IS NOT NULL"
        op.create_index(f"ix_tickets_{column}", "tickets", [column], **_where(given, given))
    for name, table, columns, on_sqlite, on_postgresql in NEW:
        op.create_index(name, table, columns, **_where(on_sqlite, on_postgresql))
    for name, table, *_ in OLD:
        op.drop_index(name, table)
    if _is_sqlite():
        _upgrade_sqlite()
    else:
        _upgrade_postgresql()


def downgrade() -> None:
    if _is_sqlite():
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        op.execute(f"DROP TABLE {SEARCH}")
        op.execute(f"DROP TABLE {SEARCH}_stale")
    else:
        op.execute(f"DROP INDEX IF EXISTS ix_{SEARCH}")
    for column in MADE_PARTIAL:
        op.drop_index(f"ix_tickets_{column}", "tickets")
        op.create_index(f"ix_tickets_{column}", "tickets", [column])
    for name, table, columns, condition in OLD:
        op.create_index(name, table, columns, **_where(condition, condition))
    for name, table, *_ in NEW:
        op.drop_index(name, table)


def _upgrade_sqlite() -> None:
    op.execute(f"CREATE VIRTUAL TABLE {SEARCH} USING fts5(words, content='', columnsize=0, tokenize='trigram')")
    op.execute(f"CREATE TABLE {SEARCH}_stale (what VARCHAR NOT NULL PRIMARY KEY)")
    op.execute(f"INSERT INTO {SEARCH} (rowid, words) SELECT id, {WORDS.format(row='')} FROM tickets")  # noqa: S608
    for name, what in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {what}")


def _upgrade_postgresql() -> None:
    op.execute(f"""
        DO $$ BEGIN
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
            CREATE INDEX ix_{SEARCH} ON tickets USING gin (lower({WORDS.format(row="")}) gin_trgm_ops);
        EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
            RAISE WARNING 'Without the extension pg_trgm searching is slow: see docs/scaling.md.';
        END $$
    """)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _where(on_sqlite: str | None, on_postgresql: str | None) -> dict[str, sa.TextClause]:
    if on_sqlite is None or on_postgresql is None:
        return {}
    return {"sqlite_where": sa.text(on_sqlite), "postgresql_where": sa.text(on_postgresql)}

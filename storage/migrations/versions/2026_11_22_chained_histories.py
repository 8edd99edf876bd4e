"""chained histories: each row of a ticket's history and of the audit sealed with the one before"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

HISTORIES = ("ticket_events", "audit_entries")
ADDED = (
    ("salt", sa.LargeBinary),
    ("digest", sa.String),
    ("link", sa.String),
    ("position", sa.Integer),
)  # fmt: skip
# What of a row stays as it was written, whatever happens.
FIXED = {
    "ticket_events": ("id", "ticket_id", "at", "kind", "actor", "status", "agency", "data"),
    "audit_entries": ("id", "at", "user_id", "action", "subject"),
}
REFUSED = {
    "ticket_events": "ticket events are never changed",
    "audit_entries": "audit entries are never changed",
}
AUDIT_REFUSED = REFUSED["audit_entries"]


def upgrade() -> None:
    in_use.take("ticket_events", "audit_entries")
    op.create_table(
        "chains",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_chains"),
    )
    op.create_table(
        "anchors",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_anchors"),
    )
    op.create_table(
        "history_checks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("reached", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history_checks"),
    )
    for table in HISTORIES:
        for name, kind in ADDED:
            op.add_column(table, sa.Column(name, kind(), nullable=True))
    _drop_old_triggers()
    (_guard_sqlite if _on_sqlite() else _guard_postgresql)()


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _drop_old_triggers() -> None:
    """Of 0008: they knew no row that is sealed behind its insert, and no deletion when its time is over."""
    if _on_sqlite():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER audit_entries_no_{verb}")
        return
    op.execute("DROP TRIGGER audit_entries_append_only ON audit_entries")
    op.execute("DROP FUNCTION refuse_audit_change()")


# -- what may happen to a row: both databases the same, each in its words -------------------------------------


def _is_allowed(table: str, same: str, as_text: str) -> str:
    """The condition under which an UPDATE is none of the history: ``same`` compares, NULL with NULL as well.

    The words can be taken away, and encrypted anew with another key; a row that has no link yet can get one.
    """
    fixed = [f"NEW.{name}{as_text if name == 'data' else ''} {same} OLD.{name}{as_text if name == 'data' else ''}"
             for name in FIXED[table]]  # fmt: skip
    if table == "ticket_events":
        payload = f"(NEW.note {same} OLD.note OR OLD.note IS NOT NULL)"
    else:
        new, old = f"NEW.data{as_text}", f"OLD.data{as_text}"
        payload = f"({new} {same} {old} OR ({new} = '{{}}' AND NEW.salt IS NULL))"
    salt = f"(NEW.salt {same} OLD.salt OR NEW.salt IS NULL OR OLD.link IS NULL)"
    sealed = [f"(NEW.{name} {same} OLD.{name} OR OLD.link IS NULL)" for name in ("digest", "link", "position")]
    return " AND ".join([*fixed, payload, salt, *sealed])


def _has_ended(table: str) -> str:
    """Rows of a chain that has ended may go."""
    if table == "ticket_events":
        return (
            "EXISTS (SELECT 1 FROM chains JOIN tickets ON chains.name = 'ticket:' || tickets.number"
            " WHERE tickets.id = OLD.ticket_id AND chains.ended_at IS NOT NULL)"
        )
    month = "substr(OLD.at, 1, 7)" if _on_sqlite() else "to_char(OLD.at AT TIME ZONE 'UTC', 'YYYY-MM')"
    return (
        f"EXISTS (SELECT 1 FROM chains WHERE name = 'audit:' || {month} || ':' || OLD.subject"  # noqa: S608
        " AND ended_at IS NOT NULL)"
    )


def _guard_sqlite() -> None:
    for table in HISTORIES:
        conditions = {"UPDATE": _is_allowed(table, "IS", ""), "DELETE": _has_ended(table)}
        for verb, allowed in conditions.items():
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} WHEN NOT ({allowed}) "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSED[table]}'); END"
            )


def _guard_postgresql() -> None:
    for table in HISTORIES:
        op.execute(
            f"CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN IF {_has_ended(table)} THEN RETURN OLD; END IF; "
            f"ELSIF {_is_allowed(table, 'IS NOT DISTINCT FROM', '::text')} THEN RETURN NEW; END IF; "
            f"RAISE EXCEPTION '{REFUSED[table]}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{table}_change()"
        )


# -- back -----------------------------------------------------------------------------------------------------


def downgrade() -> None:
    _drop_triggers()
    for table in HISTORIES:
        for name, _ in ADDED:
            op.drop_column(table, name)
    for table in ("history_checks", "anchors", "chains"):
        op.drop_table(table)
    _old_triggers()


def _drop_triggers() -> None:
    for table in HISTORIES:
        if _on_sqlite():
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{verb}")
            continue
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        op.execute(f"DROP FUNCTION refuse_{table}_change()")


def _old_triggers() -> None:
    if _on_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entries_no_{verb.lower()} BEFORE {verb} ON audit_entries "
                f"BEGIN SELECT RAISE(ABORT, '{AUDIT_REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{AUDIT_REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )

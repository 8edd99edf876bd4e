"""console: sessions, second factors, audit, views, ready sentences, kept answers and examples, assignment"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
CURRENT_TOPIC = sa.text("topic IS NOT NULL AND retired_at IS NULL")
REFUSED = "audit entries are never changed"


def upgrade() -> None:
    in_use.take()
    _accounts()
    _desk()
    _kept()
    _tickets()
    _audit()


def _accounts() -> None:
    op.create_table(
        "login_sessions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_login_sessions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_login_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_login_sessions_token_hash"),
    )
    op.create_index("ix_login_sessions_user_id", "login_sessions", ["user_id"])
    op.create_table(
        "reset_links",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_reset_links_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reset_links"),
        sa.UniqueConstraint("token_hash", name="uq_reset_links_token_hash"),
    )
    op.create_index("ix_reset_links_user_id", "reset_links", ["user_id"])
    op.add_column("users", sa.Column("name", sa.String(), nullable=True))
    op.add_column("users", sa.Column("language", sa.String(), nullable=False, server_default="id"))
    op.add_column("users", sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("totp_confirmed_at", TIME, nullable=True))
    op.add_column("users", sa.Column("totp_step", BIG_ID, nullable=True))


def _desk() -> None:
    op.create_table(
        "presences",
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_presences_ticket_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_presences_user_id"),
        sa.PrimaryKeyConstraint("ticket_id", "user_id", name="pk_presences"),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_saved_views_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_views_user_id_name"),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("retired_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_canned_replies_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_canned_replies"),
    )


def _kept() -> None:
    op.create_table(
        "standing_answers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("text_id", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("verified_by", BIG_ID, nullable=True),
        sa.Column("verified_at", TIME, nullable=True),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("retired_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["verified_by"], ["users.id"], name="fk_standing_answers_verified_by"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_standing_answers_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_standing_answers"),
    )
    op.create_index(
        "ix_standing_answers_topic", "standing_answers", ["topic"], unique=True,
        sqlite_where=CURRENT_TOPIC, postgresql_where=CURRENT_TOPIC,
    )  # fmt: skip
    op.create_table(
        "examples",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("inbound_id", BIG_ID, nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("faq", sa.String(), nullable=True),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound_messages.id"], name="fk_examples_inbound_id"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_examples_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_examples"),
        sa.UniqueConstraint("inbound_id", name="uq_examples_inbound_id"),
    )


def _tickets() -> None:
    in_use.add_reference("tickets", "assigned_to", "users")
    op.add_column("tickets", sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="0"))


def _audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_audit_entries_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject", "id"])
    op.create_index("ix_audit_entries_user_id", "audit_entries", ["user_id", "id"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    _refuse_changes()


def _refuse_changes() -> None:
    """Append-only by the database itself, whoever writes."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entries_no_{verb.lower()} BEFORE {verb} ON audit_entries "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )


def downgrade() -> None:
    for table in ("audit_entries", "examples", "standing_answers", "canned_replies", "saved_views", "presences"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
    for column in ("priority", "assigned_to"):
        op.drop_column("tickets", column)
    for table in ("reset_links", "login_sessions"):
        op.drop_table(table)
    for column in ("totp_step", "totp_confirmed_at", "totp_secret", "language", "name"):
        op.drop_column("users", column)

"""conversation in depth: linked and sealed tickets, ratings, duty, civil servants, blocked senders"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = {
    "users": ("agency", "phone", "phone_hash"),
    "tickets": ("linked_to", "sealed", "may_write", "on_behalf", "rating"),
    "citizens": ("blocked_at", "erased_at"),
}


def upgrade() -> None:
    in_use.take()
    # Columns are added in place: rebuilding a table, as batch mode does on SQLite, would drop one that others
    # refer to, and with it what refers to it.
    in_use.add_reference("tickets", "linked_to", "tickets")
    op.add_column("tickets", sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tickets", sa.Column("may_write", sa.Boolean(), nullable=True))
    op.add_column("tickets", sa.Column("on_behalf", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tickets", sa.Column("rating", sa.SmallInteger(), nullable=True))
    op.add_column("citizens", sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("citizens", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("agency", sa.String(), nullable=True))
    op.add_column("users", sa.Column("phone", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("phone_hash", sa.String(), nullable=True))
    op.create_index("ix_users_phone_hash", "users", ["phone_hash"])
    _staff()
    _rechecks()


def _staff() -> None:
    op.create_table(
        "civil_servants",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("phone_hash", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_civil_servants_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_civil_servants"),
        sa.UniqueConstraint("phone_hash", name="uq_civil_servants_phone_hash"),
    )
    op.create_table(
        "shifts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_shifts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_index("ix_shifts_starts_at_ends_at", "shifts", ["starts_at", "ends_at"])
    op.create_table(
        "alarms",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["taken_by"], ["users.id"], name="fk_alarms_taken_by"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_alarms_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
        sa.UniqueConstraint("ticket_id", name="uq_alarms_ticket_id"),
    )
    waiting = sa.text("next_at IS NOT NULL")
    op.create_index("ix_alarms_next_at", "alarms", ["next_at"], sqlite_where=waiting, postgresql_where=waiting)


def _rechecks() -> None:
    op.create_table(
        "rechecks",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.Column("inbound_id", BIG_ID, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_rechecks_conversation_id"),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound_messages.id"], name="fk_rechecks_inbound_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rechecks"),
        sa.UniqueConstraint(
            "conversation_id", "inbound_id", "topic", name="uq_rechecks_conversation_id_inbound_id_topic"
        ),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_rechecks_due", "rechecks", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    for table in ("rechecks", "alarms", "shifts", "civil_servants"):
        op.drop_table(table)
    op.drop_index("ix_users_phone_hash", "users")
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column)

"""the ladder: agencies' clocks, lists that are due, news that waits"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = {
    "tickets": ("verified_at", "answered_at", "clocks"),
    "follow_ups": ("say",),
    "handovers": ("reminded_at",),
}


def upgrade() -> None:
    in_use.take("follow_ups", "handovers")
    op.add_column("tickets", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("clocks", sa.Integer(), server_default="0", nullable=False))
    op.add_column("follow_ups", sa.Column("say", sa.String(), nullable=True))
    op.add_column("handovers", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    _assignments()
    _digests()
    _notices()


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verify_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solve_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_assignments_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
    )
    op.create_index("ix_assignments_ticket_id", "assignments", ["ticket_id"])
    now = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_assignments_open", "assignments", ["agency", "ticket_id"], sqlite_where=now, postgresql_where=now
    )


def _digests() -> None:
    op.create_table(
        "digests",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("kind", "target", name="uq_digests_kind_target"),
    )
    op.create_index("ix_digests_due_at", "digests", ["due_at"])


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("more", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_notices_conversation_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_notices_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("key", name="uq_notices_key"),
    )
    op.create_index("ix_notices_conversation_id", "notices", ["conversation_id"])
    op.create_index("ix_notices_ticket_id", "notices", ["ticket_id"])
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_notices_due", "notices", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    for table in ("notices", "digests", "assignments"):
        op.drop_table(table)
    for table, columns in ADDED.items():
        for column in columns:
            op.drop_column(table, column)

"""delivery: sender leases, why messages failed, costs, announcements, reconciliation, copies at the provider"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0007"
down_revision = "0006b"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    in_use.take("outbound_messages")
    _leases()
    _announcements()
    _columns_of_messages()


def _leases() -> None:
    op.create_table(
        "sender_leases",
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("line", name="pk_sender_leases"),
    )
    op.create_table(
        "reconciliations",
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("through", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("line", name="pk_reconciliations"),
    )


def _announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", BIG_ID, nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("after", BIG_ID, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("stopped_by", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_announcements_created_by"),
        sa.ForeignKeyConstraint(["stopped_by"], ["users.id"], name="fk_announcements_stopped_by"),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_announcements_due_at", "announcements", ["due_at"], sqlite_where=due, postgresql_where=due)


def _columns_of_messages() -> None:
    references = {"instead_of": "outbound_messages", "settled_by": "users", "announcement_id": "announcements"}
    for name, target in references.items():
        in_use.add_reference("outbound_messages", name, target)
    op.add_column("outbound_messages", sa.Column("failure", sa.String(), nullable=True))
    op.add_column("outbound_messages", sa.Column("settled_at", TIME, nullable=True))
    op.add_column("outbound_messages", sa.Column("form", sa.String(), nullable=True))
    for table in ("outbound_messages", "inbound_messages"):
        op.add_column(table, sa.Column("cost", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("currency", sa.String(), nullable=True))
        op.add_column(table, sa.Column("copy_deleted_at", TIME, nullable=True))
    op.add_column("conversations", sa.Column("unreachable_at", TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("conversations", "unreachable_at")
    for table in ("outbound_messages", "inbound_messages"):
        for column in ("copy_deleted_at", "currency", "cost"):
            op.drop_column(table, column)
    for column in ("form", "settled_at", "failure", "announcement_id", "settled_by", "instead_of"):
        op.drop_column("outbound_messages", column)
    for table in ("announcements", "reconciliations", "sender_leases"):
        op.drop_table(table)

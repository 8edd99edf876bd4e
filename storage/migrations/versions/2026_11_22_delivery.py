"""delivery: sender leases, why messages failed, costs, announcements, reconciliation, copies at the provider"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
IN_HAND = sa.text("state = 'sending'")
DEAD = sa.text("state = 'failed' AND settled_at IS NULL")
COPIED = sa.text("provider_id IS NOT NULL AND copy_deleted_at IS NULL")
KEPT = sa.text("copy_deleted_at IS NULL")


def upgrade() -> None:
    _leases()
    _announcements()
    _columns_of_messages()
    _indexes()


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
    references = {"instead_of": "outbound_messages.id", "settled_by": "users.id",
                  "announcement_id": "announcements.id"}  # fmt: skip
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, target in references.items():
        key = sa.ForeignKey(target, name=f"fk_outbound_messages_{name}")
        column = sa.Column(name, BIG_ID, key, nullable=True)
        op.add_column("outbound_messages", column, inline_references=on_sqlite)
    op.add_column("outbound_messages", sa.Column("failure", sa.String(), nullable=True))
    op.add_column("outbound_messages", sa.Column("settled_at", TIME, nullable=True))
    op.add_column("outbound_messages", sa.Column("form", sa.String(), nullable=True))
    for table in ("outbound_messages", "inbound_messages"):
        op.add_column(table, sa.Column("cost", sa.BigInteger(), nullable=True))
        op.add_column(table, sa.Column("currency", sa.String(), nullable=True))
        op.add_column(table, sa.Column("copy_deleted_at", TIME, nullable=True))
    op.add_column("conversations", sa.Column("unreachable_at", TIME, nullable=True))


def _indexes() -> None:
    op.drop_index("ix_outbound_messages_due", "outbound_messages")
    partial = (
        ("ix_outbound_messages_due", ["channel", "lane", "due_at"], WAITING),
        ("ix_outbound_messages_in_hand", ["conversation_id"], IN_HAND),
        ("ix_outbound_messages_dead", ["id"], DEAD),
        ("ix_outbound_messages_copies", ["channel", "created_at"], COPIED),
        ("ix_outbound_messages_instead_of", ["instead_of"], sa.text("instead_of IS NOT NULL")),
        ("ix_outbound_messages_announcement_id", ["announcement_id"], sa.text("announcement_id IS NOT NULL")),
    )
    for name, columns, where in partial:
        op.create_index(name, "outbound_messages", columns, sqlite_where=where, postgresql_where=where)
    columns = ["channel", "received_at"]
    op.create_index("ix_inbound_messages_copies", "inbound_messages", columns,
                    sqlite_where=KEPT, postgresql_where=KEPT)  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_inbound_messages_copies", "inbound_messages")
    for name in ("announcement_id", "instead_of", "copies", "dead", "in_hand", "due"):
        op.drop_index(f"ix_outbound_messages_{name}", "outbound_messages")
    op.drop_column("conversations", "unreachable_at")
    for table in ("outbound_messages", "inbound_messages"):
        for column in ("copy_deleted_at", "currency", "cost"):
            op.drop_column(table, column)
    for column in ("form", "settled_at", "failure", "announcement_id", "settled_by", "instead_of"):
        op.drop_column("outbound_messages", column)
    op.create_index("ix_outbound_messages_due", "outbound_messages", ["lane", "due_at"],
                    sqlite_where=WAITING, postgresql_where=WAITING)  # fmt: skip
    for table in ("announcements", "reconciliations", "sender_leases"):
        op.drop_table(table)

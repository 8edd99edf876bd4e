"""personal data: consents, requests about it, the erasure ledger, what its time was over for"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

CLEARED = {"tickets": "anonymised_at", "inbound_messages": "cleared_at", "outbound_messages": "cleared_at"}


def upgrade() -> None:
    in_use.take("outbound_messages")
    op.create_table(
        "consents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("citizen_id", BIG_ID, nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.String(), nullable=True),
        sa.Column("inbound_id", BIG_ID, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name="fk_consents_citizen_id"),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound_messages.id"], name="fk_consents_inbound_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_citizen_id", "consents", ["citizen_id"])
    op.create_table(
        "rights_requests",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("citizen_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("taken_by", BIG_ID, nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("done_by", BIG_ID, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("reminded_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["citizen_id"], ["citizens.id"], name="fk_rights_requests_citizen_id"),
        sa.ForeignKeyConstraint(["taken_by"], ["users.id"], name="fk_rights_requests_taken_by"),
        sa.ForeignKeyConstraint(["done_by"], ["users.id"], name="fk_rights_requests_done_by"),
        sa.PrimaryKeyConstraint("id", name="pk_rights_requests"),
    )
    op.create_index("ix_rights_requests_citizen_id", "rights_requests", ["citizen_id"])
    op.create_index("ix_rights_requests_due_at", "rights_requests", ["done_at", "due_at"])
    op.create_table(
        "erasures",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("citizen_id", BIG_ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("written_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_citizen_id", "erasures", ["citizen_id"])
    op.create_index("ix_erasures_at", "erasures", ["at"])
    op.create_index("ix_erasures_written_at", "erasures", ["written_at"])
    op.create_table(
        "retention_marks",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("through", BIG_ID, nullable=False),
        sa.Column("at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_retention_marks"),
    )
    for table, column in CLEARED.items():
        op.add_column(table, sa.Column(column, TIME, nullable=True))


def downgrade() -> None:
    for table, column in CLEARED.items():
        op.drop_column(table, column)
    for table in ("retention_marks", "erasures", "rights_requests", "consents"):
        op.drop_table(table)

"""incidents: several citizens' tickets about one thing, and the same citizen again"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0005"
down_revision = "0004b"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    in_use.take()
    op.create_table(
        "incidents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("lead_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("flood_key", sa.String(), nullable=True),
        sa.Column("flood_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("following", BIG_ID, nullable=True),
        sa.Column("merged_into", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["incidents.id"], name="fk_incidents_merged_into"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.UniqueConstraint("flood_key", name="uq_incidents_flood_key"),
    )
    op.create_index("ix_incidents_last_at", "incidents", ["last_at"])
    behind = sa.text("following IS NOT NULL")
    op.create_index("ix_incidents_following", "incidents", ["id"], sqlite_where=behind, postgresql_where=behind)
    in_use.add_reference("tickets", "incident_id", "incidents")
    in_use.add_reference("tickets", "duplicate_of", "tickets")


def downgrade() -> None:
    op.drop_column("tickets", "duplicate_of")
    op.drop_column("tickets", "incident_id")
    op.drop_table("incidents")

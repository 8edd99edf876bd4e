"""incidents: several citizens' tickets about one thing, and the same citizen again"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = {
    "ix_tickets_incident_id": ["incident_id"],
    "ix_tickets_duplicate_of": ["duplicate_of"],
    "ix_tickets_service_area_created_at": ["service", "area", "created_at"],
    "ix_tickets_service_created_at": ["service", "created_at"],
    "ix_tickets_service_latitude": ["service", "latitude"],
}


def upgrade() -> None:
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
    _columns_of_tickets()


def _columns_of_tickets() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, target in (("incident_id", "incidents.id"), ("duplicate_of", "tickets.id")):
        key = sa.ForeignKey(target, name=f"fk_tickets_{name}")
        op.add_column("tickets", sa.Column(name, BIG_ID, key, nullable=True), inline_references=on_sqlite)
    for name, columns in INDEXES.items():
        op.create_index(name, "tickets", columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "tickets")
    op.drop_column("tickets", "duplicate_of")
    op.drop_column("tickets", "incident_id")
    op.drop_table("incidents")

"""media: photos, voice notes and files of citizens"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    in_use.take()
    op.create_table(
        "media_files",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("inbound_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("claimed_type", sa.String(), nullable=False),
        sa.Column("store_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("perceptual_hash", sa.String(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("transcript", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound_messages.id"], name="fk_media_files_inbound_id"),
        sa.PrimaryKeyConstraint("id", name="pk_media_files"),
        sa.UniqueConstraint("inbound_id", "position", name="uq_media_files_inbound_id_position"),
        sa.UniqueConstraint("store_key", name="uq_media_files_store_key"),
    )
    due = sa.text("state = 'waiting'")
    op.create_index("ix_media_files_due", "media_files", ["due_at"], sqlite_where=due, postgresql_where=due)
    gone = sa.text("state = 'erasing'")
    op.create_index("ix_media_files_erasing", "media_files", ["id"], sqlite_where=gone, postgresql_where=gone)
    op.create_index("ix_media_files_perceptual_hash", "media_files", ["perceptual_hash"])


def downgrade() -> None:
    op.drop_table("media_files")

"""evidence: what photos told, claims and their checks, and prints by which photos are found again"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PIECES = tuple(f"piece_{n}" for n in range(8))
TOLD = ("perceptual_hash", "taken_at", "latitude", "longitude")


def upgrade() -> None:
    in_use.take("attachments", "media_files")
    op.add_column("attachments", sa.Column("perceptual_hash", sa.String(), nullable=True))
    op.add_column("attachments", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attachments", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("attachments", sa.Column("longitude", sa.Double(), nullable=True))
    _claims()
    _prints()


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attachment_id", BIG_ID, nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("flagged", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sampled_week", sa.String(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", BIG_ID, nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_claims_ticket_id"),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name="fk_claims_attachment_id"),
        sa.ForeignKeyConstraint(["checked_by"], ["users.id"], name="fk_claims_checked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        sa.UniqueConstraint("ticket_id", "round", name="uq_claims_ticket_id_round"),
    )
    waits = sa.text("verdict IS NULL AND (flagged OR sampled_week IS NOT NULL)")
    op.create_index("ix_claims_waiting", "claims", ["claimed_at"], sqlite_where=waits, postgresql_where=waits)
    op.create_index("ix_claims_claimed_at", "claims", ["claimed_at"])
    op.create_index("ix_claims_sampled_week", "claims", ["sampled_week"])
    op.create_table(
        "claim_draws",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_claim_draws"),
        sa.UniqueConstraint("week", name="uq_claim_draws_week"),
    )


def _prints() -> None:
    op.create_table(
        "photo_prints",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("attachment_id", BIG_ID, nullable=True),
        sa.Column("media_id", BIG_ID, nullable=True),
        sa.Column("perceptual_hash", sa.String(), nullable=False),
        *(sa.Column(piece, sa.Integer(), nullable=False) for piece in PIECES),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachments.id"], name="fk_photo_prints_attachment_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media_files.id"], name="fk_photo_prints_media_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_photo_prints"),
        sa.UniqueConstraint("attachment_id", name="uq_photo_prints_attachment_id"),
        sa.UniqueConstraint("media_id", name="uq_photo_prints_media_id"),
    )
    for piece in PIECES:
        op.create_index(f"ix_photo_prints_{piece}", "photo_prints", [piece])


def downgrade() -> None:
    for table in ("photo_prints", "claim_draws", "claims"):
        op.drop_table(table)
    for column in TOLD:
        op.drop_column("attachments", column)

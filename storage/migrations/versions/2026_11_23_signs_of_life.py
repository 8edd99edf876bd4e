"""signs of life: whether a worker's language model answers, and when the last backup was made"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("heartbeats", sa.Column("has_model", sa.Boolean(), nullable=True))
    op.create_table(
        "last_backup",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_last_backup"),
    )


def downgrade() -> None:
    op.drop_table("last_backup")
    op.drop_column("heartbeats", "has_model")

"""links that end: how often a citizen's link to a ticket was replaced"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("link_round", sa.SmallInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("tickets", "link_round")

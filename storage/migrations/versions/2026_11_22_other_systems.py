"""other systems: API keys, what they filed, subscriptions to events"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0010"
down_revision = "0009b"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    in_use.take()
    op.create_table(
        "api_keys",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", BIG_ID, nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("used_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_api_keys_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_table(
        "request_tokens",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("api_key_id", BIG_ID, nullable=False),
        sa.Column("inbound_id", BIG_ID, nullable=False),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["api_key_id"], ["api_keys.id"], name="fk_request_tokens_api_key_id"),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound_messages.id"], name="fk_request_tokens_inbound_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_request_tokens_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_request_tokens"),
        sa.UniqueConstraint("token", name="uq_request_tokens_token"),
        sa.UniqueConstraint("inbound_id", name="uq_request_tokens_inbound_id"),
    )
    op.create_index("ix_request_tokens_api_key_id", "request_tokens", ["api_key_id"])
    op.create_index("ix_request_tokens_ticket_id", "request_tokens", ["ticket_id"])
    op.create_table(
        "public_id_keys",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_public_id_keys"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("secret_before", sa.LargeBinary(), nullable=True),
        sa.Column("rotated_at", TIME, nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("agency", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", BIG_ID, nullable=True),
        sa.Column("through", BIG_ID, nullable=False),
        sa.Column("succeeded_at", TIME, nullable=True),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("suspended_at", TIME, nullable=True),
        sa.Column("suspended_for", sa.String(), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_subscriptions_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_ended_at", "subscriptions", ["ended_at"])


def downgrade() -> None:
    for table in ("subscriptions", "public_id_keys", "request_tokens", "api_keys"):
        op.drop_table(table)

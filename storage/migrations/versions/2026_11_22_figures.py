"""figures: daily and monthly roll-ups, weekly reports, exports; who held a ticket at each event; desk intake"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import in_use

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
COUNTERS = (
    "filed", "urgent", "claimed", "confirmed", "silent", "unreachable", "withdrawn", "rejected", "delivered",
    "duplicate", "reopened", "misrouted", "in_time", "late", "rated", "stars", "received", "sent", "alone",
    "asked", "by_people", "wrong", "open", "overdue", "open_days", "open_month",
)  # fmt: skip


def upgrade() -> None:
    in_use.take("ticket_events")
    _figures()
    _kept()
    _events()
    _desk()


def _figures() -> None:
    op.create_table(
        "figures",
        *_of_a_key(),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTERS),
        sa.PrimaryKeyConstraint("id", name="pk_figures"),
        sa.UniqueConstraint("span", "dimension", "first", "key", name="uq_figures_span_dimension_first_key"),
    )
    op.create_table(
        "figure_spans",
        *_of_a_key(),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figure_spans"),
        sa.UniqueConstraint(
            "span",
            "dimension",
            "first",
            "key",
            "measure",
            "bucket",
            name="uq_figure_spans_span_dimension_first_key_measure_bucket",
        ),
    )
    op.create_table(
        "figure_costs",
        *_of_a_key(),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figure_costs"),
        sa.UniqueConstraint(
            "span",
            "dimension",
            "first",
            "key",
            "currency",
            name="uq_figure_costs_span_dimension_first_key_currency",
        ),
    )


def _of_a_key() -> tuple[sa.Column, ...]:
    return (
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
    )


def _kept() -> None:
    op.create_table(
        "counted_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("counted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_counted_days"),
    )
    op.create_table(
        "weekly_reports",
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("week", name="pk_weekly_reports"),
    )
    op.create_table(
        "nightly_exports",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_nightly_exports"),
    )


def _events() -> None:
    op.add_column("ticket_events", sa.Column("agency", sa.String(), nullable=True))


def _desk() -> None:
    op.add_column("tickets", sa.Column("came_by", sa.String(), nullable=True))
    in_use.add_reference("tickets", "taken_by", "users")
    op.add_column("tickets", sa.Column("source", sa.LargeBinary(), nullable=True))
    op.add_column("presences", sa.Column("writing_at", TIME, nullable=True))


def downgrade() -> None:
    for table, column in (("presences", "writing_at"), ("tickets", "source"), ("tickets", "taken_by"),
                          ("tickets", "came_by")):  # fmt: skip
        op.drop_column(table, column)
    op.drop_column("ticket_events", "agency")
    for table in ("nightly_exports", "weekly_reports", "counted_days", "figure_costs", "figure_spans", "figures"):
        op.drop_table(table)

"""who holds what: the agencies that hold tickets now, and what has come to the end of the old reminders"""

from alembic import op

from storage.migrations import in_use

revision = "0004b"
down_revision = "0004"
branch_labels = None
depends_on = None

# The kinds of steps that the version before does not know.
NEW_STEPS = "'head_overdue', 'coordinators_overdue', 'leadership_list'"
# Whoever holds a ticket now has held it since it was filed, as far as is known.
HOLD_NOW = """
INSERT INTO assignments (ticket_id, agency, unit, begun_at, verify_by, answer_by, solve_by)
SELECT id, agency, unit, created_at, verify_by, answer_by, solve_by FROM tickets
WHERE id > :after AND id <= :through
    AND closed_at IS NULL AND agency != 'coordinators' AND status NOT IN ('duplicate', 'not_ours')
    AND NOT EXISTS (SELECT 1 FROM assignments WHERE assignments.ticket_id = tickets.id)
"""
# What has come to the end of the old reminders goes on the leadership's list.
STUCK = """
INSERT INTO follow_ups (ticket_id, kind, round, due_at, state)
SELECT id, 'leadership_list', 0, created_at, 'waiting' FROM tickets
WHERE id > :after AND id <= :through
    AND status IN ('waiting', 'coordination', 'in_progress', 'scheduled', 'reopened') AND NOT EXISTS (
    SELECT 1 FROM follow_ups WHERE follow_ups.ticket_id = tickets.id
        AND (follow_ups.state = 'waiting' OR follow_ups.kind = 'leadership_list'))
"""


def upgrade() -> None:
    in_use.fill(HOLD_NOW, "tickets")
    in_use.fill(STUCK, "tickets")


def downgrade() -> None:
    op.execute(f"DELETE FROM follow_ups WHERE kind IN ({NEW_STEPS})")  # noqa: S608

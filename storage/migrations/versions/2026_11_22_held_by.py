"""held by: who held a ticket at each event of its history"""

from storage.migrations import in_use

revision = "0009b"
down_revision = "0009"
branch_labels = None
depends_on = None

# Whoever held it then; coordinators where no agency's time ran. A send_back is of the agency that gave it back.
HELD_BY = """
    UPDATE ticket_events SET agency = COALESCE(
        (SELECT a.agency FROM assignments a
         WHERE a.ticket_id = ticket_events.ticket_id AND a.begun_at <= ticket_events.at
           AND (a.ended_at IS NULL OR a.ended_at >= ticket_events.at OR a.ended_as IN ('closed', 'reopened'))
         ORDER BY a.begun_at DESC, a.id DESC LIMIT 1),
        'coordinators')
    WHERE id > :after AND id <= :through AND agency IS NULL
"""


def upgrade() -> None:
    in_use.fill(HELD_BY, "ticket_events")


def downgrade() -> None:
    pass  # the column goes with the revision before

"""lists of a million tickets: indexes, of tables that were there before, by which queues are counted and paged"""

import sqlalchemy as sa

from storage.migrations import in_use

revision = "0012b"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = "closed_at IS NULL"
PLACED = "closed_at IS NULL AND latitude IS NOT NULL"
CASE_OPEN = "closed_at IS NULL AND forwarded_at IS NOT NULL"
CASE_CLOSED = "closed_at IS NOT NULL AND forwarded_at IS NOT NULL"
ANGER = "wording IN ('anger_heard', 'anger_met', 'anger_met_open', 'anger_met_open_late')"
TO_ANONYMISE = "closed_at IS NOT NULL AND anonymised_at IS NULL"
KEPT = "copy_deleted_at IS NULL"
COPIED = "provider_id IS NOT NULL AND copy_deleted_at IS NULL"
IN_HAND = "state = 'sending'"
DEAD = "state = 'failed' AND settled_at IS NULL"
# Name, table, columns, condition on SQLite, condition on PostgreSQL.
NEW = (
    ("ix_tickets_agency_id", "tickets", ["agency", "id"], None, None),
    ("ix_tickets_service_area_created_at", "tickets", ["service", "area", "created_at"], None, None),
    ("ix_tickets_service_created_at", "tickets", ["service", "created_at"], None, None),
    ("ix_tickets_service_latitude", "tickets", ["service", "latitude"], None, None),
    ("ix_tickets_closed_at", "tickets", ["closed_at", "created_at", "status"], None, None),
    ("ix_tickets_created_at", "tickets", ["created_at"], None, None),
    ("ix_tickets_to_anonymise", "tickets", ["sealed", "urgent", "closed_at"], TO_ANONYMISE, TO_ANONYMISE),
    ("ix_tickets_to_delete", "tickets", ["sealed", "urgent", "closed_at"], "anonymised_at IS NOT NULL",
     "anonymised_at IS NOT NULL"),
    ("ix_media_files_kept", "media_files", ["created_at"], "state = 'kept'", "state = 'kept'"),
    ("ix_ticket_events_at", "ticket_events", ["at"], None, None),
    ("ix_assignments_solve_by", "assignments", ["solve_by"], None, None),
    ("ix_inbound_messages_copies", "inbound_messages", ["channel", "received_at"], KEPT, KEPT),
    ("ix_inbound_messages_received_at", "inbound_messages", ["received_at"], None, None),
    ("ix_outbound_messages_sent_at", "outbound_messages", ["sent_at"], None, None),
    ("ix_outbound_messages_in_hand", "outbound_messages", ["conversation_id"], IN_HAND, IN_HAND),
    ("ix_outbound_messages_dead", "outbound_messages", ["id"], DEAD, DEAD),
    ("ix_outbound_messages_copies", "outbound_messages", ["channel", "created_at"], COPIED, COPIED),
    ("ix_tickets_open_deadline", "tickets", ["solve_by", "id", "status", "service", "sealed", "urgent", "priority",
                                             "incident_id", "agency"], OPEN, OPEN),
    ("ix_tickets_first", "tickets", ["urgent", "priority", "solve_by"],
     "closed_at IS NULL AND (urgent = 1 OR priority > 0)", "closed_at IS NULL AND (urgent OR priority > 0)"),
    ("ix_tickets_holder", "tickets", ["assigned_to", "closed_at", "id"], "assigned_to IS NOT NULL",
     "assigned_to IS NOT NULL"),
    ("ix_tickets_service_id", "tickets", ["service", "id", "status", "sealed"], None, None),
    ("ix_tickets_status_id", "tickets", ["status", "id", "sealed", "area"], None, None),
    ("ix_tickets_area_id", "tickets", ["area", "id", "sealed"], None, None),
    ("ix_tickets_outcome_id", "tickets", ["outcome", "id", "sealed"], "outcome IS NOT NULL",
     "outcome IS NOT NULL"),
    ("ix_tickets_agency_open", "tickets", ["agency", "solve_by", "id", "status", "unit", "service", "area",
                                           "sealed", "incident_id", "version"], CASE_OPEN, CASE_OPEN),
    ("ix_tickets_agency_closed", "tickets", ["agency", "closed_at", "id", "status", "unit", "service", "area",
                                             "sealed", "incident_id"], CASE_CLOSED, CASE_CLOSED),
    ("ix_tickets_open_place", "tickets", ["latitude", "longitude", "id", "status", "sealed"], PLACED, PLACED),
    ("ix_tickets_hurried", "tickets", ["id"], "priority > 0", "priority > 0"),
    ("ix_tickets_came_by", "tickets", ["came_by", "id"], "came_by IS NOT NULL", "came_by IS NOT NULL"),
    ("ix_tickets_praise", "tickets", ["created_at", "agency", "sealed"], "kind = 'apresiasi'",
     "kind = 'apresiasi'"),
    ("ix_tickets_urgent", "tickets", ["created_at"], "urgent = 1", "urgent"),
    ("ix_tickets_sealed", "tickets", ["status", "solve_by"], "sealed = 1", "sealed"),
    ("ix_claims_sample", "claims", ["sampled_week", "verdict", "agency", "ticket_id", "round"],
     "sampled_week IS NOT NULL", "sampled_week IS NOT NULL"),
    ("ix_claims_flagged", "claims", ["claimed_at", "agency", "verdict", "ticket_id", "round"], "flagged = 1",
     "flagged"),
    ("ix_outbound_messages_anger", "outbound_messages", ["conversation_id", "created_at"], ANGER, ANGER),
    ("ix_inbound_messages_anger", "inbound_messages", ["ticket_id"],
     "json_extract(understanding, '$.intents[0][0]') = 'marah'",
     "(understanding #>> '{intents,0,0}') = 'marah'"),
    ("ix_citizens_blocked_at", "citizens", ["blocked_at"], "blocked_at IS NOT NULL", "blocked_at IS NOT NULL"),
    ("ix_handovers_waiting", "handovers", ["due_at", "id", "reason", "answered_by", "conversation_id"],
     "answered_at IS NULL", "answered_at IS NULL"),
    ("ix_follow_ups_gathering", "follow_ups", ["due_at"], "state = 'waiting' AND kind = 'leadership_list'",
     "state = 'waiting' AND kind = 'leadership_list'"),
    ("ix_follow_ups_listed", "follow_ups", ["done_at", "ticket_id"],
     "state = 'done' AND kind = 'leadership_list'", "state = 'done' AND kind = 'leadership_list'"),
)  # fmt: skip
OLD = (
    ("ix_claims_sampled_week", "claims", ["sampled_week"], None),
    ("ix_handovers_open", "handovers", ["due_at"], "answered_at IS NULL"),
)
# Of rows that have one at all, which are few.
GIVEN = (
    ("tickets", "linked_to"),
    ("tickets", "incident_id"),
    ("tickets", "duplicate_of"),
    ("outbound_messages", "instead_of"),
    ("outbound_messages", "announcement_id"),
)


def upgrade() -> None:
    for name, table, columns, on_sqlite, on_postgresql in NEW:
        in_use.create_index(name, table, columns, **_where(on_sqlite, on_postgresql))
    for table, column in GIVEN:
        given = f"{column} IS NOT NULL"
        in_use.create_index(f"ix_{table}_{column}", table, [column], **_where(given, given))
    for name, table, *_ in OLD:
        in_use.drop_index(name, table)


def downgrade() -> None:
    for name, table, columns, condition in OLD:
        in_use.create_index(name, table, columns, **_where(condition, condition))
    for table, column in GIVEN:
        in_use.drop_index(f"ix_{table}_{column}", table)
    for name, table, *_ in NEW:
        in_use.drop_index(name, table)


def _where(on_sqlite: str | None, on_postgresql: str | None) -> dict[str, sa.TextClause]:
    if on_sqlite is None or on_postgresql is None:
        return {}
    return {"sqlite_where": sa.text(on_sqlite), "postgresql_where": sa.text(on_postgresql)}

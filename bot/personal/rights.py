"""What citizens ask about their own data, until when the law wants it done, and what became of it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from storage.models import RightsRequest

ACCESS, CORRECTION, ERASURE = "access", "correction", "erasure"
RESTRICTION, WITHDRAWAL = "restriction", "withdrawal"
KINDS = (ACCESS, CORRECTION, ERASURE, RESTRICTION, WITHDRAWAL)
BY_MESSAGE, AT_DESK = "message", "desk"
DONE, REFUSED, NOT_FETCHED = "done", "refused", "not_fetched"
# UU 27/2022: 3 x 24 hours for correction (article 30), access (32), withdrawal of consent (40) and restriction
# (41); erasure after a withdrawal (43) is given the same. It is the law's time, so no setting moves it.
LEGAL_TIME = timedelta(hours=72)
LONGEST_NOTE = 500


def take(
    session: Session,
    citizen_id: int,
    kind: str,
    now: datetime,
    *,
    via: str = BY_MESSAGE,
    taken_by: int | None = None,
    note: str | None = None,
) -> RightsRequest:
    """Write down a request that came at ``now``; it has an id."""
    row = RightsRequest(
        citizen_id=citizen_id,
        kind=kind,
        asked_at=now,
        due_at=now + LEGAL_TIME,
        via=via,
        taken_by=taken_by,
        note=note,
    )
    session.add(row)
    session.flush()
    return row


def finish(
    row: RightsRequest,
    now: datetime,
    *,
    by: int | None = None,
    outcome: str = DONE,
    proof: str | None = None,
) -> None:
    """It was dealt with; ``proof``: a digest of what was handed out or done. What was noted with it is dropped."""
    row.done_at, row.done_by, row.outcome, row.proof, row.note = now, by, outcome, proof, None


def done_at_once(
    session: Session, citizen_id: int, kind: str, now: datetime, proof: str | None = None
) -> RightsRequest:
    """A request by message that the system itself has carried out."""
    row = take(session, citizen_id, kind, now)
    finish(row, now, proof=proof)
    return row

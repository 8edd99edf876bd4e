"""Photos that look alike, and the claims that a person should look at."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, false, func, or_, select, text, true
from sqlalchemy.orm import Session, aliased, contains_eager, defer, joinedload

from storage.models import Attachment, Claim, InboundMessage, MediaFile, PhotoPrint, Ticket
from storage.models.evidence import WAITS

PIECES, DIGITS = 8, 4
# A photo in one colour looks like every other of that kind; nothing follows from that.
FEWEST_BITS, MOST_BITS = 8, 120
CLAIMED = ("claimed_done", "done")
OK, NOT_OK = "ok", "not_ok"

CLAIM_WITH_PHOTO = select(Claim.id).where(
    Claim.ticket_id == bindparam("ticket"), Claim.round == bindparam("round"), Claim.attachment_id.is_not(None)
)


class Alike(NamedTuple):
    """A photo that may look like another: it agrees in a piece of the hash."""

    perceptual_hash: str
    ticket_id: int | None
    by_citizen: bool


class Result(NamedTuple):
    """How the checks of claims came out. ``disputed``: the citizen said no, or it was claimed anew, before."""

    name: str
    total: int
    ok: int
    not_ok: int
    disputed: int

    @property
    def waiting(self) -> int:
        return self.total - self.ok - self.not_ok - self.disputed


def keep_print(
    session: Session, perceptual_hash: str, *, attachment_id: int | None = None, media_id: int | None = None
) -> None:
    """Remember how a photo looks, so that it is found again; not where it shows hardly anything."""
    if FEWEST_BITS <= int(perceptual_hash, 16).bit_count() <= MOST_BITS:
        made = PhotoPrint(attachment_id=attachment_id, media_id=media_id, perceptual_hash=perceptual_hash)
        for name, value in pieces_of(perceptual_hash).items():
            setattr(made, name, value)
        session.add(made)


def pieces_of(perceptual_hash: str) -> dict[str, int]:
    """The columns of a print: ``piece_0`` to ``piece_7``, 16 bits each."""
    return {f"piece_{n}": int(perceptual_hash[n * DIGITS : (n + 1) * DIGITS], 16) for n in range(PIECES)}


def alike(session: Session, perceptual_hash: str, of: Ticket | None = None) -> Sequence[Alike]:
    """All photos that may look like this one, oldest first: every one that differs in fewer than eight bits.

    Work on one incident is shown by one photo: what agencies showed for the others of the incident of ``of`` is
    left out.
    """
    near = or_(*(getattr(PhotoPrint, name) == value for name, value in pieces_of(perceptual_hash).items()))
    found = (
        select(
            PhotoPrint.perceptual_hash,
            func.coalesce(Attachment.ticket_id, InboundMessage.ticket_id),
            or_(PhotoPrint.media_id.is_not(None), Attachment.actor == "citizen"),
        )
        .outerjoin(Attachment, Attachment.id == PhotoPrint.attachment_id)
        .outerjoin(MediaFile, MediaFile.id == PhotoPrint.media_id)
        .outerjoin(InboundMessage, InboundMessage.id == MediaFile.inbound_id)
        .outerjoin(Ticket, Ticket.id == Attachment.ticket_id)
        .where(near, ~_is_same_work(of) if of else true())
        .order_by(PhotoPrint.id)
    )
    return [Alike(*row) for row in session.execute(found)]


def waiting(session: Session, limit: int, *, sealed: bool) -> Sequence[Claim]:
    """Claims that wait for a look, the earliest first; those of sealed tickets only with ``sealed``."""
    first = waiting_ids(sealed=sealed).order_by(Claim.claimed_at, Claim.id).limit(limit)
    found = select(Claim).join(Claim.ticket).where(Claim.id.in_(select(first.subquery().c.id)))
    told = contains_eager(Claim.ticket).selectinload(Ticket.events)
    shown = joinedload(Claim.photo).defer(Attachment.content)
    return session.scalars(found.order_by(Claim.claimed_at, Claim.id).options(told, shown)).all()


def count_waiting(session: Session, *, sealed: bool, most: int) -> int:
    """How many claims wait for a look, counted no further than ``most``."""
    few = waiting_ids(sealed=sealed).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def waiting_ids(*, sealed: bool) -> Select[int]:
    """The claims that wait for a look.

    Written so that it starts with the few claims that wait: joined to the tickets it may read all that are done.
    """
    # As in the index's own condition, word for word: otherwise it is not used.
    return select(Claim.id).where(text(WAITS), _stands_told(sealed), ~_is_overtaken())


def photos_before(session: Session, ticket_ids: Collection[int]) -> dict[int, list[MediaFile]]:
    """The kept photos that citizens sent about these tickets, oldest first, by ticket."""
    theirs = (
        select(InboundMessage.ticket_id, MediaFile)
        .join(InboundMessage, InboundMessage.id == MediaFile.inbound_id)
        .where(InboundMessage.ticket_id.in_(ticket_ids), MediaFile.state == "kept", _is_photo())
        .order_by(MediaFile.id)
    )
    found: dict[int, list[MediaFile]] = {}
    for ticket_id, file in session.execute(theirs):
        if ticket_id is not None:
            found.setdefault(ticket_id, []).append(file)
    return found


def has_photo(session: Session, ticket_id: int, moves: int) -> bool:
    """Whether the claim that was a ticket's ``moves``-th move came with a photo."""
    return session.connection().scalar(CLAIM_WITH_PHOTO, {"ticket": ticket_id, "round": moves}) is not None


def numbers_of(session: Session, ticket_ids: Collection[int]) -> dict[int, str]:
    """The numbers of these tickets, but for the sealed ones, which are never named."""
    rows = session.execute(select(Ticket.id, Ticket.number).where(Ticket.id.in_(ticket_ids), ~Ticket.sealed))
    return {row.id: row.number for row in rows}


def claims_between(session: Session, start: datetime, end: datetime) -> Sequence[Claim]:
    """The claims of a time, with the numbers of their tickets."""
    found = select(Claim).join(Claim.ticket).where(Claim.claimed_at >= start, Claim.claimed_at < end)
    slim = contains_eager(Claim.ticket).options(defer(Ticket.story), defer(Ticket.place))
    return session.scalars(found.options(slim).order_by(Claim.id)).all()


def sample_results(session: Session, weeks: int) -> Sequence[Result]:
    """How the samples of the last weeks came out, the latest first."""
    by_week = _results(Claim.sampled_week).where(Claim.sampled_week.in_(_sampled_weeks(weeks)))
    found = by_week.where(Claim.sampled_week.is_not(None)).group_by(Claim.sampled_week)
    return [Result(*row) for row in session.execute(found.order_by(Claim.sampled_week.desc()))]


def flagged_results(session: Session, since: datetime) -> Sequence[Result]:
    """How the flagged claims since then came out, by agency, the most flagged first."""
    by_agency = _results(Claim.agency).where(Claim.flagged, Claim.claimed_at >= since).group_by(Claim.agency)
    return [Result(*row) for row in session.execute(by_agency.order_by(func.count().desc(), Claim.agency))]


def _sampled_weeks(most: int) -> Select[str | None]:
    """The last weeks of which there is a sample: from each to the one before by index."""
    last = select(func.max(Claim.sampled_week)).where(Claim.sampled_week.is_not(None))
    known = last.cte("known", recursive=True)
    before = last.where(Claim.sampled_week < known.c[0]).scalar_subquery()
    known = known.union_all(select(before).where(known.c[0].is_not(None)))
    return select(known.c[0]).limit(most)


def _results(by: Any) -> Select[Any]:
    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    # Only of the few that nobody has looked at anybody asks whether they still stand.
    stands = and_(_stands_told(sealed=True), ~_is_overtaken())
    disputed = case((Claim.verdict.is_not(None), 0), (stands, 0), else_=1)
    counts = (func.count(), count(Claim.verdict == OK), count(Claim.verdict == NOT_OK), func.sum(disputed))
    return select(by, *counts)


def _stands_told(sealed: bool) -> ColumnElement[bool]:
    """A claim's ticket is claimed done or closed by it; without ``sealed``: and may be told of."""
    return exists().where(Ticket.id == Claim.ticket_id, Ticket.status.in_(CLAIMED), _told(sealed))


def _is_overtaken() -> ColumnElement[bool]:
    """A claim was denied by the citizen and followed by another."""
    newer = aliased(Claim)
    return exists().where(newer.ticket_id == Claim.ticket_id, newer.round > Claim.round)


def _is_same_work(ticket: Ticket) -> ColumnElement[bool]:
    """For a query over photos of agencies: whether it is of another report of the same incident."""
    if ticket.incident_id is None:
        return false()
    same = and_(Ticket.incident_id == ticket.incident_id, Ticket.id != ticket.id)
    return and_(PhotoPrint.attachment_id.is_not(None), func.coalesce(same, false()))


def _is_photo() -> ColumnElement[bool]:
    return MediaFile.perceptual_hash.is_not(None)


def _told(sealed: bool) -> ColumnElement[bool]:
    """All tickets, or those that are not sealed."""
    return true() if sealed else ~Ticket.sealed

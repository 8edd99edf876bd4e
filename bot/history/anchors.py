"""A digest a day that somebody outside keeps: whoever rewrites what came before it is found out.

A leaf of a day's anchor is one chain that moved since the anchor before: eight bytes of its name's digest and
sixteen of its link's. The anchor's digest is over its leaves and the digest before: the newest one speaks for all.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.history.checking import Problem
from bot.history.links import BEFORE, chain_of_audit, chain_of_ticket
from storage.database import Database
from storage.models import Anchor
from storage.queries import history_anchors as queries
from storage.queries.history_walk import snapshot

NAME, LINK = 8, 16
LEAF = NAME + LINK
BEGIN = hashlib.sha256(b"suarakota anchors 1").hexdigest()


def make(database: Database, now: datetime) -> Anchor | None:
    """The anchor of the present day of UTC; None where it has been made, or nothing has moved since the last."""
    with database.begin() as session:
        queries.lock_anchors(session)
        before = queries.last_anchor(session)
        if before is not None and before.day >= now.astimezone(UTC).date():
            return None
        anchor = _next(session, before, now)
        if anchor is not None:
            session.add(anchor)
    return anchor


def verify(database: Database, held: str | None = None) -> Iterator[Problem]:
    """What does not fit with the anchors; ``held``: the digest that somebody outside has kept."""
    with snapshot(database) as session:
        before: Anchor | None = None
        found = queries.anchors(session)
        ended = {_name(name) for name in queries.ended_names(session)}
        for anchor in found:
            name = f"anchor of {anchor.day}"
            if _digest(anchor, before) != anchor.digest:
                yield Problem(name, "it does not follow from the one before")
            if lost := _lost(session, anchor, before, ended):
                yield Problem(name, f"{lost} chains do not pass through where they stood that day")
            before = anchor
    if held is not None and held not in {anchor.digest for anchor in found}:
        yield Problem("anchors", f"none has the digest {held}; what came before it has been rewritten")


def _next(session: Session, before: Anchor | None, now: datetime) -> Anchor | None:
    last = queries.last_ids(session)
    moved = dict(_moved(session, _span(before, last)))
    if not moved:
        return None
    leaves = b"".join(sorted(name + link for name, link in moved.items()))
    day = now.astimezone(UTC).date()
    anchor = Anchor(day=day, event_id=last[0], audit_id=last[1], leaves=leaves, digest="", made_at=now)
    anchor.digest = _digest(anchor, before)
    return anchor


def _digest(anchor: Anchor, before: Anchor | None) -> str:
    head = f"{before.digest if before else BEGIN}|{anchor.day}|{anchor.event_id}|{anchor.audit_id}|"
    return hashlib.sha256(head.encode() + anchor.leaves).hexdigest()


def _lost(session: Session, anchor: Anchor, before: Anchor | None, ended: Iterable[bytes]) -> int:
    """How many of its leaves are no row's any more, though their chains have not ended."""
    leaves = {anchor.leaves[start : start + LEAF] for start in range(0, len(anchor.leaves), LEAF)}
    span = _span(before, (anchor.event_id, anchor.audit_id))
    for name, link in _moved(session, span):
        leaves.discard(name + link)
    return sum(leaf[:NAME] not in ended for leaf in leaves)


Span = tuple[tuple[int, int], tuple[int, int]]


def _span(before: Anchor | None, last: tuple[int, int]) -> Span:
    first = (before.event_id, before.audit_id) if before else (0, 0)
    return (first[0], last[0]), (first[1], last[1])


def _moved(session: Session, span: Span) -> Iterator[tuple[bytes, bytes]]:
    """Name and link of every row in that span, as they stand in a leaf, the oldest first."""
    for number, position, link in queries.linked_events(session, *span[0]):
        yield _name(_of(position, chain_of_ticket(number))), _link(link)
    for subject, at, position, link in queries.linked_audit(session, *span[1]):
        yield _name(_of(position, chain_of_audit(subject, at))), _link(link)


def _of(position: int, chain: str) -> str:
    return chain if position > 0 else BEFORE + chain


def _name(chain: str) -> bytes:
    return hashlib.sha256(chain.encode()).digest()[:NAME]


def _link(link: str) -> bytes:
    return hashlib.sha256(link.encode()).digest()[:LINK]

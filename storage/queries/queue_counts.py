"""How many wait in each of the console's queues: counted so far as people count, however many there are."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session

from storage.models import Handover, OutboundMessage, Quarantine, Ticket
from storage.queries.dead_letters import is_dead
from storage.queries.evidence import waiting_ids
from storage.queries.handovers import is_light, is_unsure
from storage.queries.queue_conditions import ALL, BY_DEADLINE, NAMES, Desk, belongs, by_index, by_its_index
from storage.types import UtcDateTime

MOST_COUNTED = 1_000


class Counts(NamedTuple):
    """The numbers of the menu, each up to ``MOST_COUNTED``: one more stands for "or more than that".

    ``ahead``: the next deadline; it only ever says "another", as soon as a deadline is over.
    """

    emergencies: int
    sent_back: int
    overdue: int
    due_soon: int
    mine: int
    ahead: datetime | None
    unsure: int
    questions: int
    claims: int
    undelivered: int
    quarantined: int


def counts(session: Session, desk: Desk) -> Counts:
    """All numbers of the menu, in one statement; each is counted up to ``MOST_COUNTED`` and one more."""
    statement = _counting(tuple(desk.open), tuple(desk.late), desk.back, tuple(desk.soon_of), desk.sealed)
    near = {f"soon_{n}": soon for n, soon in enumerate(desk.soon_of.values())}
    values = {"me": desk.user_id, "now": desk.now, "soon": desk.soon, "until": desk.latest, **near}
    return Counts(*session.execute(statement, values).one())


@cache
def _counting(
    open_: tuple[str, ...], late: tuple[str, ...], back: str, services: tuple[str, ...], sealed: bool
) -> Select[*tuple[Any, ...]]:
    """Made once: every open page asks every two seconds, and making it takes longer than the database does."""
    me: Any = bindparam("me", type_=BigInteger())
    names = ("now", "soon", "until", *(f"soon_{n}" for n in range(len(services))))
    now, soon, until, *near = (_moment(name) for name in names)
    desk = Desk(me, now, open_, late, back, soon, dict(zip(services, near, strict=True)), sealed, until)
    among = [by_its_index(select(Ticket.id).where(belongs(name, desk)), name) for name in NAMES if name != ALL]
    ahead = select(func.min(Ticket.solve_by)).where(Ticket.closed_at.is_(None), Ticket.solve_by >= now)
    beside = (
        select(Handover.id).where(is_unsure()),
        select(Handover.id).where(is_light()),
        waiting_ids(sealed=sealed),
        select(OutboundMessage.id).where(is_dead()),
        select(Quarantine.id),
    )
    return select(
        *(up_to(one, MOST_COUNTED + 1) for one in among),
        by_index(ahead, BY_DEADLINE).scalar_subquery(),
        *(up_to(one, MOST_COUNTED + 1) for one in beside),
    )


def _moment(name: str) -> Any:
    return bindparam(name, type_=UtcDateTime())


def up_to(found: Select[*tuple[Any, ...]], most: int) -> ScalarSelect[int]:
    """How many there are, counted no further than ``most``."""
    return select(func.count()).select_from(found.limit(most).subquery()).scalar_subquery()

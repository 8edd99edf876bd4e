"""What was open at a moment, also a past one: as each ticket's history tells where it stood then."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, and_, bindparam, case, func, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from storage.models import Assignment, Conversation, Ticket, TicketEvent
from storage.queries.figures import kinds
from storage.queries.figures.facts import AREA, CAME_BY, Facts, Figure, Keys

MONTH = timedelta(days=30)
LAST, HISTORY, HELD = aliased(TicketEvent), aliased(TicketEvent), aliased(Assignment)


class whole_days(GenericFunction[int]):  # noqa: N801 - the name that SQL would give it
    """Whole days between two moments."""

    type = Integer()
    inherit_cache = True


@compiles(whole_days, "sqlite")
def _on_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    since, until = (compiler.process(clause, **options) for clause in element.clauses)
    # A billionth of a day more, for the difference of two Julian days may lack that much.
    return f"CAST(julianday({until}) - julianday({since}) + 1e-9 AS INTEGER)"


@compiles(whole_days, "postgresql")
def _on_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    since, until = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(floor(extract(epoch FROM ({until} - {since})) / 86400) AS INTEGER)"


def stock(moment: datetime) -> Facts:
    """What was open at ``moment``, as all that came before it left it; ``at`` is when it was filed."""
    then, last = _tickets(moment), LAST
    # What happened last is the ticket's own row, which knows more than its history where the two differ.
    has_moved_on = and_(last.id == then.c.by_then, then.c.by_then != then.c.newest)
    status = func.coalesce(last.status, then.c.status)
    solve_by = case((last.id.is_(None), then.c.solve_by), else_=_deadline(then, moment))
    agency = case(
        (status == kinds.COORDINATION, kinds.COORDINATORS), else_=func.coalesce(last.agency, then.c.agency)
    )
    age = whole_days(then.c.created_at, bindparam(None, moment, Ticket.created_at.type))
    figures = {
        "open": Figure(true()),
        "overdue": Figure(and_(status.in_(kinds.MAY_BE_LATE), solve_by < moment)),
        "open_days": Figure(true(), age),
        "open_month": Figure(then.c.created_at < moment - MONTH),
    }
    keys = Keys(agency, then.c.service, then.c.area, then.c.channel)
    rows = select().select_from(then).join(last, has_moved_on, isouter=True).where(status.in_(kinds.OPEN))
    return Facts(rows, then.c.created_at, then.c.id, keys, figures)


def _tickets(moment: datetime) -> CTE:
    """Each ticket that may have been open, with its last event until then, and its last event of all.

    Those that were closed then and reopened later are here, too: their last event until then tells them.
    """
    latest = select(HISTORY.id).where(HISTORY.ticket_id == Ticket.id).order_by(HISTORY.id.desc()).limit(1)
    return (
        select(
            Ticket.id,
            Ticket.created_at,
            Ticket.service,
            Ticket.status,
            Ticket.agency,
            Ticket.solve_by,
            AREA.label("area"),
            CAME_BY.label("channel"),
            latest.where(HISTORY.at < moment).correlate(Ticket).scalar_subquery().label("by_then"),
            latest.correlate(Ticket).scalar_subquery().label("newest"),
        )
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(or_(Ticket.closed_at.is_(None), Ticket.closed_at >= moment), _filed() < moment)
        .cte("tickets_then")
        .prefix_with("MATERIALIZED")
    )


def _filed() -> ColumnElement[datetime]:
    """Said so that no index on it is taken: before most moments all tickets were filed, and few are open."""
    return func.coalesce(Ticket.created_at, Ticket.created_at)


def _deadline(ticket: CTE, moment: datetime) -> ColumnElement[Any]:
    """That of the agency whose time had begun last, or of the ticket where none had."""
    time = HELD
    begun = select(time.solve_by).where(time.ticket_id == ticket.c.id, time.begun_at < moment)
    latest = begun.order_by(time.id.desc()).limit(1).correlate(ticket).scalar_subquery()
    return func.coalesce(latest, ticket.c.solve_by)

"""Lists of tickets and of their changes, put together from a constant number of questions to the database."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.api_keys import SEE, Holder
from bot.open311 import documents
from bot.open311.documents import Document
from bot.open311.ids import Ids
from bot.open311.visible import public_of
from bot.open311.wanted import Wanted
from bot.rulebook import Rulebook
from storage.queries import open311 as queries
from storage.queries.open311 import Viewer


@dataclass(frozen=True)
class Page:
    """One page of a list; whether another follows."""

    documents: list[Document]
    has_more: bool


def requests(session: Session, rulebook: Rulebook, ids: Ids, wanted: Wanted, holder: Holder | None) -> Page:
    """A page of tickets. By a key more of them are found where their ids are named."""
    public = public_of(rulebook.city)
    rows = queries.listed(session, public, wanted.filters, _viewer(holder))
    shown = rows[: wanted.size]
    changed = queries.changed_at(session, public, [row.id for row in shown])
    return Page(documents.requests(rulebook, ids, shown, changed), len(rows) > wanted.size)


def updates(session: Session, rulebook: Rulebook, ids: Ids, wanted: Wanted) -> Page:
    """A page of changes of status."""
    steps = queries.steps(session, public_of(rulebook.city), wanted.filters)
    return Page(documents.updates(rulebook, ids, steps[: wanted.size]), len(steps) > wanted.size)


def _viewer(holder: Holder | None) -> Viewer | None:
    return Viewer(holder.id, holder.agency) if holder and holder.may(SEE) else None

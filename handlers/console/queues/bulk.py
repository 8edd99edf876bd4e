"""One action on several tickets of a list: each in a transaction of its own, and all that failed is told."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from flask import flash, redirect, request
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from bot.accounts.roles import STAFF
from bot.desk import work
from bot.errors import NotFoundError, RefusedError
from bot.tickets.numbers import find_numbers
from handlers.audit import changing
from handlers.console import sight
from handlers.console.queues.listing import ON_A_PAGE
from handlers.console.queues.queues import BULK, queue_page, view_of
from handlers.console.queues.words import ACTIONS
from handlers.console.room import blueprint, user_id
from handlers.edge import edge
from handlers.forms import refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, counted, translated
from storage.models import Ticket

log = structlog.get_logger()

WARNING = "warn"
NOTHING = N_("Pilih dulu laporannya.")
NO_ACTION = N_("Pilih tindakannya.")
NO_COLLEAGUE = N_("Pilih rekannya.")
NO_AGENCY = N_("Pilih instansinya.")
NO_REASON = N_("Tuliskan alasannya, paling panjang 1.000 huruf; rekan Anda membacanya.")
BUSY = N_("Sedang diubah orang lain; coba lagi.")
NOT_CHANGED = N_("Tidak diubah:")
LONGEST_ID = 9

# One ticket, locked: whether anything changed.
Step = Callable[[Session, Ticket], bool]


class _NothingChangedError(Exception):
    """Rolls back the audit row of what has changed nothing."""


@dataclass
class Result:
    """What became of each ticket."""

    done: list[str] = field(default_factory=list)
    as_before: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@blueprint.post("/queue/<name>/bulk")
@seen_by(*STAFF)
def bulk(name: str) -> Response | tuple[str, int]:
    """Carry out the chosen action on every chosen ticket of a page."""
    view = view_of(name)
    try:
        numbers, step = _numbers(), _step()
    except RefusedError as error:
        return queue_page(view, refused(BULK, str(error))), 409
    _tell(_carry_out(numbers, step))
    return redirect(view.address, 303)


@blueprint.get("/queue/<name>/bulk")
@seen_by(*STAFF)
def back_from_bulk(name: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(view_of(name).address, 303)


def _carry_out(numbers: Sequence[str], step: Step) -> Result:
    result = Result()
    for number in numbers:
        try:
            _one(number, step)
        except _NothingChangedError:
            result.as_before.append(number)
        except (RefusedError, NotFoundError) as error:
            result.refused[str(error)].append(number)
        except StaleDataError:
            result.refused[translated(BUSY)].append(number)
        else:
            result.done.append(number)
    log.info("bulk", action=text_of("action"), user=user_id(), done=len(result.done), asked=len(numbers))
    return result


def _one(number: str, step: Step) -> None:
    with changing(subject=f"ticket:{number}", action=text_of("action")) as session:
        found = sight.open_to_me(session, number)
        session.refresh(found, with_for_update=True)
        if not step(session, found):
            raise _NothingChangedError


def _numbers() -> list[str]:
    typed = dict.fromkeys(request.form.getlist("ticket"))
    known = [one for one in typed if find_numbers(one, edge().rulebook.city.ticket_prefix) == (one,)]
    if not known:
        raise RefusedError(translated(NOTHING))
    return known[:ON_A_PAGE]


def _step() -> Step:
    """What is to be done with each; RefusedError where something was left open."""
    action = text_of("action")
    if action not in ACTIONS:
        raise RefusedError(translated(NO_ACTION))
    if action == "reroute":
        return _reroute()
    if action in ("hurry", "unhurry"):
        return _hurry(1 if action == "hurry" else 0)
    return _assign(_colleague() if action == "assign" else user_id() if action == "mine" else None)


def _assign(to: int | None) -> Step:
    now, me = edge().clock.now(), user_id()
    return lambda session, ticket: work.assign(session, ticket, to, me, now)


def _hurry(priority: int) -> Step:
    now, me = edge().clock.now(), user_id()
    return lambda session, ticket: work.set_priority(session, ticket, priority, me, now)


def _reroute() -> Step:
    here, now, me = edge(), edge().clock.now(), user_id()
    agency, reason = text_of("agency"), text_of("reason")
    if agency not in here.rulebook.city.agencies:
        raise RefusedError(translated(NO_AGENCY))
    if not 0 < len(reason) <= work.LONGEST_REASON:
        raise RefusedError(translated(NO_REASON))
    return lambda session, ticket: work.reroute(session, here.rulebook, ticket, agency, reason, me, now)


def _colleague() -> int:
    chosen = text_of("to")
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) <= LONGEST_ID):
        raise RefusedError(translated(NO_COLLEAGUE))
    return int(chosen)


def _tell(result: Result) -> None:
    """What was done, what was so before, and what could not be done for which reason."""
    if result.done:
        flash(counted("%(num)s laporan diubah.", "%(num)s laporan diubah.", len(result.done)))
    if result.as_before:
        already = counted("%(num)s laporan sudah begitu sebelumnya.", "%(num)s laporan sudah begitu sebelumnya.",
                          len(result.as_before))  # fmt: skip
        flash(already)
    for reason, numbers in result.refused.items():
        flash(f"{translated(NOT_CHANGED)} {', '.join(numbers)}. {reason}", WARNING)

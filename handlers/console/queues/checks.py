"""Claims for a person to look at: those that are flagged, and the week's sample; before and after side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS, STAFF
from bot.agencies import claims
from bot.errors import NotFoundError, RefusedError
from bot.status import Move
from bot.tickets.tickets import By
from handlers import spoken
from handlers.audit import changing, looked
from handlers.console import sight
from handlers.console.conversations.files import in_ticket
from handlers.console.queues.flag_words import sentence, tickets_in
from handlers.console.room import BIG_ID, blueprint, phrases, user_id
from handlers.edge import edge
from handlers.files import Shown, shown
from handlers.forms import Typed, refused, text_of
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.models import Claim
from storage.queries import evidence as queries
from storage.queries.queue_counts import MOST_COUNTED

log = structlog.get_logger()

SHOWN = 50
WEEKS_SHOWN = 8
FLAGGED_SINCE = timedelta(days=30)
VERDICTS = {"ok": claims.find_in_order, "not-ok": claims.find_not_in_order}
DONE = {
    "ok": N_("%(number)s: klaim dinyatakan sesuai."),
    "not-ok": N_("%(number)s: klaim dinyatakan tidak sesuai."),
}


@dataclass(frozen=True)
class Check:
    """One claim on the page: what is odd, what the agency said, what the citizens' photos show."""

    claim: Claim
    flags: Sequence[str]
    note: str
    before: Sequence[Shown]

    @property
    def form(self) -> str:
        return f"claim-{self.claim.id}"


@blueprint.get("/checks")
@seen_by(*READERS)
def checks() -> str:
    """What waits for a look, and how the looks came out."""
    looked("page:checks")
    return _page(Typed())


@blueprint.post(f"/checks/<{BIG_ID}:claim_id>/<verdict>")
@seen_by(*STAFF)
def judge_claim(claim_id: int, verdict: str) -> Response | tuple[str, int]:
    """A coordinator's finding, once; a claim of a sealed ticket is there only for those named for it."""
    if verdict not in VERDICTS:
        raise NotFoundError("Langkah itu tidak ada.")
    here, by = edge(), By(f"user:{user_id()}", edge().clock.now())
    try:
        with changing() as session:
            number = _require_seen(session, claim_id)
            VERDICTS[verdict](session, here.rulebook, claim_id, text_of("note"), by)
    except RefusedError as error:
        return _page(refused(f"claim-{claim_id}", str(error))), 409
    log.info("claim_checked", claim=claim_id, ticket=number, user=user_id(), verdict=verdict)
    flash(translated(DONE[verdict]) % {"number": number})
    return redirect(url_for(".checks"), 303)


@blueprint.get(f"/checks/<{BIG_ID}:claim_id>/<verdict>")
@seen_by(*STAFF)
def back_to_checks(claim_id: int, verdict: str) -> Response:
    """Where a form was sent to is no page; the list is."""
    return redirect(url_for(".checks"), 303)


def _page(typed: Typed) -> str:
    here, say = edge(), phrases()
    with here.database.read() as session:
        waiting = queries.waiting(session, SHOWN, sealed=sight.sees_sealed())
        seen = [claim.ticket for claim in waiting]
    sight.note_looks(seen, "checks")
    with here.database.read() as session:
        cards = _cards(session, queries.waiting(session, SHOWN, sealed=sight.sees_sealed()), say)
        return render_template(
            "console/checks.html",
            say=say,
            flagged=[card for card in cards if card.claim.flagged],
            sampled=[card for card in cards if not card.claim.flagged],
            most=MOST_COUNTED,
            number=spoken.number,
            total=queries.count_waiting(session, sealed=sight.sees_sealed(), most=MOST_COUNTED + 1),
            weeks=queries.sample_results(session, WEEKS_SHOWN),
            agencies=queries.flagged_results(session, say.now - FLAGGED_SINCE),
            policy=say.city.evidence,
            typed=typed,
            may_judge=current_user.role in STAFF,
            unsent=bool(typed.form) and typed.form not in {card.form for card in cards},
        )


def _cards(session: Session, waiting: Sequence[Claim], say: Phrases) -> list[Check]:
    flags: list[dict[str, Any]] = [flag for claim in waiting for flag in claim.flags]
    numbers = queries.numbers_of(session, tickets_in(flags))
    photos = queries.photos_before(session, {claim.ticket_id for claim in waiting})
    return [
        Check(
            claim,
            [sentence(flag, say, numbers) for flag in claim.flags],
            _note_of(claim, say),
            [shown(file, in_ticket(claim.ticket.number), say) for file in photos.get(claim.ticket_id, ())],
        )
        for claim in waiting
    ]


def _note_of(claim: Claim, say: Phrases) -> str:
    """What the agency said with this claim."""
    said = [event for event in claim.ticket.events if event.kind == Move.CLAIM and event.at == claim.claimed_at]
    return say.note(said[-1]) if said else ""


def _require_seen(session: Session, claim_id: int) -> str:
    """The number of the claim's ticket; NotFoundError where the present user may not see it."""
    claim = session.get(Claim, claim_id)
    if claim is None or not sight.sees(claim.ticket):
        raise NotFoundError("Klaim itu tidak ada.")
    return claim.ticket.number

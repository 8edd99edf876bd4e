"""Lists of work that waits: messages that did not get through, claims to look at. Nothing of sealed cases."""

from typing import Any

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.delivery.failure_words import explained, meaning
from handlers.audit import looked
from handlers.console import sight
from handlers.console.conversations.addressees import named
from handlers.console.queues.flag_words import sentence, tickets_in
from handlers.console.queues.undelivered import failure_of_address
from handlers.console.room import blueprint, phrases
from handlers.console.tables.table import MOST, local_moment, table
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from handlers.refusals import in_words
from storage.models import Claim
from storage.queries import dead_letters, evidence

UNDELIVERED = (N_("Waktu"), N_("Kepada"), N_("Laporan"), N_("Saluran"), N_("Alasan"), N_("Kode"), N_("Dicoba"))
CHECKS = (
    N_("Nomor"), N_("Layanan"), N_("Instansi"), N_("Kelurahan"), N_("Diklaim"), N_("Sampel minggu"), N_("Tanda"),
)  # fmt: skip


@blueprint.get("/undelivered.csv")
@seen_by(*READERS)
def undelivered_csv() -> Response:
    """What did not get through and why, the latest first; of what is sealed, that there is something."""
    with edge().database.read() as session:
        found = _letters(session, phrases())
    looked("page:undelivered", rows=len(found))
    return table("undelivered", UNDELIVERED, found)


@blueprint.get("/checks.csv")
@seen_by(*READERS)
def checks_csv() -> Response:
    """Claims that wait for a look, the longest waiting first."""
    say = phrases()
    with edge().database.read() as session:
        waiting = evidence.waiting(session, MOST, sealed=False)
        flags: list[dict[str, Any]] = [flag for claim in waiting for flag in claim.flags]
        numbers = evidence.numbers_of(session, tickets_in(flags))
    looked("page:checks", rows=len(waiting))
    return table("checks", CHECKS, (_claim(claim, say, numbers) for claim in waiting))


def _letters(session: Session, say: Phrases) -> list[tuple[object, ...]]:
    rows = dead_letters.newest(session, MOST, None, failure_of_address())
    tickets = dead_letters.tickets_of(session, rows)
    covered = sight.covered_messages(session, rows, tickets)
    hidden = translated(N_("Pesan tersegel"))
    found: list[tuple[object, ...]] = []
    for row in rows:
        ticket = tickets.get(row.ticket_id or 0)
        is_open = row.id not in covered
        why = in_words(meaning(row.failure, row.error, row.channel)) or in_words(
            explained(row.failure, row.channel).name
        )
        number = ticket.number if ticket and is_open else ""
        to = named(row, ticket, say) if is_open else hidden
        found.append(
            (local_moment(row.created_at), to, number, say.channel(row.channel), why, row.error, row.attempts)
        )
    return found


def _claim(claim: Claim, say: Phrases, numbers: dict[int, str]) -> tuple[object, ...]:
    ticket = claim.ticket
    return (
        ticket.number,
        say.service(ticket.service),
        say.agency(claim.agency),
        ticket.area,
        local_moment(claim.claimed_at),
        claim.sampled_week,
        "; ".join(sentence(flag, say, numbers) for flag in claim.flags),
    )

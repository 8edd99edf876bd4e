"""The console's first page: how things stand today, and what has waited longest."""

from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from bot.accounts.roles import AGENCY_OFFICER, READERS
from bot.privacy import mask
from bot.status import OPEN
from handlers.console import sight
from handlers.console.agencies.cases import agency_home
from handlers.console.alarms import waiting_alarms
from handlers.console.citywide.incidents import floods_in_progress
from handlers.console.looks import looked_at_list
from handlers.console.navigation import may_open
from handlers.console.pulse import Beside, how_it_stands
from handlers.console.queues.words import EMPTY, age, clipped
from handlers.console.room import blueprint, desk, phrases, user_id
from handlers.edge import edge
from handlers.forms import Typed
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from storage.queries import queues
from storage.queries.handovers import is_light, is_unsure
from storage.queries.people import held
from storage.queries.queue_conditions import DUE_SOON, EMERGENCIES, OVERDUE, SENT_BACK
from storage.queries.sealing import sealed_in
from storage.queries.subscriptions import suspended_count

FEW = 3
HELD_SHOWN, SEALED_SHOWN = 50, 200
SHOWN = (EMERGENCIES, SENT_BACK, OVERDUE, DUE_SOON)
MESSAGES = {"unsure": "console.triage", "questions": "console.questions"}
LABELS = {
    "unsure": N_("Baru dan belum jelas"),
    "questions": N_("Pertanyaan ringan"),
    "emergencies": N_("Darurat terbuka"),
    "sent_back": N_("Dikembalikan instansi"),
    "overdue": N_("Lewat tenggat"),
    "due_soon": N_("Hampir tenggat"),
    "claims": N_("Klaim diperiksa"),
    "undelivered": N_("Tidak terkirim"),
    "mine": N_("Milik saya"),
}
PAGES = {**MESSAGES, "claims": "console.checks", "undelivered": "console.undelivered"}


@dataclass(frozen=True)
class Tile:
    """One number of the page, and the page behind it where the present user may open it."""

    beside: Beside
    endpoint: str
    is_open: bool

    @property
    def label(self) -> str:
        return translated(LABELS[self.beside.name])


@blueprint.get("/")
@seen_by(*READERS, AGENCY_OFFICER)
def home() -> str:
    """What happens today, most urgent first. An agency's officers have a page of their own."""
    looked_at_list("page:home")
    return agency_home() if sight.is_of_agency() else home_page(Typed())


def home_page(typed: Typed) -> str:
    """The page, with a form of another page that was refused, as it was typed."""
    now = how_it_stands()  # before anything is read
    with edge().database.read() as session:
        return _render(session, typed, [_tile(beside) for beside in now.numbers], now.counts.quarantined)


def _render(session: Session, typed: Typed, tiles: list[Tile], quarantined: int) -> str:
    say, mine = phrases(), desk()
    kinds = {"unsure": is_unsure(), "questions": is_light()}
    waiting = {name: queues.first_waiting(session, kind, FEW) for name, kind in kinds.items()}
    return render_template(
        "console/home.html",
        say=say,
        alarms=waiting_alarms(session, say),
        floods=floods_in_progress(session, say),
        untold_systems=suspended_count(session),
        tiles={tile.beside.name: tile for tile in tiles},
        waiting=waiting,
        covered=sight.covered(session, [one for found in waiting.values() for one in found]),
        longest=queues.longest_waiting(session, SHOWN, mine, FEW),
        sealed=sealed_in(session, OPEN, SEALED_SHOWN) if mine.sealed else (),
        held=held(session, HELD_SHOWN),
        own_id=user_id(),
        quarantined=quarantined,
        empty=EMPTY,
        clipped=clipped,
        mask=mask,
        age=lambda at: age(say.now - at),
        typed=typed,
        may_open=may_open,
    )


def _tile(beside: Beside) -> Tile:
    endpoint = PAGES.get(beside.name, "console.queue")
    return Tile(beside, endpoint, may_open(endpoint))

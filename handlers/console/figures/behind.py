"""Every figure leads to its tickets: the list behind it in the look of the queues, and as a table to take away."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.errors import NotFoundError
from bot.figures.behind import Behind, tickets_behind
from handlers import spoken
from handlers.audit import looked
from handlers.console import sight
from handlers.console.figures import words
from handlers.console.figures.sheet import FIGURES
from handlers.console.figures.view import View, looked_at
from handlers.console.looks import looked_at_list
from handlers.console.queues.file import HEADER, cells
from handlers.console.queues.listing import ON_A_PAGE, Listing
from handlers.console.queues.queues import people_of_the_desk
from handlers.console.queues.words import age, clipped
from handlers.console.room import blueprint, phrases
from handlers.csv_export import csv_response
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_, translated
from handlers.phrases import Phrases
from storage.models import Ticket
from storage.queries.figures import listed
from storage.queries.figures.reading import AGENCY_SERVICE, ALL, DIMENSIONS
from storage.queries.queues import Colleague, Row

LONGEST_PAGE, IN_A_TABLE = 6, 200_000
# What a list is called where that is not the name of the figure.
TITLES: Mapping[str, str] = {
    "in_time": N_("Selesai tepat waktu"),
    "answered": N_("Mendapat jawaban pertama"),
    "alarm": N_("Darurat yang diambil petugas"),
    "rated": N_("Dinilai warga"),
    "stars": N_("Dinilai warga"),
    "open_days": N_("Masih terbuka"),
    "received": N_("Dengan pesan masuk"),
    "sent": N_("Dengan pesan keluar"),
    "alone": N_("Dipahami model sendiri"),
    "asked": N_("Ditanyakan kepada warga"),
    "by_people": N_("Diputuskan petugas"),
    "wrong": N_("Salah dipahami model"),
}
# They are told as they stood when the period ended.
STANDING = ("open", "overdue", "open_days", "open_month")
UNKNOWN_FIGURE = "Angka itu tidak ada; buka dari halaman angka."


@dataclass(frozen=True)
class Subject:
    """What a list is about, as the address bar has it: a figure of one key."""

    figure: str
    dimension: str
    key: str
    page: int

    @classmethod
    def of_address(cls) -> "Subject":
        """NotFoundError for a figure or a division that there is not."""
        figure, dimension = request.args.get("figure", ""), request.args.get("by", ALL)
        if (figure not in TITLES and figure not in FIGURES) or dimension not in DIMENSIONS:
            raise NotFoundError(UNKNOWN_FIGURE)
        page = request.args.get("page", "")
        is_number = page.isascii() and page.isdecimal() and len(page) <= LONGEST_PAGE
        key = "" if dimension == ALL else words.key_of_address(request.args.get("key", ""))
        return cls(figure, dimension, key, max(1, int(page)) if is_number else 1)

    @property
    def name(self) -> str:
        return translated(TITLES.get(self.figure) or FIGURES[self.figure].label)

    def key_name(self, say: Phrases) -> str:
        """Whose figure it is."""
        if self.dimension == AGENCY_SERVICE:
            agency, _, service = self.key.rpartition("/")
            return f"{say.agency(agency)}, {say.service(service)}"
        return words.key_name(say, self.dimension, self.key)

    def title(self, say: Phrases, view: View) -> str:
        """``Dibuka kembali, Dinas Bina Marga, Oktober 2026``."""
        return f"{self.name}, {self.key_name(say)}, {words.period_name(view.period)}"

    def address(self, endpoint: str, view: View, page: int = 1) -> str:
        """Of this list, or of its table."""
        query: dict[str, Any] = {"figure": self.figure, "period": view.period.name}
        if self.dimension != ALL:
            query |= {"by": self.dimension, "key": words.key_in_address(self.key)}
        if page > 1:
            query["page"] = page
        return url_for(endpoint, **query)


@dataclass(frozen=True)
class Page:
    """A page of a list in the queues' words, for their rows and their paging. ``queue``: it is none of them."""

    subject: Subject
    view: View
    queue: str = ""

    @property
    def page(self) -> int:
        return self.subject.page

    def at(self, page: int) -> str:
        return self.subject.address("console.behind", self.view, page)


@dataclass(frozen=True)
class Shown(Listing):
    """What of a list is shown, each ticket once; ``times``: how often it counted, where more than once;
    ``covered``: how many are sealed, and nothing is told of which they are."""

    view: Page
    times: Mapping[str, int]
    covered: int


@blueprint.get("/figures/behind")
@seen_by(*READERS)
def behind() -> str:
    """The tickets that a figure counts."""
    subject, say = Subject.of_address(), phrases()
    looked_at_list(f"figure:{subject.figure}")
    with edge().database.read() as session:
        view = looked_at(session, say)
        if view is None:
            return render_template("console/figures/nothing.html", say=say)
        shown = _shown(session, subject, view)
        return render_template(
            "console/figures/behind.html",
            say=say,
            view=view,
            shown=shown,
            title=subject.title(say, view),
            address=shown.view.at(subject.page),
            csv=subject.address("console.behind_csv", view),
            is_standing=subject.figure in STANDING,
            city=say.city,
            sees=sight.sees,
            age=lambda ticket: age(say.now - ticket.created_at),
            clipped=clipped,
            number=spoken.number,
        )


@blueprint.get("/figures/behind.csv")
@seen_by(*READERS)
def behind_csv() -> Response:
    """The whole list as a table, without anything that the page does not show."""
    subject, say = Subject.of_address(), phrases()
    with edge().database.read() as session:
        view = looked_at(session, say)
        found = _found(session, subject, view, IN_A_TABLE, 0) if view else Behind([], 0)
        people = people_of_the_desk(session)
    looked(f"figure:{subject.figure}", rows=found.total)
    filename = f"{subject.figure}-{view.period.name}.csv" if view else f"{subject.figure}.csv"
    return csv_response(filename, [translated(one) for one in HEADER], _rows(found, say, people))


def _shown(session: Session, subject: Subject, view: View) -> Shown:
    found = _found(session, subject, view, ON_A_PAGE, (subject.page - 1) * ON_A_PAGE)
    known, often = listed.tickets(session, found.ids), Counter(found.ids)
    tickets = [known[one] for one in often if one in known]
    times = {ticket.number: often[ticket.id] for ticket in tickets if often[ticket.id] > 1}
    people = people_of_the_desk(session)
    return Shown(Page(subject, view), tickets, found.total, people, times, found.covered)


def _found(session: Session, subject: Subject, view: View, limit: int, offset: int) -> Behind:
    here = edge()
    start, end = view.window.bounds(here.rulebook.city.zone)
    return tickets_behind(
        session, here.rulebook, subject.figure, start, end, subject.dimension, subject.key,
        limit=limit, offset=offset, sealed=sight.sees_sealed(),
    )  # fmt: skip


def _rows(found: Behind, say: Phrases, people: Mapping[int, Colleague]) -> Iterator[Sequence[object]]:
    with edge().database.read() as session:
        for ticket in listed.in_order(session, found.ids):
            yield cells(_row(ticket), say, people)
    for _ in range(found.covered):
        yield ("", translated(N_("Tersegel")), *[""] * (len(HEADER) - 2))


def _row(ticket: Ticket) -> Row:
    return Row(
        number=ticket.number,
        is_shown=sight.sees(ticket),
        service=ticket.service,
        story=ticket.masked_story,
        area=ticket.area,
        agency=ticket.agency,
        status=ticket.status,
        outcome=ticket.outcome,
        closed_at=ticket.closed_at,
        solve_by=ticket.solve_by,
        created_at=ticket.created_at,
        channel=ticket.conversation.channel,
        urgent=ticket.urgent,
        priority=ticket.priority,
        assigned_to=ticket.assigned_to,
    )

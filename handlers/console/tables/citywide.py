"""Lists about the whole city: costs, praise, incidents, announcements, agencies with their services."""

from collections.abc import Iterator, Sequence

from flask import request
from werkzeug.wrappers import Response

from bot.accounts.roles import READERS
from bot.announcements.areas import areas_of
from bot.delivery.cost_report import report
from bot.duty.roster import ON_CALL
from bot.status import OPEN
from handlers.audit import looked
from handlers.console.agencies.directory import LONGEST_SEARCH
from handlers.console.agencies.directory_rows import directory as rows_of
from handlers.console.citywide import announcement_words as words
from handlers.console.queues.words import clipped
from handlers.console.room import blueprint, phrases
from handlers.console.tables.table import MOST, local_day, local_moment, table
from handlers.edge import edge
from handlers.guards import seen_by
from handlers.i18n import N_
from handlers.months import Month
from storage.queries import announcements as announcements_of
from storage.queries import incidents, people

COSTS = (N_("Bulan"), N_("Saluran"), N_("Pesan masuk"), N_("Pesan keluar"), N_("Mata uang"), N_("Biaya"))
PRAISE = (
    N_("Nomor"), N_("Tanggal"), N_("Instansi"), N_("Unit"), N_("Layanan"), N_("Kelurahan"), N_("Ucapan"),
    N_("Ditelepon"), N_("Ditelepon oleh"),
)  # fmt: skip
INCIDENTS = (
    N_("Kejadian"), N_("Layanan"), N_("Kelurahan"), N_("Ringkasan"), N_("Laporan"), N_("Terbuka"), N_("Status"),
    N_("Instansi"), N_("Terakhir"),
)  # fmt: skip
ANNOUNCEMENTS = (
    N_("Pengumuman"), N_("Untuk"), N_("Teks"), N_("Jumlah warga"), N_("Keadaan"), N_("Ditulis"),
    N_("Ditulis oleh"),
)  # fmt: skip
DIRECTORY = (
    N_("Kode instansi"), N_("Instansi"), N_("Menerima lewat"), N_("Perlu dilengkapi"), N_("Kode layanan"),
    N_("Layanan"), N_("Tenggat"), N_("Tanda"),
)  # fmt: skip


@blueprint.get("/costs.csv")
@seen_by(*READERS)
def costs_csv() -> Response:
    """What a month's messages cost, by channel and currency."""
    say, month = phrases(), _month()
    with edge().database.read() as session:
        found = report(session, *month.bounds(say.city.zone))
    rows = (
        (month.code, say.channel(one.channel), one.received, one.sent, one.currency,
         one.amount if one.currency else "")
        for one in found.lines
    )  # fmt: skip
    return table(f"costs-{month.code}", COSTS, rows)


@blueprint.get("/praise.csv")
@seen_by(*READERS)
def praise_csv() -> Response:
    """A month's thanks, and who passed them on."""
    say, month = phrases(), _month()
    with edge().database.read() as session:
        found = people.praise(session, *month.bounds(say.city.zone), MOST)
        calls = people.calls_about(session, [ticket.id for ticket in found])
    looked(f"praise:{month.code}", rows=len(found))
    rows = (
        (one.number, local_day(one.created_at), say.agency(one.agency), one.unit, say.service(one.service),
         one.area, one.masked_story, *_call(calls.get(one.id)))
        for one in found
    )  # fmt: skip
    return table(f"praise-{month.code}", PRAISE, rows)


@blueprint.get("/incidents.csv")
@seen_by(*READERS)
def incident_list_csv() -> Response:
    """What several people reported, the latest first."""
    say = phrases()
    with edge().database.read() as session:
        found = incidents.newest(session, MOST)
        still_open = incidents.open_of(session, [incident.id for incident, _ in found], OPEN)
    looked("page:incident_list", rows=len(found))
    rows = (
        (one.id, say.service(one.service), one.area, clipped(lead.masked_story), one.members,
         still_open.get(one.id, 0), say.standing(lead), say.agency(lead.agency), local_moment(one.last_at))
        for one, lead in found
    )  # fmt: skip
    return table("incidents", INCIDENTS, rows)


@blueprint.get("/announcements.csv")
@seen_by(*ON_CALL)
def announcement_list_csv() -> Response:
    """What was told to many, the latest first."""
    city, areas = edge().rulebook.city, areas_of(edge().settings.city_folder)
    with edge().database.read() as session:
        found = announcements_of.newest(session, MOST)
    rows = (
        (row.id, words.target(row, city, areas.labels_of(row.areas)), row.text, row.planned,
         words.state("running" if one.has_waiting else row.state), local_moment(row.created_at), one.by)
        for one in found if (row := one.announcement)
    )  # fmt: skip
    return table("announcements", ANNOUNCEMENTS, rows)


@blueprint.get("/directory.csv")
@seen_by(*READERS)
def directory_csv() -> Response:
    """Every service with its agency; agencies without one have a line of their own."""
    return table("directory", DIRECTORY, _directory(request.args.get("text", "").strip()[:LONGEST_SEARCH]))


def _directory(text: str) -> Iterator[Sequence[object]]:
    for agency in rows_of(edge().rulebook.city, text):
        about = (agency.code, agency.name, agency.way, "; ".join(agency.missing))
        for service in agency.services:
            yield *about, service.code, service.name, service.deadlines, "; ".join(service.marks)
        if not agency.services:
            yield *about, "", "", "", ""


def _month() -> Month:
    say = phrases()
    return Month.of(request.args.get("month", ""), say.local_date(say.now))


def _call(call: people.Called | None) -> tuple[str, str]:
    return (local_moment(call.at), call.by) if call else ("", "")

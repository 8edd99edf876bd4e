"""The console's menu: every page once, shown to those who may open it."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_login import current_user

from bot.accounts.roles import AGENCY_OFFICER
from handlers.guards import SEEN_BY
from handlers.i18n import N_, translated
from storage.queries.queue_conditions import ALL


@dataclass(frozen=True)
class Entry:
    """One line of the menu. ``count``: the queue whose number stands beside it; ``values``: of the address."""

    endpoint: str
    label: str
    count: str = ""
    values: tuple[tuple[str, str], ...] = ()
    label_for_agencies: str = ""

    @property
    def name(self) -> str:
        of_agency = current_user.role == AGENCY_OFFICER and self.label_for_agencies
        return translated(self.label_for_agencies if of_agency else self.label)

    @property
    def address(self) -> str:
        values: dict[str, Any] = dict(self.values)
        return url_for(self.endpoint, **values)

    @property
    def is_here(self) -> bool:
        """Whether this is the page that is shown."""
        mine = {name: request.view_args.get(name) for name, _ in self.values} if request.view_args else {}
        return request.endpoint == self.endpoint and mine == dict(self.values)


@dataclass(frozen=True)
class Group:
    """Entries that belong together."""

    label: str
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        return translated(self.label)


def queue(name: str, label: str) -> Entry:
    """The entry of a queue, with its number; how many there are at all is of no use to anybody."""
    return Entry("console.queue", label, "" if name == ALL else name, (("name", name),))


MENU = (
    Group(
        N_("Antrean"),
        (
            Entry("console.home", N_("Hari ini"), label_for_agencies=N_("Laporan instansi")),
            Entry("console.intake", N_("Catat laporan")),
            Entry("console.triage", N_("Baru dan belum jelas"), "unsure"),
            Entry("console.questions", N_("Pertanyaan ringan"), "questions"),
            queue("emergencies", N_("Darurat")),
            queue("sent_back", N_("Dikembalikan instansi")),
            queue("overdue", N_("Lewat tenggat")),
            queue("due_soon", N_("Hampir tenggat")),
            Entry("console.checks", N_("Klaim diperiksa"), "claims"),
            Entry("console.undelivered", N_("Tidak terkirim"), "undelivered"),
            queue("mine", N_("Milik saya")),
            queue(ALL, N_("Semua laporan")),
        ),
    ),
    Group(
        N_("Warga dan kota"),
        (
            Entry("console.incident_list", N_("Kejadian")),
            Entry("console.announcement_list", N_("Pengumuman")),
            Entry("console.praise", N_("Apresiasi")),
        ),
    ),
    Group(
        N_("Gambaran kota"),
        (
            Entry("console.overview", N_("Angka kota")),
            Entry("console.map_page", N_("Peta laporan")),
            Entry("console.emergency_times", N_("Waktu darurat")),
            Entry("console.model_page", N_("Kerja model")),
            Entry("console.reports", N_("Laporan mingguan")),
            Entry("console.costs", N_("Biaya pesan")),
        ),
    ),
    Group(
        N_("Jawaban"),
        (
            Entry("console.answers", N_("Jawaban baku"), "answers"),
            Entry("console.canned_replies", N_("Kalimat siap pakai")),
            Entry("console.examples", N_("Contoh untuk model")),
        ),
    ),
    Group(
        N_("Orang"),
        (
            Entry("console.duty_page", N_("Piket")),
            Entry("console.servants", N_("Petugas pelapor")),
            Entry("console.blocked", N_("Pengirim diblokir")),
            Entry("console.personal", N_("Data pribadi")),
            Entry("console.directory", N_("Instansi dan layanan")),
            Entry("console.accounts", N_("Akun")),
            Entry("console.api_keys", N_("Kunci API")),
            Entry("console.subscriptions", N_("Langganan kejadian")),
            Entry("console.audit_log", N_("Jejak audit")),
        ),
    ),
)


def menu() -> list[tuple[Group, list[Entry]]]:
    """The groups with the entries that the present user may open."""
    shown = [(group, [entry for entry in group.entries if may_open(entry.endpoint)]) for group in MENU]
    return [(group, entries) for group, entries in shown if entries]


def may_open(endpoint: str) -> bool:
    """Whether there is such a page, and the present user may open it."""
    view = current_app.view_functions.get(endpoint)
    return view is not None and current_user.role in SEEN_BY.get(view, ())

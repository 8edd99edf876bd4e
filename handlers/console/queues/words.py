"""The queues and their filters in words."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from flask import url_for

from handlers.console.queues.filters import AGES, ASSIGNED, CLOSED_AS, PRIORITIES, STATUS_GROUPS, ListFilters
from handlers.i18n import N_, counted, translated
from handlers.phrases import Phrases
from storage.queries.queues import Colleague

STORY_SHOWN = 240
TITLES = {
    "emergencies": N_("Darurat"),
    "sent_back": N_("Dikembalikan instansi"),
    "overdue": N_("Lewat tenggat"),
    "due_soon": N_("Hampir tenggat"),
    "mine": N_("Milik saya"),
    "all": N_("Semua laporan"),
}
ABOUT = {
    "emergencies": N_("Laporan darurat yang masih terbuka."),
    "sent_back": N_("Bukan wewenang instansinya, atau kiriman media sosial: cek, lalu teruskan."),
    "overdue": N_("Tenggat instansi sudah lewat; yang paling lama lewat di atas."),
    "due_soon": N_("Tenggatnya besok, atau sudah masuk masa merah layanannya."),
    "mine": N_("Laporan terbuka yang ditugaskan kepada Anda, atau yang percakapannya Anda pegang."),
    "all": N_("Terbuka dan tertutup, yang terbaru di atas."),
}
EMPTY = {
    "emergencies": N_("Tidak ada darurat terbuka."),
    "sent_back": N_("Tidak ada yang dikembalikan."),
    "overdue": N_("Tidak ada yang lewat tenggat."),
    "due_soon": N_("Tidak ada yang hampir tenggat."),
    "mine": N_("Belum ada laporan yang Anda pegang."),
    "all": N_("Belum ada laporan."),
}
FIELDS = {
    "q": N_("Cari"),
    "service": N_("Layanan"),
    "agency": N_("Instansi"),
    "area": N_("Kelurahan"),
    "status": N_("Status"),
    "channel": N_("Saluran"),
    "age": N_("Waktu masuk"),
    "angry": N_("Warga kesal"),
    "assigned": N_("Dipegang"),
    "priority": N_("Prioritas"),
}


ACTIONS = {
    "mine": N_("Tugaskan kepada saya"),
    "assign": N_("Tugaskan kepada rekan"),
    "unassign": N_("Lepas penugasan"),
    "hurry": N_("Dahulukan"),
    "unhurry": N_("Tidak didahulukan lagi"),
    "reroute": N_("Teruskan ke instansi"),
}


class Chip(NamedTuple):
    """One filter in words, and the list without it."""

    name: str
    value: str
    address: str


def chips(queue: str, filters: ListFilters, say: Phrases, people: Mapping[int, Colleague]) -> Iterator[Chip]:
    for name, value in filters.query.items():
        address = url_for(".queue", name=queue, **filters.without(name))
        yield Chip(translated(FIELDS[name]), _in_words(name, value, say, people), address)


def _in_words(name: str, value: str, say: Phrases, people: Mapping[int, Colleague]) -> str:
    """A filter's value as the chip says it."""
    if name == "assigned" and value.isdecimal():
        holder = people.get(int(value))
        return holder.called if holder else value
    named = {"service": say.service, "agency": say.agency, "channel": say.channel}
    tables: dict[str, Mapping[str, str]] = {"age": AGES, "assigned": ASSIGNED, "priority": PRIORITIES}
    if name == "status":
        return status_name(value, say)
    if name in named:
        return named[name](value)
    return translated(tables[name][value]) if name in tables else {"angry": translated(N_("ya"))}.get(name, value)


def status_name(code: str, say: Phrases) -> str:
    """What a filter by status is called: a group, a way of closing, or a status."""
    if code in STATUS_GROUPS:
        return translated(STATUS_GROUPS[code])
    return say.outcome(code) if code in CLOSED_AS else say.status(code)


def clipped(story: str) -> str:
    """The beginning of what was reported."""
    return story if len(story) <= STORY_SHOWN else f"{story[:STORY_SHOWN].rstrip()}…"


def age(span: timedelta) -> str:
    """How long ago something was, in its largest unit."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 60:
        return counted("%(num)s menit", "%(num)s menit", minutes)
    if minutes < 48 * 60:
        return counted("%(num)s jam", "%(num)s jam", minutes // 60)
    return counted("%(num)s hari", "%(num)s hari", minutes // (24 * 60))

"""Agencies and services as ``config.yml`` has them, in the words of the page; addresses are not shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.city.agency import Agency
from bot.city.city import City
from bot.city.deadlines import Span
from bot.messages import EMAIL, WEBHOOK, WHATSAPP
from handlers.i18n import N_, counted, translated

# Reserved for examples (RFC 2606): a mail to it reaches nobody.
SAMPLE_DOMAIN = ".example"
WAYS = {
    EMAIL: N_("E-mail"),
    WHATSAPP: N_("WhatsApp, bila gagal e-mail"),
    WEBHOOK: N_("Webhook, bila gagal e-mail"),
}
UNITS = {
    "minute": ("%(num)d menit", "%(num)d menit"),
    "hour": ("%(num)d jam", "%(num)d jam"),
    "day": ("%(num)d hari", "%(num)d hari"),
    "working hour": ("%(num)d jam kerja", "%(num)d jam kerja"),
    "working day": ("%(num)d hari kerja", "%(num)d hari kerja"),
}


@dataclass(frozen=True)
class ServiceRow:
    """A service and what is special about it."""

    code: str
    name: str
    deadlines: str
    marks: tuple[str, ...]
    question: str

    def has(self, text: str) -> bool:
        return text in f"{self.code} {self.name} {self.question}".lower()


@dataclass(frozen=True)
class AgencyRow:
    """An agency, how it has its cases, what is missing, and its services."""

    code: str
    name: str
    known_as: tuple[str, ...]
    way: str
    set: tuple[str, ...]
    missing: tuple[str, ...]
    units: tuple[str, ...]
    services: tuple[ServiceRow, ...]

    def has(self, text: str) -> bool:
        return text in " ".join((self.code, self.name, *self.known_as, *self.units)).lower()


def directory(city: City, text: str) -> list[AgencyRow]:
    """Every agency by name; with ``text`` those that it names, or those of their services alone that it names."""
    wanted = text.lower()
    rows = (_agency(city, code, agency) for code, agency in city.agencies.items())
    found = (row if row.has(wanted) else _narrowed(row, wanted) for row in rows)
    return sorted((row for row in found if row is not None), key=lambda row: row.name)


def said(span: Span) -> str:
    """``3 hari kerja``."""
    one, many = UNITS[span.unit]
    return counted(one, many, span.amount)


def _narrowed(row: AgencyRow, wanted: str) -> AgencyRow | None:
    services = tuple(service for service in row.services if service.has(wanted))
    if not services:
        return None
    return AgencyRow(**{**vars(row), "services": services})


def _agency(city: City, code: str, agency: Agency) -> AgencyRow:
    mine = [name for name, service in city.services.items() if service.agency == code]
    return AgencyRow(
        code=code,
        name=agency.name,
        known_as=agency.known_as,
        way=translated(WAYS[agency.by]),
        set=tuple(translated(name) for name, value in _addresses(agency) if value and not _is_sample(value)),
        missing=tuple(_missing(agency, mine)),
        units=tuple(agency.unit_name(unit) for unit in agency.units),
        services=tuple(_service(city, name) for name in mine),
    )


def _addresses(agency: Agency) -> Iterator[tuple[str, str | None]]:
    yield N_("e-mail"), agency.email
    yield N_("e-mail pimpinan"), agency.head_email
    if agency.by == WHATSAPP:
        yield N_("nomor WhatsApp"), agency.phone
    if agency.by == WEBHOOK:
        yield N_("alamat webhook"), agency.webhook


def _missing(agency: Agency, services: Sequence[str]) -> Iterator[str]:
    addresses = [*(value for _, value in _addresses(agency) if value), *agency.units.values()]
    samples = sum(map(_is_sample, addresses))
    if samples:
        yield counted("%(num)d alamat masih contoh", "%(num)d alamat masih contoh", samples)
    if not agency.head_email:
        yield translated("Tanpa e-mail pimpinan: teguran lewat tenggat tidak sampai kepadanya")
    if not services:
        yield translated("Tanpa layanan: hanya menerima lewat aturan penerusan")


def _service(city: City, code: str) -> ServiceRow:
    service = city.services[code]
    question = service.question.text[city.languages[0]] if service.question else ""
    return ServiceRow(code, service.name, _deadlines(city, code), tuple(_marks(city, code)), question)


def _deadlines(city: City, code: str) -> str:
    times = city.deadlines_of(code)
    spans = {"verify": said(times.verify), "answer": said(times.answer), "solve": said(times.solve)}
    return translated("Diterima dalam %(verify)s, dijawab %(answer)s, selesai %(solve)s") % spans


def _marks(city: City, code: str) -> Iterator[str]:
    service = city.services[code]
    marks = {
        N_("Tersegel"): service.sealed,
        N_("Tentang petugas"): service.about_staff,
        N_("Perlu lokasi"): service.needs_place,
        N_("Wajib foto hasil"): service.evidence.photo_required,
        N_("Warga diberi tahu lebih lama"): city.takes_longer(code),
    }
    yield from (translated(mark) for mark, holds in marks.items() if holds)
    if service.emergency_number:
        yield translated("Darurat %(number)s") % {"number": service.emergency_number}


def _is_sample(address: str) -> bool:
    return address.rpartition("@")[2].endswith(SAMPLE_DOMAIN)

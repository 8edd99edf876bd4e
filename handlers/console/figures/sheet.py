"""All that was counted of one key, and the figures that can be read from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.figures.spans import ANSWERED, CONFIRMED, Histogram
from handlers.console.figures.changes import DOWN, EITHER, UP, Change
from handlers.console.figures.values import MOST, Count, Length, Mean, Share, Spending, Value
from handlers.i18n import N_, translated
from storage.queries.figures.comparing import BEFORE, NOW, Pair, Spans, Spent
from storage.queries.figures.reading import Counts

NO_COUNTS = Counts()


@dataclass(frozen=True)
class Sheet:
    """What was counted of one key in one stretch of time."""

    counts: Counts = NO_COUNTS
    took: Mapping[str, Histogram] = field(default_factory=dict)
    spent: Sequence[tuple[str, Decimal]] = ()

    def length(self, measure: str) -> Histogram:
        return self.took.get(measure, Histogram({}))

    @property
    def asked_about(self) -> int:
        """How many were closed after the agency had said that it is done, whatever the citizen said."""
        return self.counts.confirmed + self.counts.silent + self.counts.unreachable


@dataclass(frozen=True)
class Sheets:
    """A key now and before; ``before`` is None where nothing can be compared."""

    now: Sheet
    before: Sheet | None = None

    @classmethod
    def of(
        cls, pair: Pair, took: Mapping[str, Spans], spent: Sequence[Spent] = (), *, compared: bool = True
    ) -> "Sheets":
        """As the queries give it."""
        now = {name: Histogram(one.now) for name, one in took.items()}
        was = {name: Histogram(one.before) for name, one in took.items()}
        before = Sheet(pair.before, was, _amounts(spent, BEFORE))
        return cls(Sheet(pair.now, now, _amounts(spent, NOW)), before if compared else None)


@dataclass(frozen=True)
class Figure:
    """One thing that is told of a key. ``code``: how the list behind it is called, empty where there is none."""

    code: str
    label: str
    read: Callable[[Sheet], Value]
    better: int = EITHER
    about: str = ""

    @property
    def name(self) -> str:
        return translated(self.label)

    @property
    def hint(self) -> str:
        """What exactly is counted, where the name does not say it."""
        return translated(self.about) if self.about else ""

    def value(self, sheet: Sheet) -> Value:
        return self.read(sheet)

    def change(self, sheets: Sheets) -> Change | None:
        """How it moved."""
        return self.read(sheets.now).since(self.read(sheets.before), self.better) if sheets.before else None


def _counted(code: str, label: str, better: int = EITHER, about: str = "") -> Figure:
    return Figure(code, label, lambda sheet: Count(getattr(sheet.counts, code)), better, about)


def _took(code: str, label: str, share: float, about: str) -> Figure:
    return Figure(code, label, lambda sheet: Length(sheet.length(code), share), DOWN, about)


def _amounts(spent: Sequence[Spent], which: int) -> tuple[tuple[str, Decimal], ...]:
    return tuple((one.currency, one.amount) for one in spent if one.which == which)


# By the codes that addresses and tables call them by.
FIGURES: Mapping[str, Figure] = {
    "filed": _counted("filed", N_("Masuk")),
    "urgent": _counted("urgent", N_("Darurat"), about=N_("Laporan darurat yang masuk.")),
    "open": _counted("open", N_("Masih terbuka"), DOWN, N_("Pada akhir periode ini.")),
    "age": Figure("", N_("Umur rata-rata (hari)"), lambda one: Mean(one.counts.open_days, one.counts.open), DOWN,
                  N_("Umur laporan yang masih terbuka, rata-rata dalam hari.")),
    "overdue": _counted("overdue", N_("Lewat tenggat"), DOWN, N_("Masih terbuka, tenggatnya sudah lewat.")),
    "open_month": _counted("open_month", N_("Terbuka lebih dari 30 hari"), DOWN),
    "on_time": Figure("in_time", N_("Tepat waktu"),
                      lambda one: Share(one.counts.in_time, one.counts.in_time + one.counts.late), UP,
                      N_("Dari tenggat yang jatuh atau dipenuhi dalam periode ini.")),
    "in_time": _counted("in_time", N_("Selesai tepat waktu"), UP),
    "late": _counted("late", N_("Terlambat"), DOWN, N_("Tenggat yang lewat dalam periode ini.")),
    "claimed": _counted("claimed", N_("Dinyatakan selesai"), UP, N_("Oleh instansi; warga belum tentu setuju.")),
    "confirmed": _counted("confirmed", N_("Dipastikan warga"), UP,
                          N_("Ditutup karena warga menjawab: sudah beres.")),
    "assent": Figure("confirmed", N_("Dipastikan, dari yang ditutup sesudah klaim"),
                     lambda one: Share(one.counts.confirmed, one.asked_about), UP),
    "silent": _counted("silent", N_("Tanpa jawaban warga"), DOWN, N_("Ditutup karena warga tidak menjawab.")),
    "unreachable": _counted("unreachable", N_("Warga tidak terjangkau"), DOWN,
                            N_("Ditutup karena warga tidak bisa dihubungi.")),
    "withdrawn": _counted("withdrawn", N_("Dicabut warga")),
    "rejected": _counted("rejected", N_("Ditolak")),
    "delivered": _counted("delivered", N_("Disampaikan kepada instansi")),
    "duplicate": _counted("duplicate", N_("Duplikat")),
    "reopened": _counted("reopened", N_("Dibuka kembali"), DOWN, N_("Menurut warga belum beres.")),
    "misrouted": _counted("misrouted", N_("Salah alamat"), DOWN, N_("Instansi menyatakan bukan wewenangnya.")),
    "misrouted_share": Figure("misrouted", N_("Salah alamat, dari yang masuk"),
                              lambda one: Share(one.counts.misrouted, one.counts.filed), DOWN),
    "answered": _took("answered", N_("Jawaban pertama"), 0.5,
                      N_("Dari laporan masuk sampai tanggal atau hasil pertama dari instansi; nilai tengah.")),
    "answered_most": _took("answered", N_("Jawaban pertama, 9 dari 10"), MOST,
                           N_("Sembilan dari sepuluh laporan dijawab dalam waktu ini.")),
    "solved": _took("confirmed", N_("Sampai dipastikan warga"), 0.5,
                    N_("Dari laporan masuk sampai warga menjawab: sudah beres; nilai tengah.")),
    "solved_most": _took("confirmed", N_("Sampai dipastikan, 9 dari 10"), MOST,
                         N_("Sembilan dari sepuluh laporan dipastikan dalam waktu ini.")),
    "stars": Figure("rated", N_("Kepuasan (bintang)"), lambda one: Mean(one.counts.stars, one.counts.rated), UP,
                    N_("Rata-rata bintang dari warga, 1 sampai 5.")),
    "rated": _counted("rated", N_("Dinilai warga")),
    "messages": Figure("", N_("Pesan"), lambda one: Count(one.counts.messages)),
    "messages_each": Figure("", N_("Pesan per laporan ditutup"),
                            lambda one: Mean(one.counts.messages, one.counts.closed), DOWN),
    "cost": Figure("", N_("Biaya pesan per laporan ditutup"), lambda one: Spending(one.spent, one.counts.closed),
                   DOWN, N_("Taksiran menurut harga di config.yml, bukan tagihan.")),
}  # fmt: skip
MEASURES = (ANSWERED, CONFIRMED)

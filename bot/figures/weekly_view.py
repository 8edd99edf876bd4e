"""The week's facts as the report says them: each figure with what it was a week before, and small charts. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.figures.said import NONE, Said
from bot.figures.spans import ALARM, ANSWERED, CONFIRMED
from bot.figures.weekly_facts import Facts
from storage.queries.figures.reading import Counts

# Of fewer than these a change is told as a number: "+50 %" of two is one.
ENOUGH_FOR_PERCENT = 20
GOOD, BAD = "good", "bad"


@dataclass(frozen=True)
class Row:
    """One figure beside the week before. ``mood``: whether the change is ``good``, ``bad`` or neither."""

    label: str
    now: str
    before: str
    change: str = ""
    mood: str = ""
    part: bool = False


@dataclass(frozen=True)
class Bar:
    """One bar of a small chart; ``share`` 0 to 100 of the longest."""

    label: str
    value: str
    share: int


def rows(facts: Facts, said: Said) -> list[Row]:
    """Inflow, closings, times, what is open, and what it cost."""
    return [*_flows(facts, said), *_times(facts, said), *_stock(facts, said), *_spent(facts, said)]


def days(facts: Facts, said: Said) -> list[Bar]:
    """Reports a day."""
    filed = dict(facts.by_day)
    most = max(filed.values(), default=0)
    span = [facts.first + timedelta(days=n) for n in range((facts.last - facts.first).days + 1)]
    return [
        Bar(f"{said.weekday(day)} {day.day}", said.number(filed.get(day, 0)), _part(filed.get(day, 0), most))
        for day in span
    ]


def claims(facts: Facts, said: Said) -> list[Bar]:
    """What agencies say is done beside what citizens say."""
    counts = facts.this.counts
    told = (
        ("Instansi menyatakan selesai", counts.claimed),
        ("Warga membenarkan", counts.confirmed),
        ("Ditutup, warga tidak menjawab", counts.silent),
        ("Ditutup, warga tidak terjangkau", counts.unreachable),
        ("Warga membantah, dibuka kembali", counts.reopened),
    )
    most = max((count for _, count in told), default=0)
    return [Bar(label, said.number(count), _part(count, most)) for label, count in told]


def _flows(facts: Facts, said: Said) -> Iterator[Row]:
    this, before = facts.this.counts, facts.before.counts

    def row(label: str, name: str, mood: int = 0, *, part: bool = False) -> Row:
        now, then = getattr(this, name), getattr(before, name)
        return Row(label, said.number(now), said.number(then), *_change(now, then, mood, said), part)

    yield row("Laporan masuk", "filed")
    yield row("di antaranya darurat", "urgent", part=True)
    yield row("Instansi menyatakan selesai", "claimed")
    yield row("Ditutup, dengan cara apa pun", "closed")
    yield row("dibenarkan warga", "confirmed", 1, part=True)
    yield row("warga tidak menjawab", "silent", part=True)
    yield row("warga tidak terjangkau", "unreachable", -1, part=True)
    yield row("Dibuka kembali", "reopened", -1)
    yield row("Salah instansi", "misrouted", -1)
    yield _share("Selesai tepat waktu", this.on_time, before.on_time, said)


def _times(facts: Facts, said: Said) -> Iterator[Row]:
    def row(label: str, measure: str) -> Row:
        now, then = facts.this.medians[measure], facts.before.medians[measure]
        return Row(label, said.span(now), said.span(then), *_shorter(now, then, said))

    yield row("Sampai jawaban pertama instansi", ANSWERED)
    yield row("Sampai warga membenarkan selesai", CONFIRMED)
    yield row("Darurat sampai diambil petugas", ALARM)
    yield _stars(facts.this.counts, facts.before.counts, said)


def _stock(facts: Facts, said: Said) -> Iterator[Row]:
    this, before = facts.this.counts, facts.before.counts
    for label, name, part in (
        ("Masih terbuka", "open", False),
        ("lewat tenggat", "overdue", True),
        ("lebih tua dari 30 hari", "open_month", True),
    ):
        now, then = getattr(this, name), getattr(before, name)
        yield Row(label, said.number(now), said.number(then), *_change(now, then, -1, said), part)
    now_age, then_age = (_age(counts) for counts in (this, before))
    yield Row(
        "rata-rata umurnya", said.span(now_age), said.span(then_age), *_shorter(now_age, then_age, said), True
    )


def _spent(facts: Facts, said: Said) -> Iterator[Row]:
    this, before = facts.this.counts, facts.before.counts
    per = [counts.messages_per_closed for counts in (this, before)]
    yield Row("Pesan per laporan yang ditutup", said.number(per[0], 1), said.number(per[1], 1))
    then = {cost.currency: cost.amount for cost in facts.before.costs}
    for cost in facts.this.costs:
        before_said = said.money(then.get(cost.currency, Decimal(0)), cost.currency)
        yield Row("Biaya pesan (taksiran)", said.money(cost.amount, cost.currency), before_said)


def _stars(this: Counts, before: Counts, said: Said) -> Row:
    def told(counts: Counts) -> str:
        return f"{said.number(counts.satisfaction, 1)} dari 5" if counts.rated else NONE

    label = f"Penilaian warga ({said.number(this.rated)} menilai)"
    now, then = this.satisfaction, before.satisfaction
    if now is None or then is None or round(now - then, 1) == 0:
        return Row(label, told(this), told(before))
    return Row(label, told(this), told(before), said.signed(now - then, 1), GOOD if now > then else BAD)


def _share(label: str, now: float | None, before: float | None, said: Said) -> Row:
    told = Row(label, said.percent(now), said.percent(before))
    points = round(((now or 0) - (before or 0)) * 100)
    if now is None or before is None or not points:
        return told
    return Row(told.label, told.now, told.before, f"{said.signed(points)} poin", GOOD if points > 0 else BAD)


def _change(now: int, before: int, mood: int, said: Said) -> tuple[str, str]:
    """How it changed, and whether that is good; ``mood``: 1 where more is better, -1 where less is."""
    more = now - before
    if not more:
        return "", ""
    told = f"{said.signed(more / before * 100)} %" if before >= ENOUGH_FOR_PERCENT else said.signed(more)
    return told, _mood(more * mood)


def _shorter(now: timedelta | None, before: timedelta | None, said: Said) -> tuple[str, str]:
    if now is None or before is None or said.span(now) == said.span(before):
        return "", ""
    if now < before:
        return f"{said.span(before - now)} lebih cepat", GOOD
    return f"{said.span(now - before)} lebih lama", BAD


def _mood(value: int) -> str:
    return GOOD if value > 0 else BAD if value < 0 else ""


def _age(counts: Counts) -> timedelta | None:
    return None if counts.age_days is None else timedelta(days=counts.age_days)


def _part(value: int, most: int) -> int:
    return round(100 * value / most) if most else 0

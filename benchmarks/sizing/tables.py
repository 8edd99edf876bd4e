"""The sizing as Markdown, and how it gets into ``docs/sizing.md``."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.sizing import steps
from benchmarks.sizing.costs import Costs, Prices
from benchmarks.sizing.life import Demand
from benchmarks.sizing.steps import PLACES, Limit

BEGIN, END = "<!-- made by benchmarks.sizing -->", "<!-- end -->"
Row = Sequence[object]


def everything(costs: Costs, prices: Prices) -> str:
    """All tables, with their headings."""
    demands = [Demand(count) for count in PLACES]
    found = steps.limits(costs, prices)
    parts = [
        "### What one message costs (measured)",
        f"On: {costs.machine}",
        _costs(costs),
        "### What comes (arithmetic)",
        _demands(demands),
        "### What runs out first (arithmetic, from what is measured and what contracts allow)",
        "How much of one is used when most comes; over 100 % one does not do. **Bold**: the first to run out on\n"
        "the way from the place before, of what is ours and of what is bought; what was multiplied there is not\n"
        "named again.",
        _shares(found, demands),
        "### What is needed (arithmetic)",
        "All installations together, so much that no more than 60 % of it is used when most comes.",
        _needs(demands, costs, prices),
    ]
    return "\n\n".join(parts)


def put(tables: str, page: Path) -> None:
    """Write the tables between the two marks of ``page``; ValueError where it has none."""
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page.name} has no place for the tables: put {BEGIN} and {END} there.")
    page.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}", encoding="utf-8")


def _costs(costs: Costs) -> str:
    used = {
        "web": costs.web_ms,
        "worker": costs.worker_ms,
        "language model": costs.nlu_ms,
        "database": costs.database_ms,
    }
    rows: list[Row] = [(f"processor, {name}", f"{ms:.1f} ms") for name, ms in used.items()]
    rows += [("write-ahead log of PostgreSQL", f"{costs.log_kb:.0f} kB")]
    memory = {"web": costs.web_mb, "worker": costs.worker_mb, "language model": costs.nlu_mb}
    rows += [(f"memory of a {name} process", f"{mb:.0f} MB") for name, mb in memory.items()]
    rates = {"SQLite": costs.sqlite_rate, "PostgreSQL": costs.postgresql_rate}
    rows += [(f"all of it on this machine, {name}", f"{rate:.0f} messages/s") for name, rate in rates.items()]
    return _table(
        ("What", "Measured"), [*rows, ("follow-ups that fall due, letters sent", f"{costs.steps_rate:.0f}/s")]
    )


def _demands(demands: Sequence[Demand]) -> str:
    rows = (
        ("messages from citizens, mean", [f"{short(d.mean)}/s" for d in demands]),
        ("the same when most come", [f"{short(d.written)}/s" for d in demands]),
        ("messages to citizens that answer nothing, at eight", [f"{short(d.unasked)}/s" for d in demands]),
        ("e-mails to agencies, at eight", [f"{short(d.mails)}/s" for d in demands]),
        ("tickets a day", [short(d.tickets_a_day) for d in demands]),
        ("questions for people a day", [short(d.messages_a_day * d.life.questions) for d in demands]),
    )
    return _table(_heads("Messages a day", demands), [(name, *cells) for name, cells in rows])


def _shares(found: list[Limit], demands: Sequence[Demand]) -> str:
    ways = list(zip(demands, (None, *demands), strict=False))
    firsts = [[steps.first(found, *way, bought=bought) for bought in (False, True)] for way in ways]
    rows: list[Row] = []
    for limit in sorted(found, key=lambda limit: limit.is_bought):
        cells = [
            _share(limit.share(demand), limit in first) for demand, first in zip(demands, firsts, strict=True)
        ]
        rows.append((limit.name, _kind(limit), *cells, limit.done))
    return _table((*_heads("Limit", demands, "its size is"), "What is done about it"), rows)


def _kind(limit: Limit) -> str:
    return "contract" if limit.is_bought else "measured" if limit.is_measured else "arithmetic"


def _needs(demands: Sequence[Demand], costs: Costs, prices: Prices) -> str:
    needed = [steps.needs(demand, costs, prices) for demand in demands]
    rows: list[Row] = [
        (
            f"installations, each with a number of {prices.whatsapp_rate:g}/s",
            *(f"{n.installations:,}" for n in needed),
        ),
        ("web processes", *(f"{n.web:,}" for n in needed)),
        ("workers", *(f"{n.workers:,}" for n in needed)),
        ("language model servers", *(f"{n.nlu:,}" for n in needed)),
        (f"hosts of {steps.HOST_CORES} cores, one spare", *(f"{n.hosts:,}" for n in needed)),
        ("memory of all these, GB", *(short(n.app_gb) for n in needed)),
        ("cores for PostgreSQL", *(f"{n.database_cores:,}" for n in needed)),
        ("write-ahead log a day, GB", *(short(n.log_gb_a_day) for n in needed)),
        ("database grows a year, GB", *(short(d.tickets_gb_a_year) for d in demands)),
        ("photos at any time, GB (assumed)", *(short(d.photos_gb) for d in demands)),
        (f"SMS gateways of {prices.gateway_rate:g} segments/s", *(f"{n.gateways:,}" for n in needed)),
        (f"messages a month, million {prices.currency}", *(short(float(n.a_month) / 1e6) for n in needed)),
    ]
    return _table(_heads("Messages a day", demands), rows)


def _heads(first: str, demands: Iterable[Demand], *more: str) -> Row:
    return first, *more, *(f"{d.messages_a_day:,.0f}: {PLACES[int(d.messages_a_day)]}" for d in demands)


def _table(heads: Row, rows: Iterable[Row]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _share(share: float, is_first: bool) -> str:
    told = f"{short(100 * share)} %"
    return f"**{told}**" if is_first else told


def short(value: float) -> str:
    """Two places that count, or whole numbers."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"

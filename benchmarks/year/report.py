"""The year as a page with plots, and as a few lines for the terminal."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from benchmarks.year import plots
from benchmarks.year.figures import Figures, Spread
from benchmarks.year.plots import AMBER, BLUE, GREY, RED, TEAL
from benchmarks.year.rules import RULES
from bot.city.city import City

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST = 18
QUIET = (*range(7), *range(21, 24))
OUTCOMES = {
    "confirmed": "confirmed by the citizen",
    "silent": "closed by silence",
    "unreachable": "unreachable",
    "withdrawn": "withdrawn",
    "delivered": "delivered (praise, ideas)",
    "duplicate": "duplicate",
    "rejected": "rejected",
    "open": "still open",
}
STYLE = """
body{margin:0;background:#f5f7f9;color:#1f2933;font:15px/1.45 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1240px;margin:0 auto;padding:24px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:16px;margin:0 0 2px}p{margin:0 0 10px;color:#66727f}
.tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:12px;margin:16px 0}
.tile,section{background:#fff;border:1px solid #e3e8ee;border-radius:8px;padding:14px 16px}
.tile b{display:block;font-size:22px}.tile span{color:#66727f;font-size:13px}
.plots{display:grid;grid-template-columns:1fr 1fr;gap:14px;align-items:start}.wide{grid-column:1/-1}
svg{width:100%;height:auto;font:11.5px system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
table{border-collapse:collapse;width:100%}td{padding:4px 8px;border-top:1px solid #e3e8ee}
td:last-child{text-align:right;white-space:nowrap}.bad{color:#c8553d;font-weight:600}.good{color:#1d7a6e;font-weight:600}
@media(max-width:800px){.plots{grid-template-columns:1fr}.tiles{grid-template-columns:1fr 1fr}}
"""


def page(figures: Figures, city: City, broken: str = "") -> str:
    """The whole report as HTML. ``broken``: the sentence and story of a rule that did not hold."""
    head = f"A simulated year of {city.name}"
    parts = [
        f"<h1>{escape(head)}</h1><p>{escape(_subtitle(figures))}</p>",
        _broken(broken),
        f'<div class="tiles">{"".join(_tile(*tile) for tile in _tiles(figures))}</div>',
        f'<div class="plots">{"".join(_sections(figures, city))}</div>',
    ]
    start = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(head)}</title>'
    return f"{start}<style>{STYLE}</style><main>{''.join(parts)}</main></html>"


def summary(figures: Figures) -> str:
    """The figures that matter, for a terminal."""
    closed = {name: count for name, count in figures.outcomes.items() if name != "open"}
    whole = sum(closed.values()) or 1
    lines = [
        _subtitle(figures),
        *(f"  {title:<34}{value:>14}" for title, value in _tiles(figures)),
        "  closed, by outcome:",
        *(
            f"    {OUTCOMES.get(name, name):<32}{count:>14,}  {count / whole:6.1%}"
            for name, count in closed.items()
        ),
        "  rules checked:",
        *(
            f"    {RULES[rule]:<74}{figures.checked.get(rule, 0):>12,}"
            for rule in RULES
            if rule not in figures.left_out
        ),
        *(f"    NOT CHECKED: {RULES[rule]}" for rule in figures.left_out if rule in RULES),
    ]
    return "\n".join(lines)


def _subtitle(figures: Figures) -> str:
    databases = f"{figures.workers} x {figures.database}" if figures.workers > 1 else figures.database
    return (
        f"Profile {figures.profile}, scale {figures.scale:g}, seed {figures.seed}, {databases}: "
        f"{figures.tickets:,} tickets of {figures.citizens:,} citizens in {figures.run_s / 60:.1f} minutes "
        f"({figures.tickets / max(figures.run_s, 0.001):.1f} tickets a second)."
    )


def _tiles(figures: Figures) -> list[tuple[str, str]]:
    confirmed = figures.outcomes.get("confirmed", 0)
    silent = figures.outcomes.get("silent", 0)
    claims = confirmed + silent + figures.outcomes.get("unreachable", 0)
    late = sum(parts.get("late", 0) for parts in figures.punctual.values())
    due = late + sum(parts.get("on time", 0) for parts in figures.punctual.values())
    reopened = sum(count for times, count in figures.reopenings.items() if times)
    return [
        ("tickets", f"{figures.tickets:,}"),
        ("of closed claims confirmed", f"{confirmed / max(1, claims):.0%}"),
        ("dealt with in time", f"{1 - late / max(1, due):.0%}"),
        ("tickets opened again", f"{reopened:,}"),
        ("messages to a citizen per ticket", f"{sum(figures.wordings.values()) / max(1, figures.tickets):.1f}"),
        ("largest incident, tickets", f"{figures.largest_incident:,}"),
    ]


def _tile(title: str, value: str) -> str:
    return f'<div class="tile"><b>{escape(value)}</b><span>{escape(title)}</span></div>'


def _broken(story: str) -> str:
    if not story:
        return ""
    title = '<h2 class="bad">A rule was broken, and the run ended there</h2>'
    return f"<section>{title}<pre>{escape(story)}</pre></section>"


def _sections(figures: Figures, city: City) -> list[str]:
    return [*_demand(figures, city), *_results(figures, city), *_messages(figures), _rules(figures)]


def _demand(figures: Figures, city: City) -> list[str]:
    days = sorted(figures.by_day.items())
    starts = {
        n: MONTHS[date.fromisoformat(day).month - 1] for n, (day, _) in enumerate(days) if day.endswith("-01")
    }
    months = [(MONTHS[month - 1], count) for month, count in figures.by_month.items()]
    hours = [(f"{hour:02}", figures.by_hour.get(hour, 0)) for hour in range(24)]
    services = [(city.services[code].name, count) for code, count in _top(figures.by_service)]
    agencies = [(city.agency_name(code), count) for code, count in _top(figures.by_agency)]
    return [
        _section("Tickets a day", "Floods stand out in the rainy season; holidays and week-ends are quiet.",
                 plots.area(days, starts, unit="tickets"), wide=True),
        _section("Tickets by month", "When they were filed.", plots.columns(months, unit="tickets")),
        _section("Tickets by hour", "Local time of filing.", plots.columns(hours, unit="tickets", every=2)),
        _section("Tickets by service", _shown(figures.by_service),
                 plots.bars(services, unit="tickets", whole=figures.tickets)),
        _section("Tickets by agency", _shown(figures.by_agency),
                 plots.bars(agencies, unit="tickets", whole=figures.tickets)),
    ]  # fmt: skip


def _results(figures: Figures, city: City) -> list[str]:
    outcomes = [(OUTCOMES.get(name, name), count) for name, count in figures.outcomes.items()]
    punctual = {city.agency_name(code): parts for code, parts in list(figures.punctual.items())[:MOST]}
    reopened = [
        ("once" if times == 1 else f"{times} times", count) for times, count in figures.reopenings.items() if times
    ]
    colors = {"on time": TEAL, "late": RED, "misrouted": AMBER}
    return [
        _section("How tickets ended", "Outcomes are never counted together.",
                 plots.bars(outcomes, unit="tickets", whole=figures.tickets)),
        _section("Opened again", "Tickets whose claim was denied, by how often.",
                 plots.bars(reopened, unit="tickets", color=AMBER)),
        _section("First answer by agency", "Filing until the agency accepted, asked, set a date or claimed.",
                 plots.ranges(_hours(figures.first_answer, city, 1), unit="hours")),
        _section("Closing by agency", "Filing until the ticket was closed for the first time.",
                 plots.ranges(_hours(figures.closing, city, 24), unit="days", color=BLUE)),
        _section("In time, late, misrouted", "First claim against the deadline; misrouted counts for the agency "
                 "that sent it back.", plots.stacked(punctual, colors)),
        _section("Steps of the ladder", "Follow-ups that had their effect, by kind.",
                 plots.bars(list(figures.steps.items()), unit="steps", color=GREY)),
    ]  # fmt: skip


def _messages(figures: Figures) -> list[str]:
    limit = figures.weekly_limit
    weeks = [(str(count), number) for count, number in figures.per_week.items()]
    hours = [(f"{hour:02}", figures.unasked_by_hour.get(hour, 0)) for hour in range(24)]
    tickets = [(str(count), number) for count, number in figures.messages_a_ticket.items()][:16]
    return [
        _section("Messages to citizens by wording", _shown(figures.wordings),
                 plots.bars(_top(figures.wordings), unit="messages")),
        _section("Letters to agencies", "By occasion.",
                 plots.bars(list(figures.mails.items()), unit="letters", color=GREY)),
        _section("Messages to the citizen per ticket", "How many tickets had so many.",
                 plots.columns(tickets, unit="tickets")),
        _section("Unasked messages a week", "Citizen-weeks with so many; weeks with none are left out. "
                 f"{f'News have room up to {limit}, questions always.' if limit else ''}",
                 plots.columns(weeks, unit="weeks")),
        _section("Unasked messages by hour", "Local time of sending; quiet hours are grey.",
                 plots.columns(hours, unit="messages", color=TEAL, shaded=QUIET, every=2)),
    ]  # fmt: skip


def _rules(figures: Figures) -> str:
    rows = []
    for rule, meaning in RULES.items():
        count = "not checked" if rule in figures.left_out else f"{figures.checked.get(rule, 0):,} times"
        css = "bad" if rule in figures.left_out else "good"
        rows.append(f'<tr><td>{escape(meaning)}</td><td class="{css}">{count}</td></tr>')
    return _section(
        "Rules that were checked", "By code that asks none of the use cases.", f"<table>{''.join(rows)}</table>"
    )


def _section(title: str, says: str, body: str, *, wide: bool = False) -> str:
    css = ' class="wide"' if wide else ""
    return f"<section{css}><h2>{escape(title)}</h2><p>{escape(says)}</p>{body}</section>"


def _hours(spreads: Mapping[str, Spread], city: City, unit: int) -> list[tuple[str, float, float]]:
    ranked = sorted(spreads.items(), key=lambda item: -item[1].count)[:MOST]
    return [(city.agency_name(code), found.median / unit, found.p90 / unit) for code, found in ranked]


def _top(counts: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    return list(counts.items())[:MOST]


def _shown(counts: Mapping[str, int]) -> str:
    return f"The {min(MOST, len(counts))} most frequent of {len(counts)}."

"""An evaluation as one HTML file. It holds labels and figures, and no message."""

from collections.abc import Collection, Sequence
from html import escape

import numpy as np

import plots
from scores import HEADS, Confusion, Prediction, Section, labelled
from terminal import aim, number

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1d1d1d; max-width: 72rem;
  margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 0 2rem 1.5rem 0 }
td, th { padding: .15rem .7rem .15rem 0; text-align: left }
td.n { text-align: right; font-variant-numeric: tabular-nums } .missed { color: #a32a1a; font-weight: 600 }
.row { display: flex; flex-wrap: wrap; gap: 0 2rem }
figure { margin: 0 0 1.5rem } figcaption { font-weight: 600 }
svg { max-width: 100%; height: auto; font: 11px system-ui, sans-serif } td:first-child { white-space: pre }
"""


def html_report(
    source: str,
    sections: Sequence[Section],
    confusions: Sequence[Confusion],
    predictions: Sequence[Prediction],
    columns: Collection[str],
) -> str:
    """The whole page."""
    heads = [head for head in HEADS if head in columns and labelled(head, predictions)]
    parts = [
        f"<h1>How well messages are understood</h1><p>{len(predictions):,} messages of {escape(source)}</p>",
        f'<div class="row">{"".join(map(_table, sections))}</div>',
        f'<div class="row">{_curves(heads, predictions)}</div>',
        f"<h2>Worst confusions</h2>{_confusions(confusions)}",
        *(_heat_map(head, predictions) for head in heads if head != "faq"),
    ]
    head = f'<meta charset="utf-8"><title>Understanding</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _table(section: Section) -> str:
    rows = []
    for figure in section.figures:
        missed = ' class="missed"' if not figure.reached and figure.value == figure.value else ""
        cells = f'<td>{escape(figure.name)}</td><td class="n">{number(figure.value)}</td>'
        rows.append(f"<tr>{cells}<td{missed}>{aim(figure)}</td></tr>")
    head = f"<h2>{escape(section.name)}</h2><p>{section.messages:,} messages</p>"
    return f"<div>{head}<table>{''.join(rows)}</table></div>"


def _curves(heads: Sequence[str], predictions: Sequence[Prediction]) -> str:
    routing = [head for head in ("service", "faq") if head in heads]
    precision = [(head, plots.precision_curve(*_sureness(head, predictions))) for head in routing]
    reliability = [(head, plots.reliability_curve(*_sureness(head, predictions))) for head in heads]
    return plots.line_plot(
        "Precision against coverage", "share acted on, surest first", "% right", precision, 0.5
    ) + plots.line_plot("Reliability", "confidence", "% right", reliability, diagonal=True)


def _sureness(head: str, predictions: Sequence[Prediction]) -> tuple[list[bool], list[float]]:
    known = labelled(head, predictions)
    return [p.truth(head) == p.best(head) for p in known], [p.confidence(head) for p in known]


def _confusions(confusions: Sequence[Confusion]) -> str:
    rows = "".join(
        f'<tr><td class="n">{c.count}</td><td>{c.head}</td><td>{c.truth}</td><td>{escape(c.predicted)}</td></tr>'
        for c in confusions
    )
    return f"<table><tr><th>count</th><th>kind</th><th>is</th><th>taken for</th></tr>{rows}</table>"


def _heat_map(head: str, predictions: Sequence[Prediction]) -> str:
    known = labelled(head, predictions)
    names = sorted({name for p in known for name in (p.truth(head), p.best(head)) if name})
    index = {name: position for position, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), dtype=int)
    for p in known:
        if p.best(head):
            counts[index[p.truth(head)], index[p.best(head)]] += 1
    return plots.heat_map(f"Confusions: {head} (rows are right, columns predicted)", names, counts)

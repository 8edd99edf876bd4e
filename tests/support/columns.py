"""Text in columns, for the tables at the end of a test run."""

from collections.abc import Collection, Sequence


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Lines of equal columns under ``heads``; those at the positions in ``right`` end at one edge. Empty without
    rows. What the line before it has in the first column is not said again."""
    if not rows:
        return []
    table = [heads, *rows]
    widths = [max(len(row[n]) for row in table) for n in range(len(heads))]
    before, lines = "", []
    for row in table:
        cells = ["" if row[0] == before else row[0], *row[1:]]
        before = row[0]
        pairs = zip(cells, widths, strict=True)
        padded = (cell.rjust(width) if n in right else cell.ljust(width) for n, (cell, width) in enumerate(pairs))
        lines.append("  ".join(padded).rstrip())
    return lines

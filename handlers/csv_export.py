"""Tables to take away as CSV: read from front to back, and harmless when a spreadsheet opens them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import has_request_context, stream_with_context
from werkzeug.wrappers import Response

# A spreadsheet would carry out a cell that begins so, whatever stands behind it.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"
ROWS_AT_ONCE = 200


def csv_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file for download, sent while ``rows`` are read: UTF-8 with a BOM, no cell of which is a formula."""
    parts = _parts(header, rows)
    # What is read late still belongs to the request that asked for it.
    response = Response(stream_with_context(parts) if has_request_context() else parts, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def harmless(cell: object) -> str:
    """The cell as text; an apostrophe in front keeps a spreadsheet from calculating it."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _parts(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    written = io.StringIO()
    writer = csv.writer(written)
    written.write(BOM)
    writer.writerow([harmless(cell) for cell in header])
    for number, row in enumerate(rows, start=1):
        writer.writerow([harmless(cell) for cell in row])
        if number % ROWS_AT_ONCE == 0:
            yield _taken(written)
    yield _taken(written)


def _taken(written: io.StringIO) -> str:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text

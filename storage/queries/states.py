"""States as they stand in the conditions of partial indexes, written out in the statement.

With a state among its parameters SQLite plans a statement anew each time it runs (the value decides whether the
index may be used), and PostgreSQL's generic plans cannot use the index at all.
"""

from sqlalchemy import ColumnElement, String, literal_column

WAITING: ColumnElement[str] = literal_column("'waiting'", String)
SENDING: ColumnElement[str] = literal_column("'sending'", String)
IN_DOUBT: ColumnElement[str] = literal_column("'in_doubt'", String)
FAILED: ColumnElement[str] = literal_column("'failed'", String)
ASKED: ColumnElement[str] = literal_column("'asked'", String)
DONE: ColumnElement[str] = literal_column("'done'", String)

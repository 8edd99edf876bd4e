"""The least that a webhook must do: check Twilio's signature, insert one row, commit, answer.

Served by the gunicorn that ours runs in. No mapper, no encryption, no second table, nothing of ours imported: what
ours takes longer than this is what it does more.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing

import psycopg
from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator

PATH = "/webhooks/twilio/messages"
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
TABLE = "CREATE TABLE floor_messages (sid text PRIMARY KEY, sender text, body text, received_at double precision)"
PATIENCE_S = 10  # for another process that is just writing to the SQLite file; ours waits as long
Connection = sqlite3.Connection | psycopg.Connection


def create_app() -> Flask:
    """Told by the environment: FLOOR_DATABASE (a file or a postgresql:// address), FLOOR_URL (what is signed),
    FLOOR_TOKEN."""
    app, keep = Flask(__name__), _keeper(os.environ["FLOOR_DATABASE"])
    validator, address = RequestValidator(os.environ["FLOOR_TOKEN"]), os.environ["FLOOR_URL"] + PATH

    @app.post(PATH)
    def message() -> Response:
        form = request.form
        if not validator.validate(address, form, request.headers.get("X-Twilio-Signature", "")):
            abort(403)
        keep((form["MessageSid"], form["From"], form["Body"], time.time()))
        return Response(TWIML, mimetype="text/xml")

    return app


def prepare(database: str) -> None:
    """Makes the table, empty."""
    with closing(connect(database)) as connection:
        connection.execute("DROP TABLE IF EXISTS floor_messages")
        connection.execute(TABLE)


def connect(database: str) -> Connection:
    """A connection that commits each statement: on SQLite as durably as ours, on PostgreSQL as its server does."""
    if database.startswith("postgresql"):
        return psycopg.connect(database, autocommit=True)
    connection = sqlite3.connect(database, timeout=PATIENCE_S, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _keeper(database: str) -> Callable[[tuple[str, str, str, float]], None]:
    """Inserts and commits one row; every thread has a connection of its own."""
    own, mark = threading.local(), "%s" if database.startswith("postgresql") else "?"
    insert = f"INSERT INTO floor_messages VALUES ({mark}, {mark}, {mark}, {mark})"

    def keep(row: tuple[str, str, str, float]) -> None:
        if not hasattr(own, "connection"):
            own.connection = connect(database)
        own.connection.execute(insert, row)

    return keep

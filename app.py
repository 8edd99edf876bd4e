"""Composition root: settings -> parts -> web application, worker, command line.

``flask --app app COMMAND`` and ``gunicorn 'app:create_app()'`` both come in through :func:`create_app`.
"""

import sys

from flask import Flask
from pydantic import ValidationError

from bot.clock import Clock, simulated_clock, system_clock
from bot.delivery.copies import Copies
from bot.errors import ConfigError
from bot.figures.warehouse import Warehouse
from bot.intake.reconciliation import Reconciler
from bot.logs import set_up_logging
from bot.messages import SUBSCRIBER
from bot.rulebook import load_rulebook
from bot.settings import CHANNEL_SETTINGS, ROOT, Settings
from bot.subscribers.targets import Targets
from handlers.channels.outbound_guard import Poster, Rules
from handlers.channels.registry import channels, media_sources
from handlers.channels.subscriber import SubscriberChannel
from handlers.channels.twilio_archive import archive_of, lines_of
from handlers.commands import (
    api_keys,
    backup,
    city,
    costs,
    database,
    doctor,
    figures,
    histories,
    keys,
    media,
    nlu,
    personal,
    reconcile,
    retention,
    subscriptions,
    templates,
    trace,
    users,
)
from handlers.edge import Edge
from handlers.web import create_web
from nlu.client import BRIEF, NluClient
from nlu.live import LiveUrl
from scheduler.commands import worker_command
from scheduler.provider import AtProvider
from scheduler.worker import Parts
from storage import keyring
from storage.database import Database, open_database
from storage.local_secrets import kept_secret

ACCOUNT_COMMANDS = (users.create_user, users.reset_link, users.first_account)
CITY_COMMANDS = (
    city.check_config,
    templates.list_templates,
    doctor.doctor_command(),
    reconcile.reconcile,
    costs.costs,
    trace.trace,
    figures.figures,
    histories.history,
    personal.commands,
    retention.commands,
    keys.commands,
    backup.backup,
    backup.restore,
    media.commands,
)


def create_app() -> Flask:
    """The web application with its command line; exits with one sentence a mistake when it is set up wrong."""
    settings = _settings()
    set_up_logging()
    try:
        keyring.use(keyring.Keyring(settings.secret_key or _own_secret(settings)))
        rulebook = load_rulebook(settings)
    except (ConfigError, keyring.KeyringError) as error:
        sys.exit(str(error))
    client = NluClient(_nlu_url(settings)) if settings.nlu_url else None
    store = open_database(settings.database_url)
    edge = Edge(settings, rulebook, store, _clock(settings, store), client)
    try:
        _ = edge.files
    except ConfigError as error:
        sys.exit(str(error))
    app = create_web(edge)
    for command in (
        database.commands,
        api_keys.commands,
        subscriptions.commands,
        *ACCOUNT_COMMANDS,
        nlu.commands,
        *CITY_COMMANDS,
    ):
        app.cli.add_command(command)
    app.cli.add_command(worker_command(lambda: worker_parts(edge)))
    return app


def worker_parts(edge: Edge) -> Parts:
    """What the worker process needs, from the same settings as the web process."""
    nlu_client = edge.nlu or NluClient("http://127.0.0.1:9")  # never asked: the rulebook says there is none
    return Parts(
        edge.database,
        edge.rulebook,
        nlu_client,
        {**channels(edge.settings), SUBSCRIBER: _subscribers(edge)},
        edge.clock,
        media_sources(edge.settings, edge.database),
        edge.files,
        edge.settings.trial,
        _at_provider(edge),
        Warehouse(edge.database, edge.rulebook, folder) if (folder := edge.settings.export_folder) else None,
        edge.ledger,
        NluClient(_nlu_url(edge.settings), BRIEF) if edge.nlu else None,
    )


def _subscribers(edge: Edge) -> SubscriberChannel:
    """Other systems; one on this machine only where the simulator is, for trying."""
    poster = Poster(Rules(loopback=edge.settings.simulator_enabled))
    return SubscriberChannel(Targets(edge.database, edge.rulebook, edge.clock), poster)


def _at_provider(edge: Edge) -> AtProvider | None:
    """What is compared and deleted at Twilio; nothing without an account."""
    settings = edge.settings
    archive, lines = archive_of(settings), lines_of(settings)
    if archive is None:
        return None
    reconciler = Reconciler(edge.database, edge.rulebook.words, archive, edge.clock, lines)
    copies = Copies(edge.database, archive, edge.clock, tuple(lines), settings.copies_kept)
    return AtProvider(reconciler, copies, settings.reconcile_every)


def _clock(settings: Settings, store: Database) -> Clock:
    return simulated_clock(store) if settings.clock_can_move else system_clock()


def _nlu_url(settings: Settings) -> str | LiveUrl:
    """Under the supervisor the server moves when another model is put live."""
    return LiveUrl(settings.nlu_live, settings.nlu_url) if settings.nlu_live else settings.nlu_url


def _own_secret(settings: Settings) -> tuple[str, ...]:
    """Without an account a first run keeps a key of its own; with one, the operator must choose it."""
    return () if settings.is_live else (kept_secret(ROOT / "var" / "secret_key"),)


def _settings() -> Settings:
    try:
        settings = Settings()
        for group in CHANNEL_SETTINGS:
            settings.of(group)
        channels(settings)  # two providers for one channel are told at once
        return settings
    except ConfigError as error:
        sys.exit(str(error))
    except ValidationError as error:
        lines = (f"{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        sys.exit("\n".join(lines))
    except ValueError as error:
        sys.exit(str(error))

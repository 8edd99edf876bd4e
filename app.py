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
from bot.messages import EMAIL, GATEWAY, SIMULATOR, SMS, WEBHOOK, WHATSAPP, Channel
from bot.rulebook import load_rulebook
from bot.settings import ROOT, Settings
from handlers.channels.agency_webhook import AgencyWebhook
from handlers.channels.email import EmailChannel
from handlers.channels.http_gateway import GatewayChannel, Line
from handlers.channels.local import LocalChannel
from handlers.channels.media import media_sources
from handlers.channels.twilio import TwilioChannel
from handlers.channels.twilio_archive import archive_of, lines_of
from handlers.commands import city, costs, database, doctor, figures, nlu, reconcile, templates, users
from handlers.edge import Edge
from handlers.web import create_web
from nlu.client import NluClient
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
    figures.figures,
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
    app = create_web(edge)
    for command in (database.commands, *ACCOUNT_COMMANDS, nlu.commands, *CITY_COMMANDS):
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
        channels(edge.settings),
        edge.clock,
        media_sources(edge.settings, edge.database),
        edge.files,
        edge.settings.trial,
        _at_provider(edge),
        Warehouse(edge.database, edge.rulebook, folder) if (folder := edge.settings.export_folder) else None,
    )


def _at_provider(edge: Edge) -> AtProvider | None:
    """What is compared and deleted at Twilio; nothing without an account."""
    settings = edge.settings
    archive, lines = archive_of(settings), lines_of(settings)
    if archive is None:
        return None
    reconciler = Reconciler(edge.database, edge.rulebook.words, archive, edge.clock, lines)
    copies = Copies(edge.database, archive, edge.clock, tuple(lines), settings.copies_kept)
    return AtProvider(reconciler, copies, settings.reconcile_every)


def channels(settings: Settings) -> dict[str, Channel]:
    """Every way out of this installation. Without an SMTP server the local mail catcher takes the e-mails."""
    found: dict[str, Channel] = {
        SIMULATOR: LocalChannel(),
        EMAIL: EmailChannel(settings.smtp_url) if settings.smtp_url else LocalChannel(),
        WEBHOOK: AgencyWebhook(settings.agency_webhook_secret),
    }
    if settings.has_twilio and settings.twilio_auth_token:
        senders = {WHATSAPP: settings.twilio_whatsapp_from, SMS: settings.twilio_sms_from}
        twilio = TwilioChannel(
            settings.twilio_account_sid,
            settings.twilio_auth_token[0],
            senders,
            settings.base_url,
            settings.twilio_api_base,
        )
        found |= {WHATSAPP: twilio, SMS: twilio}
    elif settings.simulator_enabled:  # a demonstration's citizens have telephones that nobody sends to
        found |= {WHATSAPP: LocalChannel(), SMS: LocalChannel()}
    if line := Line.of(settings):
        found[GATEWAY] = GatewayChannel(line)
    return found


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
        return Settings()
    except ConfigError as error:
        sys.exit(str(error))
    except ValidationError as error:
        lines = (f"{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        sys.exit("\n".join(lines))

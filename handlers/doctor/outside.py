"""Asks everything around the web process how it is. What cannot be had becomes an ``Unknown``, never an error."""

import smtplib
from dataclasses import dataclass
from datetime import datetime

import httpx
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.status import OPEN
from handlers.channels.email import EmailChannel
from handlers.doctor.account import TwilioAccount
from handlers.doctor.facts import Answers, Kept, Store
from handlers.doctor.findings import Unknown
from handlers.doctor.provider import MESSAGES
from handlers.edge import Edge
from storage import migrate
from storage.files import StoreError
from storage.models import Heartbeat, Ticket, User
from storage.moving import TwoStores

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Outside:
    """The surroundings of one installation."""

    edge: Edge

    def public(self) -> Answers | Unknown:
        """What our own public address answers to people and to an unsigned webhook."""
        base = self.edge.settings.base_url
        try:
            with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
                page = client.get(f"{base}/healthz")
                forged = client.post(f"{base}{MESSAGES}", data={"Body": "unsigned"})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Unknown(str(error) or type(error).__name__)
        return Answers(page.status_code, _is_healthy(page), forged.status_code)

    def store(self) -> Store | Unknown:
        """The state of the database."""
        database = self.edge.database
        kind = database.engine.dialect.name
        try:
            if not migrate.is_current(database.engine):
                return Store(kind, migrated=False)
            with database.read() as session:
                accounts = session.scalars(select(func.count()).select_from(User)).one()
                silent = _worker_silent_s(session, self.edge.clock.now())
                unknown = _unknown_services(self.edge, session)
                return Store(kind, True, accounts, silent, _ledger(self.edge, session), unknown)
        except SQLAlchemyError as error:
            return Unknown(type(getattr(error, "orig", None) or error).__name__)

    def files(self) -> Kept | Unknown:
        """Whether the store of citizens' files keeps, gives back and deletes."""
        try:
            self.edge.files.check()
        except StoreError as error:
            return Unknown(str(error))
        return Kept(self.edge.files.where, isinstance(self.edge.files, TwoStores))

    def nlu_ready(self) -> bool:
        """Whether the NLU server has a model loaded."""
        return self.edge.nlu is not None and self.edge.nlu.is_ready()

    def mail(self) -> Unknown | None:
        """None where the mail server takes us or none is configured."""
        if not self.edge.settings.smtp_url:
            return None
        try:
            EmailChannel(self.edge.settings.smtp_url).check()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Unknown(_words(error))
        return None

    def twilio(self) -> TwilioAccount:
        settings = self.edge.settings
        token = next(iter(settings.twilio_auth_token), "")
        return TwilioAccount(settings.twilio_account_sid, token, settings.twilio_api_base)


def _unknown_services(here: Edge, session: Session) -> tuple[str, ...]:
    used = session.scalars(select(Ticket.service).where(Ticket.status.in_(OPEN)).distinct())
    return tuple(sorted(set(used) - here.rulebook.city.services.keys()))


def _is_healthy(page: httpx.Response) -> bool:
    try:
        return bool(page.json()["ok"])
    except (ValueError, KeyError, TypeError):
        return False


def _worker_silent_s(session: Session, now: datetime) -> float | None:
    seen = session.scalar(select(func.max(Heartbeat.at)))
    return None if seen is None else (now - seen).total_seconds()


def _ledger(here: Edge, session: Session) -> str:
    if here.ledger is None:
        return "none"
    standing = here.ledger.standing(session)
    found = {"damaged": standing.damaged, "behind": standing.behind, "cut": standing.cut}
    return next((name for name, is_so in found.items() if is_so), "well")


def _words(error: Exception) -> str:
    """Short words for an error of the mail server; its own may repeat who tried to log in."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}, code {error.smtp_code}"
    return str(error) or type(error).__name__

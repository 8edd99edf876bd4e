"""What every handler of one web process shares, and how it reaches it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

from flask import Flask, current_app

from bot.clock import Clock
from bot.intake.file_store import file_store
from bot.personal.ledger import Ledger, ledger_of
from bot.rulebook import Rulebook
from bot.settings import Settings
from nlu.client import NluClient
from storage.database import Database
from storage.files import FileStore

KEY = "suarakota"
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Edge:
    """The parts that were put together in ``app.py``."""

    settings: Settings
    rulebook: Rulebook
    database: Database
    clock: Clock
    nlu: NluClient | None

    @cached_property
    def files(self) -> FileStore:
        """Where the photos and files of citizens are kept; ConfigError where the settings for it are wrong."""
        return file_store(self.settings)

    @cached_property
    def ledger(self) -> Ledger | None:
        """The erasure ledger; None where this installation has none."""
        return ledger_of(self.database, self.rulebook, self.settings.erasure_ledger)


def install(app: Flask, edge: Edge) -> None:
    """Make ``edge`` the one that this app's handlers work with."""
    app.extensions[KEY] = edge


def edge() -> Edge:
    """The parts of the app that serves the present request."""
    return cast(Edge, current_app.extensions[KEY])

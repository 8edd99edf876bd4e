"""Logging in: passwords, codes, log-ins that end, links for a new password, forms that came too late."""

from flask import Flask

from bot.accounts.accounts import create_user
from bot.accounts.passwords import passwords
from handlers.auth import account, login, reset, turned_away
from handlers.auth.room import blueprint

__all__ = ["account", "blueprint", "create_user", "install", "login", "passwords", "reset", "turned_away"]


def install(app: Flask) -> None:
    """Make Flask-Login know our accounts, and lead everybody else to the log-in."""
    account.install(app)
    turned_away.install(app)

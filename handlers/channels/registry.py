"""The table of providers. Whatever goes by them (the worker, the web, ``flask doctor``) goes by this table."""

from collections.abc import Iterable, Iterator

from flask import Blueprint

from bot.errors import ConfigError
from bot.intake.media import MediaSource
from bot.messages import Channel, make_known
from bot.settings import CHANNEL_SETTINGS, Settings
from handlers.channels import agency_webhook, email, http_gateway_in, local, meta_cloud_in, twilio_in
from handlers.channels.provider import Provider
from storage.database import Database

PROVIDERS: tuple[Provider, ...] = (
    local.PROVIDER,
    email.PROVIDER,
    agency_webhook.PROVIDER,
    twilio_in.PROVIDER,
    http_gateway_in.PROVIDER,
    meta_cloud_in.PROVIDER,
)


def introduce(providers: Iterable[Provider]) -> None:
    """Make the channels and settings known that only their own modules know; done once, before all else."""
    for provider in providers:
        make_known(provider.manners)
        if provider.settings and provider.settings not in CHANNEL_SETTINGS:
            CHANNEL_SETTINGS.append(provider.settings)


def channels(settings: Settings, providers: Iterable[Provider] = PROVIDERS) -> dict[str, Channel]:
    """Every way out of this installation by the name of its channel; ConfigError where two have the same."""
    found: dict[str, Channel] = {}
    by: dict[str, str] = {}
    for provider in providers:
        ways = provider.ways_out(settings)
        for name in sorted(ways.keys() & found.keys()):
            raise ConfigError([f"{name} is set up with {by[name]} and with {provider.name}; unset one of them."])
        found |= ways
        by |= dict.fromkeys(ways, provider.name)
    return found


def media_sources(
    settings: Settings, database: Database, providers: Iterable[Provider] = PROVIDERS
) -> dict[str, MediaSource]:
    """Where the files of each channel are fetched from."""
    return {name: source for one in providers for name, source in one.media(settings, database).items()}


def webhooks(providers: Iterable[Provider] = PROVIDERS) -> Iterator[Blueprint]:
    """What the web side answers providers with."""
    return (provider.webhooks for provider in providers if provider.webhooks)


introduce(PROVIDERS)

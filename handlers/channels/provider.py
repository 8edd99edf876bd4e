"""What one module in this folder offers: ways out, what comes in, files, settings. ``registry`` lists them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint

from bot.intake.media import MediaSource
from bot.messages import Channel, Manners
from bot.settings import ChannelSettings, Settings
from handlers.doctor.findings import Finding
from handlers.edge import Edge
from storage.database import Database

WaysOut = Callable[[Settings], Mapping[str, Channel]]
Media = Callable[[Settings, Database], Mapping[str, MediaSource]]
Doctor = Callable[[Edge], Iterable[Finding]]


def _no_media(settings: Settings, database: Database) -> Mapping[str, MediaSource]:
    return {}


def _no_findings(here: Edge) -> Iterable[Finding]:
    return ()


@dataclass(frozen=True)
class Provider:
    """One provider, by the names of the channels that it serves.

    ``ways_out``: what it sends by under these settings; nothing where it is not set up, ConfigError where it is
    set up wrongly. ``webhooks``: where it knocks (``handlers.webhooks.room``). ``manners``: of channels that only
    this module knows. ``settings``: those that stand in this module. ``doctor``: whether all is well with it.
    """

    name: str
    ways_out: WaysOut
    webhooks: Blueprint | None = None
    media: Media = _no_media
    manners: Mapping[str, Manners] = field(default_factory=dict)
    settings: type[ChannelSettings] | None = None
    doctor: Doctor = _no_findings

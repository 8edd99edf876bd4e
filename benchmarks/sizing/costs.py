"""What one message costs, read from the figures of ``make bench``. A figure that is missing is named."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from benchmarks.load.databases import POSTGRESQL, SQLITE
from benchmarks.load.figures import PROCESSED
from benchmarks.sizing.measured import PROCESSOR, WRITTEN
from bot.settings import ROOT

LETTERS = "follow-up tick: letters to agencies"


class FigureMissingError(Exception):
    """The file lacks a measurement; the message says which."""


@dataclass(frozen=True)
class Costs:
    """Milliseconds are of one core of the machine that was measured on, for a message that was understood,
    answered and reported on by callbacks, over PostgreSQL; memory is of one process."""

    machine: str
    web_ms: float
    worker_ms: float
    nlu_ms: float
    database_ms: float
    sqlite_rate: float
    postgresql_rate: float
    steps_rate: float
    web_mb: float
    worker_mb: float
    nlu_mb: float
    log_kb: float


@dataclass(frozen=True)
class Prices:
    """What ``config.yml`` says that messages cost; by SMS through the gateway, whose rate is the contract's."""

    currency: str
    received: Decimal
    sent: Decimal
    template: Decimal
    segment: Decimal
    whatsapp_rate: float
    gateway_rate: float


def read(path: Path) -> Costs:
    """The costs in a file of ``benchmarks.load``; FigureMissingError where it was not a full run."""
    told = json.loads(path.read_text(encoding="utf-8"))
    figures = {(f["measure"], f["setup"]): f for f in told["figures"] if f["system"] == "suarakota"}
    used = _figure(figures, PROCESSOR, POSTGRESQL)["more"]
    return Costs(
        machine=told["machine"],
        **{f"{part}_ms": used[part] for part in ("web", "worker", "nlu", "database")},
        sqlite_rate=_figure(figures, PROCESSED, f"{SQLITE}, callbacks")["value"],
        postgresql_rate=_figure(figures, PROCESSED, f"{POSTGRESQL}, callbacks")["value"],
        steps_rate=_figure(figures, LETTERS, POSTGRESQL)["value"],
        **{f"{part}_mb": _memory(figures, part) for part in ("web", "worker", "nlu")},
        log_kb=_figure(figures, WRITTEN, POSTGRESQL)["more"]["log"],
    )


def prices(path: Path = ROOT / "config.yml") -> Prices:
    """From a city's configuration."""
    city = yaml.safe_load(path.read_text(encoding="utf-8"))
    whatsapp, gateway, rates = city["costs"]["whatsapp"], city["costs"]["gateway"], city["rates"]
    return Prices(
        currency=whatsapp["currency"],
        received=Decimal(str(whatsapp["received"])),
        sent=Decimal(str(whatsapp["sent"])),
        template=Decimal(str(whatsapp["template"])),
        segment=Decimal(str(gateway["sent"])),
        whatsapp_rate=rates["whatsapp"]["per_second"],
        gateway_rate=rates["gateway"]["per_second"],
    )


def _figure(figures: Mapping[tuple[str, str], dict[str, Any]], measure: str, setup: str) -> dict[str, Any]:
    if (measure, setup) not in figures:
        raise FigureMissingError(f"There is no figure '{measure}' over {setup}; run make bench in full.")
    return figures[measure, setup]


def _memory(figures: Mapping[tuple[str, str], dict[str, Any]], part: str) -> float:
    return float(_figure(figures, f"memory of a {part} process", POSTGRESQL)["value"])

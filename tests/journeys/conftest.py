"""Journeys run over the whole system as processes; they share one town, which takes a while to start."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.journeys.town import Town, town


def specs() -> Path | None:
    """Twilio's published OpenAPI, where it lies beside the project; TWILIO_SPECS names another place."""
    path = Path(os.environ.get("TWILIO_SPECS", ROOT.parent / "shared" / "specs" / "twilio_messages_openapi.json"))
    return path if path.exists() else None


@pytest.fixture(scope="package")
def the_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town"), specs=specs()) as running:
        yield running

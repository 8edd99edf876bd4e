"""Starts Rasa's own server, with the batch channel, on loopback."""

from pathlib import Path
from typing import Any

import quiet
from fingerprint import ROOT
from model_file import check_model_file

HOST = "127.0.0.1"


def serve(model: Path, port: int, api: bool = False) -> None:
    """Serves until told to stop (SIGTERM, SIGINT). Raises ModelFileError when the model cannot be served.

    `api` also opens Rasa's HTTP API (/model/parse among others). It can replace the model, and nothing guards
    it: for measurements only.
    """
    check_model_file(model)
    quiet.settle_environment()
    with quiet.light_imports():
        import rasa.core.run
        import rasa.engine.recipes.default_components
    quiet.settle_logging()
    rasa.core.run.serve_application(
        model_path=str(model),
        interface=HOST,
        port=port,
        credentials=str(ROOT / "credentials.yml"),
        enable_api=api,
        server_listeners=[(_settle_server, "before_server_start")],
    )


async def _settle_server(app: Any, _: Any) -> None:
    """No access log; open connections may finish their request, but do not hold up the end."""
    app.config.ACCESS_LOG = False
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 2.0
    app.config.KEEP_ALIVE_TIMEOUT = 60

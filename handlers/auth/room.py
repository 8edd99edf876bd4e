"""The blueprint of everything around logging in, and the time that it goes by."""

from datetime import datetime

from flask import Blueprint, Response

from bot.clock import SimulatedClock
from handlers.edge import edge
from handlers.guards import guard

blueprint = Blueprint("auth", __name__)
guard(blueprint, "public")


def real_time() -> datetime:
    """The machine's time: a clock that the simulator moved must neither end log-ins nor spoil codes."""
    clock = edge().clock
    return clock.system() if isinstance(clock, SimulatedClock) else clock.now()


@blueprint.after_request
def _keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response

"""Asks the supervisor to put another model live, and waits for its answer."""

import secrets
import time
from pathlib import Path

from nlu.live import Live, read_json, read_live, write_json
from nlu.models import ModelError

ANSWER_WITHIN_S = 150
LOOK_EVERY_S = 0.2


def running(folder: Path) -> Live:
    """What is live in the system of this folder. ModelError when none is running."""
    live = read_live(folder)
    if live is None or not live.is_running:
        raise ModelError(
            f"No system that keeps its own NLU server is running on port {folder.name}; start it with 'make run', "
            "or set PORT to the one that it listens on."
        )
    return live


def put_live(folder: Path, model: Path, within_s: float = ANSWER_WITHIN_S) -> None:
    """Returns when ``model`` is live; ModelError, a sentence, when it is not."""
    identity = secrets.token_hex(8)
    request, answer = (folder / f"{kind}-{identity}.json" for kind in ("request", "answer"))
    write_json(request, {"model": str(model)})
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        said = read_json(answer)
        if said is not None:
            answer.unlink(missing_ok=True)
            if said.get("problem"):
                raise ModelError(str(said["problem"]))
            return
        time.sleep(LOOK_EVERY_S)
    request.unlink(missing_ok=True)
    raise ModelError("The system did not answer; see what 'make run' says. Nothing was changed by this command.")

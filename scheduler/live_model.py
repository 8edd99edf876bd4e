"""The NLU server as one child of the supervisor, whose model can be replaced while messages are understood.

Whoever wants another model leaves a request in the folder. A second server is started and probed; then
``live.json`` names it, which every client follows from its next request on; then the first one, which by then
only has requests that are under way, is stopped. When anything fails the first one just stays.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nlu.live import LIVE, Live, read_json, read_live, write_json, write_live
from scheduler.child import Child, say
from scheduler.trial import Trial

READY_WITHIN_S = 90
DRAIN_S = 12  # longer than a client waits for an answer
HOPELESS_AFTER = 3
STOP_WITHIN_S = 2  # it holds nothing, and whoever asked it is gone by then

ServeCommand = Callable[[str, int], Sequence[str]]


@dataclass
class Candidate:
    """A second server that is being tried, for one request."""

    request: str
    live: Live
    child: Child
    trial: Trial


class LiveModel:
    """Keeps one server up, ``default`` or the model that a person chose; ``serve(model, port)`` is its command."""

    name = "nlu"

    def __init__(
        self,
        folder: Path,
        default: Path,
        serve: ServeCommand,
        env: Mapping[str, str],
        drain_s: float = DRAIN_S,
        ready_within_s: float = READY_WITHIN_S,
    ) -> None:
        self._folder, self._default, self._serve, self._env = folder, str(default), serve, env
        self._drain_s, self._ready_within_s = drain_s, ready_within_s
        self._candidate: Candidate | None = None
        self._leaving: list[tuple[Child, float]] = []
        self._forget_requests()
        self.live = self._first()
        self._child = self._child_for(self.live)

    def start(self) -> None:
        self._child.start()
        write_live(self._folder, self.live)

    def look_after(self) -> None:
        """Restart what died, and do the next step of a change that is under way."""
        self._child.look_after()
        self._give_up_hopeless()
        self._let_go(time.monotonic())
        if self._candidate:
            self._step(self._candidate)
        for path in sorted(self._folder.glob("request-*.json")):
            self._take(path)

    def ask_to_stop(self) -> None:
        for child in self._children():
            child.ask_to_stop()

    def stop(self) -> None:
        self.ask_to_stop()
        for child in self._children():
            child.stop(STOP_WITHIN_S)
        if not self.live.chosen:
            (self._folder / LIVE).unlink(missing_ok=True)
            with suppress(OSError):
                self._folder.rmdir()

    def _children(self) -> list[Child]:
        candidate = [self._candidate.child] if self._candidate else []
        return [self._child, *(child for child, _ in self._leaving), *candidate]

    def _first(self) -> Live:
        """What a person chose stays chosen; else the model for the present data."""
        before = read_live(self._folder)
        if before and before.chosen and Path(before.model).is_file():
            say(f"Serving {Path(before.model).name}, which was promoted; 'flask nlu rollback' returns from it.")
            return self._at_new_port(before.model, before.former)
        return self._at_new_port(self._default, None)

    def _at_new_port(self, model: str, former: str | None) -> Live:
        return Live(model, f"http://127.0.0.1:{free_port()}", former, model != self._default, os.getpid())

    def _child_for(self, live: Live) -> Child:
        return Child(self.name, self._serve(live.model, int(live.url.rpartition(":")[2])), self._env)

    def _forget_requests(self) -> None:
        """Nobody waits any more for what was asked of an earlier supervisor."""
        for path in [*self._folder.glob("request-*.json"), *self._folder.glob("answer-*.json")]:
            path.unlink(missing_ok=True)

    def _take(self, path: Path) -> None:
        request = read_json(path) or {}
        path.unlink(missing_ok=True)
        identity, model = path.stem.removeprefix("request-"), str(request.get("model", ""))
        if self._candidate:
            self._reply(identity, "Another model is being put live just now; try again in a minute.")
        elif not Path(model).is_file():
            self._reply(identity, f"There is no model file {Path(model).name}; nothing was changed.")
        else:
            self._try(identity, self._at_new_port(model, self.live.model))

    def _try(self, request: str, live: Live) -> None:
        child = self._child_for(live)
        child.start()
        self._candidate = Candidate(
            request, live, child, Trial(live.url, Path(live.model).name, self._ready_within_s)
        )

    def _step(self, candidate: Candidate) -> None:
        if candidate.trial.passed and candidate.child.is_running:
            self._switch(candidate)
        elif candidate.trial.passed is False or not candidate.child.is_running:
            threading.Thread(target=candidate.child.stop).start()
            name = Path(candidate.live.model).name
            self._reply(candidate.request, f"{name} could not be served; the former model stays live.")
            self._candidate = None

    def _switch(self, candidate: Candidate) -> None:
        write_live(self._folder, candidate.live)
        self._leaving.append((self._child, time.monotonic() + self._drain_s))
        self.live, self._child, self._candidate = candidate.live, candidate.child, None
        say(f"{Path(self.live.model).name} is live.")
        self._reply(candidate.request, "")

    def _let_go(self, now: float) -> None:
        for child, at in [leaving for leaving in self._leaving if leaving[1] <= now]:
            self._leaving.remove((child, at))
            threading.Thread(target=child.stop).start()

    def _give_up_hopeless(self) -> None:
        """A promoted model that an upgrade of this program can no longer load makes room for the usual one."""
        failed = self._child.failures >= HOPELESS_AFTER and (self._child.code or 0) > 0
        if failed and self.live.chosen:
            say(f"{Path(self.live.model).name} cannot be served; the model for the present data takes over.")
            self._child.stop()
            self.live = self._at_new_port(self._default, None)
            self._child = self._child_for(self.live)
            self.start()

    def _reply(self, request: str, problem: str) -> None:
        write_json(self._folder / f"answer-{request}.json", {"problem": problem})


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A server that gave no answer is left alone until it answers again: nobody waits for it a second time."""

from collections.abc import Sequence
from typing import Protocol

from nlu.client import NluUnavailableError, Understanding


class Server(Protocol):
    """What is asked: see :class:`nlu.client.NluClient`."""

    def understand(self, texts: Sequence[str]) -> list[Understanding]: ...

    def answers(self) -> bool: ...


class PatientNlu:
    """Asks ``server`` until it fails once; from then on only :meth:`look` does. Threads may share it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._is_away = False

    @property
    def is_away(self) -> bool:
        """Whether it failed when it was last asked."""
        return self._is_away

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """One understanding a text, in order; NluUnavailableError, without asking while it is away."""
        if self._is_away:
            raise NluUnavailableError("The NLU server has not answered since it failed.")
        try:
            return self._server.understand(texts)
        except NluUnavailableError:
            self._is_away = True
            raise

    def look(self) -> None:
        """Ask it a word where it is away: to be called every few seconds, by a thread that may wait."""
        if self._is_away and self._server.answers():
            self._is_away = False

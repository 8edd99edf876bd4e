"""Asks the NLU server what messages mean, a batch at a time, over HTTP on loopback."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

BATCH = 64
# Generous for a batch (the model takes about 1 ms a message), short enough that a hanging server is noticed.
TIMEOUT = httpx.Timeout(10.0, connect=1.0)
# For an emergency: without an answer by then the words alone decide.
BRIEF = httpx.Timeout(1.5, connect=0.5)
# For one word, and for whether it is there.
QUICK = httpx.Timeout(2.0, connect=1.0)
ONE_WORD = ("halo",)


class NluUnavailableError(Exception):
    """The NLU server did not give a usable answer; the messages should wait for it."""


@dataclass(frozen=True)
class Guess:
    """A label and how sure the model is of it, 0 to 1."""

    label: str
    confidence: float


@dataclass(frozen=True)
class Place:
    """A place as written, and the area it lies in where one was named."""

    text: str
    kelurahan: str | None = None
    kecamatan: str | None = None
    city: str | None = None


@dataclass(frozen=True)
class Understanding:
    """What the model makes of one message. Rankings are best first and start with the guess itself."""

    intents: tuple[Guess, ...]
    services: tuple[Guess, ...] = ()
    faqs: tuple[Guess, ...] = ()
    also: tuple[str, ...] = ()
    place: Place | None = None
    model: str = ""

    @property
    def intent(self) -> Guess:
        return self.intents[0]

    @property
    def service(self) -> Guess | None:
        return self.services[0] if self.services else None

    @property
    def faq(self) -> Guess | None:
        return self.faqs[0] if self.faqs else None


class NluClient:
    """The server at ``url``, or where ``url()`` says that it is now.

    One keep-alive connection pool; safe to share between threads.
    """

    def __init__(self, url: str | Callable[[], str], timeout: httpx.Timeout = TIMEOUT) -> None:
        self._url, self._timeout = url, timeout
        self._http = httpx.Client(trust_env=False)

    def understand(self, texts: Sequence[str]) -> list[Understanding]:
        """One understanding a text, in order; NluUnavailableError when the server gives none."""
        batches = (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
        return [understood for batch in batches for understood in self._parse(batch, self._timeout)]

    def answers(self) -> bool:
        """Whether the server understands a word now, which is more than being ready."""
        try:
            self._parse(ONE_WORD, QUICK)
        except NluUnavailableError:
            return False
        return True

    def is_ready(self) -> bool:
        """Whether the server has a model loaded and can understand a message now."""
        try:
            return self._http.get(self._at("ready"), timeout=QUICK).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        self._http.close()

    def _at(self, what: str) -> str:
        base = self._url if isinstance(self._url, str) else self._url()
        return f"{base.rstrip('/')}/webhooks/batch/{what}"

    def _parse(self, texts: Sequence[str], timeout: httpx.Timeout) -> list[Understanding]:
        try:
            response = self._http.post(self._at("parse"), json={"texts": list(texts)}, timeout=timeout)
            response.raise_for_status()
            body = response.json()
            results = [read_result(result, body["model"]) for result in body["results"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise NluUnavailableError(f"The NLU server gave no usable answer ({type(error).__name__}).") from None
        if len(results) != len(texts):
            raise NluUnavailableError("The NLU server answered for another number of messages than was asked.")
        return results


def read_result(result: dict[str, Any], model: str = "") -> Understanding:
    """Map one result of the batch endpoint; KeyError, TypeError or ValueError when it is not one."""
    intents = _ranking(result["intent"], result["intent_ranking"])
    if not intents:
        raise ValueError("A result must name an intent.")
    return Understanding(
        intents=intents,
        services=_ranking(result["service"], result["service_ranking"]),
        faqs=_ranking(result["faq"], result["faq_ranking"]),
        also=tuple(str(label) for label in result["also"]),
        place=_place(result["place"]),
        model=model,
    )


def _ranking(first: dict[str, Any] | None, ranking: list[dict[str, Any]]) -> tuple[Guess, ...]:
    if first is None:
        return ()
    guesses = [_guess(entry) for entry in ranking]
    return tuple(guesses) if guesses else (_guess(first),)


def _guess(entry: dict[str, Any]) -> Guess:
    confidence = float(entry["confidence"])
    if not 0 <= confidence <= 1:
        raise ValueError("A confidence lies between 0 and 1.")
    return Guess(str(entry["name"]), confidence)


def _place(entry: dict[str, Any] | None) -> Place | None:
    if entry is None:
        return None
    return Place(str(entry["text"]), entry.get("kelurahan"), entry.get("kecamatan"), entry.get("city"))

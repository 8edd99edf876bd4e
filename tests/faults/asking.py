"""What an operator sees of a town from outside."""

import httpx

from tests.journeys.town import Town

LOOKS_FOR_S = 15


def health(place: Town) -> tuple[int, dict[str, str]]:
    """What ``/healthz?deep=1`` says: its status, and a sentence for each part that is bad; 0 where nobody
    answers.
    """
    try:
        address = f"{place.url}/healthz?deep=1"
        answer = httpx.get(address, trust_env=False, verify=False, timeout=LOOKS_FOR_S)
        return answer.status_code, answer.json().get("bad", {})
    except (httpx.HTTPError, ValueError):
        return 0, {}


def bad_parts(place: Town) -> dict[str, str]:
    """The sentences about what is bad, by its name; empty while all is well or nobody answers."""
    return health(place)[1]

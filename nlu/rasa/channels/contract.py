"""What goes over the wire: the request is checked here, the result shaped (see nlu/contract.schema.json)."""

import json
from typing import Any

MOST_TEXTS = 256
INTENT_RANKING = 3
SERVICE_RANKING = 5
FAQ_RANKING = 3


class BadRequest(ValueError):
    """The request's body is not what the contract says; the message says what is wrong with it."""


def read_texts(body: bytes) -> list[str]:
    """The texts of a request. Raises BadRequest."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest('the body must be JSON: {"texts": [...]}.') from error
    if not isinstance(content, dict) or set(content) != {"texts"} or not isinstance(content["texts"], list):
        raise BadRequest('the body must be an object with one list: {"texts": [...]}.')
    texts = content["texts"]
    if len(texts) > MOST_TEXTS:
        raise BadRequest(f"at most {MOST_TEXTS} texts a request; these are {len(texts)}.")
    if not all(isinstance(text, str) for text in texts):
        raise BadRequest("every entry of texts must be a string.")
    return texts


def shape_result(parsed: dict[str, Any]) -> dict[str, Any]:
    """The part of Rasa's parse result that the contract names."""
    return {
        "intent": parsed["intent"],
        "intent_ranking": parsed["intent_ranking"][:INTENT_RANKING],
        "service": parsed.get("service"),
        "service_ranking": parsed["service_ranking"][:SERVICE_RANKING],
        "faq": parsed.get("faq"),
        "faq_ranking": parsed["faq_ranking"][:FAQ_RANKING],
        "also": parsed["also"],
        "place": parsed.get("place"),
    }

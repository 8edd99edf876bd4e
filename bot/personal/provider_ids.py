"""Ids that providers give to messages: which may stay when their citizen is forgotten."""

import re
from collections.abc import Mapping
from typing import Any

# Twilio's are random, and by them its own copies are deleted. Of others nothing is known: Meta's holds the number.
TWILIO = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}", re.ASCII)


def may_stay(provider_id: str | None) -> bool:
    """Whether an id says nothing of anybody."""
    return provider_id is not None and TWILIO.fullmatch(provider_id) is not None


def kept_of(body: Mapping[str, Any], provider_id: str | None) -> tuple[dict[str, Any], str | None]:
    """What is left of a message to somebody who is forgotten: the ids under which Twilio has copies."""
    tried = [one for one in body.get("tried", ()) if may_stay(one)]
    last = provider_id if may_stay(provider_id) else None
    return {"text": "", **({"tried": tried} if tried else {})}, last or (tried[-1] if tried else None)

"""Agencies as a city's configuration describes them: who they are, and by which way they have their cases."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bot.city.fields import Email, Part
from bot.messages import WEBHOOK, WHATSAPP

CASE = "agency_case"


def _safe_address(value: str) -> str:
    """Cases are no secret to be read on the way; unencrypted they only stay on this machine."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("https", "http") or parts.username or parts.fragment:
        raise ValueError(f"'{value}' is no address; write for example https://sistem.dinas.go.id/laporan.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(f"'{value}' is not encrypted; write https://, or http:// on this machine only.")
    return value


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Agency(Part):
    """Who answers for services. ``head_email`` hears of what is overdue; ``known_as``: how else people call it.

    ``by``: how it has its cases; where that fails they come by e-mail. ``phone`` (E.164) is written to by
    WhatsApp, ``webhook`` is where cases are posted to. Its units and its head have e-mails always.

    ``units``: whom it may pass a case on to, each with its address; the agency stays responsible. A key is read by
    people as it stands, but for ``_``: ``piket_malam`` is "Piket malam".
    """

    name: str
    known_as: tuple[str, ...] = ()
    email: Email
    head_email: Email | None = None
    units: dict[str, Email] = Field(default_factory=dict)
    by: Literal["email", "whatsapp", "webhook"] = "email"
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")] | None = None
    webhook: Annotated[str, AfterValidator(_safe_address)] | None = None

    @staticmethod
    def unit_name(unit: str) -> str:
        """How people read the key of a unit."""
        words = unit.replace("_", " ")
        return words[:1].upper() + words[1:]


def mistakes(agencies: Mapping[str, Agency], templates: Mapping[str, str]) -> Iterator[str]:
    """Agencies that nothing would reach by the way that is named for them, one sentence each."""
    for code, agency in agencies.items():
        if agency.by == WHATSAPP and not agency.phone:
            yield f"agencies.{code}.phone: it has its cases by WhatsApp and no number; write it as +62..."
        if agency.by == WHATSAPP and not templates.get(CASE):
            yield (
                f"agencies.{code}.by: WhatsApp needs the approved template '{CASE}'; enter its sid under "
                "templates, or write email."
            )
        if agency.by == WEBHOOK and not agency.webhook:
            yield f"agencies.{code}.webhook: it has its cases by webhook and no address; write it as https://..."

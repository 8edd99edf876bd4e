"""The form of the desk: what stood in it, and what of a new reading goes into it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import request

from bot.city.city import City
from bot.desk_intake.proposal import Proposal
from bot.desk_intake.taken import CAME_BY, KINDS, ONCE, VISIT, WAYS, Taken, pin_of
from handlers.forms import text_of
from nlu.client import Place

YES = "yes"
TEXTS = ("words", "name", "phone", "link", "kind", "service", "other", "place", "area", "pin")
# What a reading fills in; it stays as a person changed it.
READ = ("kind", "service", "place", "area")
LONGEST_SHOWN = 20_000


@dataclass(frozen=True)
class Form:
    """The fields as text. ``read``: what the last reading had put into those of :data:`READ`."""

    fields: Mapping[str, str]
    came_by: str = VISIT
    way: str = WAYS[0]
    consent: bool = False
    safe: bool = False
    once: str = ""
    read: Mapping[str, str] | None = None

    @property
    def service(self) -> str:
        """What was chosen from the list of all services, else among the likeliest."""
        return self["other"] or self["service"]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    def with_reading(self, proposal: Proposal) -> "Form":
        """What a person typed or chose stays; all else is as ``proposal`` says."""
        found, before = _found(proposal), self.read or {}
        fields = dict(self.fields)
        is_own_service = bool(self["other"]) or self["service"] not in ("", before.get("service", ""))
        for name in READ:
            is_own = is_own_service if name == "service" else self[name] not in ("", before.get(name, ""))
            fields[name] = self[name] if is_own else found[name]
        return replace(self, fields=fields, read=found)

    def taken(self, city: City, place: Place | None = None) -> Taken:
        """As the use cases take it; RefusedError for a pin that is none. ``place``: where the model finds it."""
        area = self["area"] or (place.kelurahan if place and place.kelurahan else "")
        return Taken(
            words=self["words"],
            came_by=self.came_by,
            kind=self["kind"] or KINDS[0],
            service=self.service,
            place=self["place"],
            area=area,
            city=place.city if place else None,
            location=pin_of(self["pin"], city),
            name=self["name"],
            phone=self["phone"],
            way=self.way,
            consent=self.consent,
            safe=self.safe,
            link=self["link"],
            once=self.once,
        )


def empty(came_by: str = VISIT) -> Form:
    """For the next person."""
    return Form({}, came_by if came_by in CAME_BY else VISIT, once=secrets.token_urlsafe(12))


def sent() -> Form:
    """The form of the present request."""
    once = text_of("once")
    return Form(
        fields={name: text_of(name)[:LONGEST_SHOWN] for name in TEXTS},
        came_by=text_of("came_by"),
        way=text_of("way") or WAYS[0],
        consent=text_of("consent") == YES,
        safe=text_of("safe") == YES,
        once=once if ONCE.fullmatch(once) else secrets.token_urlsafe(12),
        read={name: text_of(f"read_{name}") for name in READ} if "read_kind" in request.form else None,
    )


def _found(proposal: Proposal) -> dict[str, str]:
    place = proposal.place
    return {
        "kind": proposal.kind,
        "service": proposal.service or "",
        "place": place.text if place else "",
        "area": (place.kelurahan or "") if place else "",
    }

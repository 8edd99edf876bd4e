"""What the page of the map and its marks have in common: the open tickets under the filters of the address bar."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, request
from sqlalchemy.orm import Session

from bot.map.pins import Pin
from bot.map.standing import OpenPins
from handlers.console.map.filters import MapFilters
from handlers.edge import edge
from handlers.phrases import Phrases

KEY = "suarakota.open_pins"


@dataclass(frozen=True)
class Sheet:
    """The filters, what they let through, and all that is open."""

    filters: MapFilters
    pins: Sequence[Pin]
    all_pins: Sequence[Pin]


def sheet(session: Session, say: Phrases) -> Sheet:
    """As it stands now."""
    filters = MapFilters.of(request.args, edge().rulebook.city)
    kept: OpenPins = current_app.extensions.setdefault(KEY, OpenPins())
    everything = list(kept.at(session, say.now).values())
    return Sheet(filters, filters.let(everything, say.city, say.now), everything)

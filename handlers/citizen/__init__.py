"""The citizen's page: where a ticket stands, and what its reporter has to say; works without script.

GET changes nothing.
"""

from handlers.citizen import lookup, photos, show, steps
from handlers.citizen.room import blueprint

__all__ = ["blueprint", "lookup", "photos", "show", "steps"]

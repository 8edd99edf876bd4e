"""What a city opens to other systems by Open311, as its ``config.yml`` says."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bot.city.fields import Part

if TYPE_CHECKING:
    from bot.city.city import City, Service

# What others see of a service's tickets: nothing, the kelurahan, or the place to about ten metres.
HIDDEN, AREA, POINT = "no", "area", "point"


def _no(value: Any) -> Any:
    """YAML reads an unquoted ``no`` as false."""
    return HIDDEN if value is False else value


Publicity = Annotated[Literal["no", "area", "point"], BeforeValidator(_no)]


class Open311Policy(Part):
    """``jurisdiction``: the name of this city in the protocol, by convention its domain; ``contact``: whom
    developers ask, also for a key; ``a_minute``: so many reports one key may send.
    """

    jurisdiction: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,99}$")
    contact: str = Field(min_length=3, max_length=200)
    a_minute: int = Field(default=60, ge=1, le=10_000)


def publicity(service: "Service") -> str:
    """What others see of the tickets of ``service``: as the city says, else no more than the kelurahan.

    Nothing where a matter has no place of its own: those are about somebody's papers, benefits and health.
    """
    if service.sealed or service.about_staff:
        return HIDDEN
    if service.public is not None:
        return service.public
    return AREA if service.needs_place else HIDDEN


def mistakes(city: "City") -> Iterator[str]:
    for code, service in city.services.items():
        if service.public in (AREA, POINT) and (service.sealed or service.about_staff):
            yield (
                f"services.{code}.public: complaints that are sealed or about staff are never public; "
                "write no, or drop it."
            )

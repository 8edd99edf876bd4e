"""Which reports are taken for one matter, as the city's ``config.yml`` says under ``incidents``."""

from collections.abc import Container, Iterator
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from bot.city.deadlines import DAY, HOUR, MINUTE, Span

SpanField = Annotated[Span, BeforeValidator(lambda v: v if isinstance(v, Span) else Span.parse(str(v)))]
Metres = Annotated[int, Field(ge=5, le=5_000)]
Percent = Annotated[int, Field(ge=0, le=100)]
Bits = Annotated[int, Field(ge=0, le=32)]


class Part(BaseModel):
    """Frozen, and unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Nearness(Part):
    """How near two reports of one service must be to be taken for one matter.

    ``distance`` in metres, where both have a pin; ``alike_with_pins``: how alike (0 to 100) their words must be
    then. ``alike``: how alike where a pin is missing. ``within``: how far apart in time. ``photo_bits``: how many
    of the 128 bits of two photos may differ. ``spreads``: the matter covers streets or a whole area (a flood, an
    outage) rather than one spot. ``joins``: false where reports of the service are never one matter.
    """

    distance: Metres = 40
    within: SpanField = Span(14, DAY)
    alike: Percent = 85
    alike_with_pins: Percent = 30
    photo_bits: Bits = 6
    spreads: bool = False
    joins: bool = True


class OwnNearness(Part):
    """What a service does differently; the rest is the city's."""

    distance: Metres | None = None
    within: SpanField | None = None
    alike: Percent | None = None
    alike_with_pins: Percent | None = None
    photo_bits: Bits | None = None
    spreads: bool | None = None
    joins: bool | None = None


class FloodPolicy(Part):
    """``area_reports`` of one service in one kelurahan, or ``city_reports`` in the whole city, ``within`` that
    time are one great event; it has ended when ``quiet_for`` nobody has reported it any more."""

    area_reports: int = Field(default=20, ge=3, le=10_000)
    city_reports: int = Field(default=60, ge=3, le=100_000)
    within: SpanField = Span(10, MINUTE)
    quiet_for: SpanField = Span(2, HOUR)

    @field_validator("within", "quiet_for")
    @classmethod
    def _of_the_clock(cls, value: Span) -> Span:
        if value.unit not in (MINUTE, HOUR):
            raise ValueError("a flood of reports is counted in minutes or hours; write for example '10 minutes'.")
        return value


class IncidentPolicy(Nearness):
    """The city's measures, and its services' own. ``tell_agency_at``: further reports at which the agency is
    written to again."""

    tell_agency_at: tuple[int, ...] = Field(default=(1, 5, 25, 100, 250, 500, 1_000), min_length=1)
    flood: FloodPolicy = FloodPolicy()
    services: dict[str, OwnNearness] = {}

    @field_validator("tell_agency_at")
    @classmethod
    def _growing(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if value[0] < 1 or any(later <= earlier for earlier, later in pairwise(value)):
            raise ValueError("the steps must begin at 1 or more and grow; write for example [1, 5, 25].")
        return value

    def of(self, service: str) -> Nearness:
        """The city's measures with what ``service`` does differently."""
        own: dict[str, Any] = {}
        if service in self.services:
            given = self.services[service]
            own = {name: value for name in OwnNearness.model_fields if (value := getattr(given, name)) is not None}
        return Nearness(**{name: getattr(self, name) for name in Nearness.model_fields} | own)


def mistakes(policy: IncidentPolicy, services: Container[str]) -> Iterator[str]:
    """A sentence for each mistake that only the whole configuration shows."""
    for code in policy.services:
        if code not in services:
            yield f"incidents.services.{code}: there is no service '{code}'; name one of services."

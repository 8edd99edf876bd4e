"""What a city asks of the proof that work is done, as its ``config.yml`` says under ``evidence``."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.city.deadlines import DAY, Span
from bot.city.geography import Box

SpanField = Annotated[Span, BeforeValidator(lambda v: v if isinstance(v, Span) else Span.parse(str(v)))]
Share = Annotated[float, Field(ge=0, le=1)]
# Eight pieces of a photo's hash are indexed: what differs in fewer bits agrees in one piece at least.
MOST_BITS = 7


class Edges(BaseModel):
    """A box around the city, in degrees. It is no border: only what is clearly elsewhere lies outside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    south: float = Field(ge=-90, le=90)
    north: float = Field(ge=-90, le=90)
    west: float = Field(ge=-180, le=180)
    east: float = Field(ge=-180, le=180)

    @model_validator(mode="after")
    def _has_an_inside(self) -> "Edges":
        if not (self.south < self.north and self.west < self.east):
            raise ValueError("south must be less than north, and west less than east; swap them.")
        return self

    @property
    def box(self) -> Box:
        return Box(self.south, self.north, self.west, self.east)


class EvidencePolicy(BaseModel):
    """When a claim is flagged, what that does, and how many claims people check.

    ``same_photo_bits``: photos whose 128-bit hashes differ in so many bits at most are taken for the same.
    ``furthest_metres`` from the report's place; ``oldest_photo`` before the claim; ``city`` is left out where
    only the distance is looked at. ``missing_photo``: a claim without the photo that its service requires is
    flagged, or refused. ``hold_question``: so long the citizen is not yet asked about a flagged claim, unless a
    coordinator finds it in order before; None asks at once. ``sample_share`` of each agency's claims of a week
    (0: none; else at least one) is drawn for a check by a person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    same_photo_bits: int = Field(default=6, ge=0, le=MOST_BITS)
    furthest_metres: int = Field(default=500, ge=20, le=50_000)
    oldest_photo: SpanField = Span(7, DAY)
    city: Edges | None = None
    missing_photo: Literal["flag", "refuse"] = "flag"
    hold_question: SpanField | None = None
    sample_share: Share = 0.05


class ServiceEvidence(BaseModel):
    """``photo_required``: a claim about this service should come with a photo."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    photo_required: bool = False

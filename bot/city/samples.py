"""What the simulator suggests to someone who plays a citizen of this city."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Place(BaseModel):
    """A spot to send as a pin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Samples(BaseModel):
    """Messages to begin with, and places around which the map of the coordinate picker is drawn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    messages: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(default=(), max_length=6)
    places: tuple[Place, ...] = Field(default=(), max_length=6)

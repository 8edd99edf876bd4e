"""How people on duty are told of an emergency, as the city's ``config.yml`` says under ``duty``."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from bot.city.deadlines import HOUR, MINUTE, Span

Way = Literal["whatsapp", "sms", "gateway"]
Repeat = Annotated[Span, BeforeValidator(lambda v: v if isinstance(v, Span) else Span.parse(str(v)))]


class DutyPolicy(BaseModel):
    """``repeat`` passes between two rounds; after the last of ``rounds`` the console alone goes on showing it.

    After ``widen_after`` rounds all coordinators are told, not only those on shift. ``channels``: the ways to a
    telephone, the first to be tried first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    repeat: Repeat = Span(3, MINUTE)
    rounds: int = Field(default=10, ge=1, le=100)
    widen_after: int = Field(default=2, ge=0, le=100)
    channels: tuple[Way, ...] = Field(default=("whatsapp", "sms", "gateway"), min_length=1)

    @field_validator("repeat")
    @classmethod
    def _within_the_day(cls, value: Span) -> Span:
        if value.unit not in (MINUTE, HOUR):
            raise ValueError("an emergency cannot wait for days; write for example '3 minutes'.")
        return value

    @field_validator("channels")
    @classmethod
    def _each_once(cls, value: tuple[Way, ...]) -> tuple[Way, ...]:
        if len(set(value)) != len(value):
            raise ValueError("a channel stands there twice; name each once.")
        return value

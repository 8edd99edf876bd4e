"""The kinds of fields that a city's configuration is made of."""

import re
from datetime import time
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.city.deadlines import Span


def _time_of_day(value: Any) -> Any:
    """YAML reads an unquoted 16:00 as the number 960, which would silently become a quarter past midnight."""
    if isinstance(value, time) or (isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value)):
        return value
    raise ValueError(f"'{value}' is no time of day; write it in quotes, for example \"16:00\".")


TimeField = Annotated[time, BeforeValidator(_time_of_day)]
SpanField = Annotated[Span, BeforeValidator(lambda v: v if isinstance(v, Span) else Span.parse(str(v)))]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class Part(BaseModel):
    """A piece of the configuration: frozen, and unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

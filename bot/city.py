"""A city as its ``config.yml`` describes it, checked as a whole when it is read."""

import re
from collections.abc import Iterator
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import holidays
import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from bot import costs
from bot.costs import Cost
from bot.deadlines import Span, WorkingCalendar
from bot.duty_policy import DutyPolicy
from bot.errors import ConfigError
from bot.messages import CHANNELS
from bot.samples import Samples


def _time_of_day(value: Any) -> Any:
    """YAML reads an unquoted 16:00 as the number 960, which would silently become a quarter past midnight."""
    if isinstance(value, time) or (isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value)):
        return value
    raise ValueError(f"'{value}' is no time of day; write it in quotes, for example \"16:00\".")


TimeField = Annotated[time, BeforeValidator(_time_of_day)]
SpanField = Annotated[Span, BeforeValidator(lambda v: v if isinstance(v, Span) else Span.parse(str(v)))]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
COORDINATORS = "coordinators"
FILED_INTENTS = ("lapor", "saran", "apresiasi", "darurat")  # what becomes a ticket, and so is routed


class Part(BaseModel):
    """A piece of the configuration: frozen, and unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Deadlines(Part):
    """How long an agency may take, counted from filing."""

    verify: SpanField
    answer: SpanField
    solve: SpanField


class OwnDeadlines(Part):
    """What a service does differently; the rest is the city's."""

    verify: SpanField | None = None
    answer: SpanField | None = None
    solve: SpanField | None = None


class Agency(Part):
    """Who answers for services. ``head_email`` hears of what is overdue; ``known_as``: how else people call it."""

    name: str
    known_as: tuple[str, ...] = ()
    email: Email
    head_email: Email | None = None
    units: dict[str, Email] = {}


class OwnQuestion(Part):
    """What a service wants to know beside the place, by language.

    ``given`` is a regular expression for lower-case text that holds the answer already: then it is not asked.
    """

    text: dict[str, str]
    given: str | None = None

    @field_validator("given")
    @classmethod
    def _is_a_pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"'{value}' is no regular expression ({error}); mend it.") from None
        return value


class Service(Part):
    """A kind of matter. ``needs_place``: a report without a place is asked for one.

    ``sealed``: complaints about it are read only by the people named for that. ``about_staff``: it is about how
    people of an agency behave, so it never goes to the agency that it names.
    """

    name: str
    agency: str
    needs_place: bool = False
    sealed: bool = False
    about_staff: bool = False
    question: OwnQuestion | None = None
    emergency_number: str | None = None
    emergency_advice: dict[str, str] | None = None
    deadlines: OwnDeadlines = OwnDeadlines()


class When(Part):
    """The conditions of a routing rule; all that are given must hold."""

    intent: list[str] | None = None
    service: list[str] | None = None
    kelurahan: list[str] | None = None
    city: list[str] | None = None
    channel: list[str] | None = None
    hours: tuple[TimeField, TimeField] | None = None

    def is_empty(self) -> bool:
        return all(value is None for value in self.model_dump().values())


class Rule(Part):
    """``to`` is an agency, ``agency/unit``, ``coordinators`` or the e-mail address of a person."""

    when: When
    to: str


class OfficeHours(Part):
    """Local times at which people answer, on working days."""

    opens: TimeField
    closes: TimeField


class CalendarConfig(Part):
    """The working calendar: public holidays of a country, with the city's own corrections."""

    country: str = "ID"
    categories: tuple[str, ...] = ("public", "government")
    extra_holidays: frozenset[date] = frozenset()
    working_anyway: frozenset[date] = frozenset()
    quiet_from: TimeField = time(21)
    quiet_until: TimeField = time(7)

    @model_validator(mode="after")
    def _known_holidays(self) -> "CalendarConfig":
        try:
            holidays.country_holidays(self.country, categories=self.categories)
        except (NotImplementedError, ValueError):
            raise ValueError(
                f"the holidays library knows no country '{self.country}' with the categories "
                f"{', '.join(self.categories)}; write for example ID with public and government."
            ) from None
        return self


class FollowUpPolicy(Part):
    """When the system speaks up by itself."""

    remind_agency_before: SpanField = Span(1, "day")
    overdue_repeat: SpanField = Span(2, "day")
    overdue_rounds: int = Field(default=3, ge=1, le=10)
    progress_to_citizen: SpanField = Span(4, "day")
    ask_again: SpanField = Span(3, "working day")
    close_silent: SpanField = Span(10, "working day")
    after_reopening: SpanField = Span(2, "day")
    ask_for_info_again: SpanField = Span(2, "day")
    light_question: SpanField = Span(1, "working day")
    link_valid: SpanField = Span(90, "day")
    hold_ends: SpanField = Span(12, "hour")


class Limits(Part):
    """How much one address may ask of the system."""

    messages_a_minute: int = Field(default=20, ge=1, le=10_000)


class ChannelPolicy(Part):
    """What the city's contract for a channel allows. ``two_way``: citizens can answer there."""

    two_way: bool = True


class Thresholds(Part):
    """Confidence from which the model's word is taken (0 to 1); docs/understanding.md tells what each decides."""

    intent: float = Field(default=0.5, ge=0, le=1)
    routing: float = Field(default=0.6, ge=0, le=1)
    service: float = Field(default=0.6, ge=0, le=1)
    offer: float = Field(default=0.45, ge=0, le=1)
    answer: float = Field(default=0.6, ge=0, le=1)
    emergency: float = Field(default=0.5, ge=0, le=1)


class City(Part):
    """The whole configuration. Everything in it names things that exist in it."""

    name: str
    ticket_prefix: str = Field(pattern=r"^[A-Z]{2,4}$")
    timezone: str = "Asia/Jakarta"
    languages: tuple[str, ...] = Field(default=("id", "en"), min_length=1)
    office_hours: OfficeHours
    calendar: CalendarConfig = CalendarConfig()
    deadlines: Deadlines
    follow_ups: FollowUpPolicy = FollowUpPolicy()
    duty: DutyPolicy = DutyPolicy()
    thresholds: Thresholds = Thresholds()
    limits: Limits = Limits()
    agencies: dict[str, Agency]
    services: dict[str, Service]
    routing: list[Rule] = []
    templates: dict[str, str] = {}
    channels: dict[str, ChannelPolicy] = {}
    costs: dict[str, Cost] = {}
    samples: Samples = Samples()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"'{value}' is no time zone; write for example Asia/Jakarta.")
        return value

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def working_calendar(self) -> WorkingCalendar:
        return WorkingCalendar(zone=self.zone, **self.calendar.model_dump())

    def deadlines_of(self, service: str) -> Deadlines:
        """The city's deadlines with what the service does differently."""
        own = self.services[service].deadlines
        return self.deadlines.model_copy(
            update={name: span for name in OwnDeadlines.model_fields if (span := getattr(own, name)) is not None}
        )

    def can_answer(self, channel: str) -> bool:
        """Whether a citizen can write to us on ``channel``; where not, nothing may be asked there."""
        return self.channels.get(channel, ChannelPolicy()).two_way

    def agency_name(self, target: str) -> str:
        """How a routing target is called to people."""
        agency = self.agencies.get(target)
        return agency.name if agency else "Koordinator pengaduan"


def load_city(path: Path) -> City:
    """Read and check ``config.yml``; ConfigError with one sentence a mistake, each with its place."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError([f"{path} cannot be read; the city's configuration must stand there."]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" near line {where.line + 1}" if where else ""
        raise ConfigError([f"{path.name}: this is not valid YAML{line}; mend its layout."]) from None
    return city_from(data, path.name)


def city_from(data: Any, source: str = "config.yml") -> City:
    """Check configuration data that was already read; ConfigError as :func:`load_city`."""
    try:
        city = City.model_validate(data)
    except ValidationError as error:
        raise ConfigError([_sentence(source, dict(problem)) for problem in error.errors()]) from None
    problems = [f"{source}: {problem}" for problem in _inconsistencies(city)]
    if problems:
        raise ConfigError(problems)
    return city


def _sentence(source: str, problem: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"]) or "the whole file"
    what = str(problem["msg"]).removeprefix("Value error, ")
    return f"{source}: {where}: {what}"


def _inconsistencies(city: City) -> Iterator[str]:
    for code, service in city.services.items():
        if service.agency not in city.agencies:
            yield f"services.{code}.agency: there is no agency '{service.agency}'; add it or name another."
        for language in city.languages if service.question else ():
            if service.question and language not in service.question.text:
                yield f"services.{code}.question.text: it has no text in '{language}'; write it."
    if "lainnya" not in city.services:
        yield "services: 'lainnya' is missing; it takes what fits nowhere else."
    for number, rule in enumerate(city.routing):
        yield from (f"routing.{number}: {problem}" for problem in _rule_problems(city, rule))
    yield from _unreachable(city.routing)
    yield from costs.mistakes(city.costs)
    for channel in city.channels.keys() - CHANNELS.keys():
        yield f"channels.{channel}: there is no such channel; write one of {', '.join(CHANNELS)}."


def _rule_problems(city: City, rule: Rule) -> Iterator[str]:
    agency, _, unit = rule.to.partition("/")
    known = city.agencies.get(agency)
    if known is None and rule.to != COORDINATORS and "@" not in rule.to:
        yield f"to: there is no agency '{agency}'; add it or name another."
    elif known and unit and unit not in known.units:
        yield f"to: {agency} has no unit '{unit}'; add it under its units."
    for service in rule.when.service or []:
        if service not in city.services:
            yield f"when.service: there is no service '{service}'; add it or name another."
    for name, known_names in (("intent", FILED_INTENTS), ("channel", CHANNELS)):
        for value in set(getattr(rule.when, name) or ()) - set(known_names):
            yield f"when.{name}: there is no {name} '{value}'; use {', '.join(known_names)}."


def _unreachable(rules: list[Rule]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        for earlier_number, earlier in enumerate(rules[:number]):
            if _covers(earlier.when, rule.when):
                yield (
                    f"routing.{number}: this rule is never reached because routing.{earlier_number} "
                    "already takes all it would match; put it before, or drop it."
                )
                break


def _covers(wider: When, narrower: When) -> bool:
    def field_covers(name: str) -> bool:
        wide, narrow = getattr(wider, name), getattr(narrower, name)
        return wide is None or (narrow is not None and set(narrow) <= set(wide))

    hours_cover = wider.hours is None or wider.hours == narrower.hours
    return hours_cover and all(map(field_covers, ("intent", "service", "kelurahan", "city", "channel")))

"""A city as its ``config.yml`` describes it, checked as a whole when it is read."""

import re
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import holidays
import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from bot import yaml_text
from bot.city.agency import Agency as Agency
from bot.city.checks import COORDINATORS as COORDINATORS
from bot.city.checks import inconsistencies
from bot.city.costs import Cost
from bot.city.deadlines import WorkingCalendar
from bot.city.duty_policy import DutyPolicy
from bot.city.evidence_policy import EvidencePolicy, ServiceEvidence
from bot.city.fields import Part, TimeField
from bot.city.follow_policy import LADDER, Deadlines, FollowUpPolicy, OwnDeadlines, People, UrgentPolicy
from bot.city.incident_policy import IncidentPolicy
from bot.city.ladder import Ladder
from bot.city.open311_policy import Open311Policy, Publicity
from bot.city.rates import Rates
from bot.city.retention_policy import RetentionPolicy
from bot.city.samples import Samples
from bot.errors import ConfigError
from bot.messages import NOBODY_THERE


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
    people of an agency behave, so it never goes to the agency that it names. ``public``: what other systems see of
    its tickets (``bot.city.open311_policy``); None: as little as is useful.
    """

    name: str
    agency: str
    needs_place: bool = False
    sealed: bool = False
    about_staff: bool = False
    public: Publicity | None = None
    question: OwnQuestion | None = None
    emergency_number: str | None = None
    emergency_advice: dict[str, str] | None = None
    evidence: ServiceEvidence = ServiceEvidence()
    deadlines: OwnDeadlines = OwnDeadlines()


class When(Part):
    """The conditions of a routing rule; all that are given must hold. ``names``: one of these is written in it."""

    intent: list[str] | None = None
    service: list[str] | None = None
    kelurahan: list[str] | None = None
    city: list[str] | None = None
    channel: list[str] | None = None
    names: list[str] | None = None
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

    @model_validator(mode="after")
    def _within_a_day(self) -> "OfficeHours":
        if self.opens >= self.closes:
            raise ValueError("it closes before it opens; write for example opens 07:30 and closes 16:00.")
        return self


class DeskPolicy(OfficeHours):
    """Where citizens can come in person; local times, on working days."""

    place: str = Field(min_length=3, max_length=120)


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
    desk: DeskPolicy | None = None
    calendar: CalendarConfig = CalendarConfig()
    deadlines: Deadlines
    ladder: Ladder = LADDER
    urgent: UrgentPolicy = UrgentPolicy()
    follow_ups: FollowUpPolicy = FollowUpPolicy()
    people: People = People()
    duty: DutyPolicy = DutyPolicy()
    incidents: IncidentPolicy = IncidentPolicy()
    evidence: EvidencePolicy = EvidencePolicy()
    thresholds: Thresholds = Thresholds()
    limits: Limits = Limits()
    agencies: dict[str, Agency]
    services: dict[str, Service]
    routing: list[Rule] = Field(default_factory=list)
    templates: dict[str, str] = Field(default_factory=dict)
    channels: dict[str, ChannelPolicy] = Field(default_factory=dict)
    costs: dict[str, Cost] = Field(default_factory=dict)
    rates: Rates = Rates()
    retention: RetentionPolicy = RetentionPolicy()
    samples: Samples = Samples()
    open311: Open311Policy | None = None

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
        hours = self.office_hours
        return WorkingCalendar(
            zone=self.zone, opens=hours.opens, closes=hours.closes, **self.calendar.model_dump()
        )

    def deadlines_of(self, service: str, *, urgent: bool = False) -> Deadlines:
        """The city's deadlines with what the service does differently; an emergency has its own."""
        if urgent:
            return self.urgent.deadlines
        own = self.services[service].deadlines
        return self.deadlines.model_copy(
            update={name: span for name in Deadlines.model_fields if (span := getattr(own, name)) is not None}
        )

    def takes_longer(self, service: str) -> bool:
        """Whether a service's time to solve is longer than the city's, and citizens are told so at filing."""
        own, usual = self.deadlines_of(service).solve, self.deadlines.solve
        return self.services[service].deadlines.explain and own.hours > usual.hours

    def ladder_of(self, *, urgent: bool) -> Ladder:
        """What happens while an agency is silent."""
        return self.urgent.ladder if urgent else self.ladder

    def can_answer(self, channel: str) -> bool:
        """Whether a citizen can write to us on ``channel``; where not, nothing may be asked there."""
        if channel in NOBODY_THERE:
            return False
        return self.channels.get(channel, ChannelPolicy()).two_way

    def agency_name(self, target: str) -> str:
        """How a routing target is called to people: an agency, or a unit of it (``agency/unit``)."""
        code, _, unit = target.partition("/")
        agency = self.agencies.get(code)
        if agency is None:
            return "Koordinator pengaduan"
        return f"{agency.name}, {agency.unit_name(unit)}" if unit else agency.name


def load_city(path: Path) -> City:
    """Read and check ``config.yml``; ConfigError with one sentence a mistake, each with its place."""
    try:
        data = yaml_text.load(path.read_text(encoding="utf-8"))
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
    problems = [f"{source}: {problem}" for problem in inconsistencies(city)]
    if problems:
        raise ConfigError(problems)
    return city


def _sentence(source: str, problem: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"]) or "the whole file"
    what = str(problem["msg"]).removeprefix("Value error, ")
    return f"{source}: {where}: {what}"

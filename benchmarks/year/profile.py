"""How the people of a simulated city behave, as ``profiles.yml`` says it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

FILE = Path(__file__).parent / "profiles.yml"
USUAL = "jakarta"
T = TypeVar("T")


class ProfileError(Exception):
    """A profile that cannot be simulated; one sentence says why."""


@dataclass(frozen=True)
class Demand:
    """When people write. ``hours`` and the like are weights; ``flood_reports`` come on a flood day at SCALE=1."""

    months: list[float]
    weekdays: list[float]
    holiday: float
    hours: list[float]
    rainy_days: dict[int, int]
    rain: float
    flood_days: int
    flood_reports: int
    flood_kelurahan: int
    kelurahan_spread: float


@dataclass(frozen=True)
class CitizensProfile:
    """Shares, and times in hours."""

    sms: float
    known: float
    no_place: float
    tells_place: float
    unreachable: float
    late_delivery: float
    late_delivery_h: float
    confirms: float
    denies_truth: float
    denies_lie: float
    confirms_lie: float
    answer_h: float
    answer_spread: float
    answers_agency: float
    rates: float
    adds: float
    asks_status: float
    withdraws: float
    opts_out: float
    opts_in: float
    praises: float
    proposes: float
    emergencies: float
    asks: float


@dataclass(frozen=True)
class AgenciesProfile:
    """Shares, and times in hours; ``slow`` and ``quick`` multiply an agency's times."""

    never_acts: float
    wakes_up: float
    sends_back: float
    wrongly: float
    asks: float
    sets_date: float
    false_claim: float
    again_false: float
    claims_without_accepting: float
    claims_closed: float
    at_night: float
    accept_h: float
    accept_spread: float
    work_h: float
    work_spread: float
    slow: dict[str, float]
    quick: dict[str, float]

    def pace(self, agency: str) -> float:
        """How much longer than usual ``agency`` takes."""
        return self.slow.get(agency, 1.0) * self.quick.get(agency, 1.0)


@dataclass(frozen=True)
class CoordinatorsProfile:
    """Times of people at the desk: hours, and minutes for an alarm."""

    pass_on_h: float
    answer_h: float
    spread: float
    take_alarm_min: float


@dataclass(frozen=True)
class Profile:
    """One city's people."""

    name: str
    tickets_a_year: int
    demand: Demand
    citizens: CitizensProfile
    agencies: AgenciesProfile
    coordinators: CoordinatorsProfile


ROOMS = {
    "demand": Demand,
    "citizens": CitizensProfile,
    "agencies": AgenciesProfile,
    "coordinators": CoordinatorsProfile,
}


def load_profile(name: str, file: Path = FILE) -> Profile:
    """The profile ``name``: the usual one with what it does differently. ProfileError where it makes no sense."""
    known = yaml.safe_load(file.read_text(encoding="utf-8"))
    if name not in known:
        raise ProfileError(f"There is no profile '{name}'; {file.name} has {', '.join(known)}.")
    usual, own = known[USUAL], known[name]
    rooms = {room: _room(kind, room, usual[room], own.get(room, {})) for room, kind in ROOMS.items()}
    if unknown := sorted(own.keys() - ROOMS.keys() - {"tickets_a_year"}):
        raise ProfileError(f"Profile '{name}' has '{unknown[0]}', which is none of {', '.join(ROOMS)}.")
    return Profile(name, int(own.get("tickets_a_year", usual["tickets_a_year"])), **rooms)


def _room(kind: type[T], room: str, usual: Mapping[str, Any], own: Mapping[str, Any]) -> T:
    values = {**usual, **own}
    names = {field.name: str(field.type) for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(values.keys() - names.keys()):
        raise ProfileError(f"{room}.{unknown[0]} is nothing that a profile has; strike it.")
    for name, value in values.items():
        if isinstance(value, int | float) and value < 0:
            raise ProfileError(f"{room}.{name} is {value}; it must not be negative.")
        if _is_share(kind, name) and value > 1:
            raise ProfileError(f"{room}.{name} is {value}; a share is at most 1.")
    return kind(**values)


def _is_share(kind: type[Any], name: str) -> bool:
    measured = ("_h", "_min", "spread", "pace")
    people = kind in (CitizensProfile, AgenciesProfile)
    return people and not name.endswith(measured) and name not in ("slow", "quick")

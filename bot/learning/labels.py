"""What the labels of past complaints mean in this city: a service, or an agency and so one of its services."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot import yaml_text
from bot.city.city import City
from bot.learning.tables import TableError, read_columns

LEAVE_OUT = "-"


@dataclass(frozen=True)
class Target:
    """Whose matter a complaint was; ``services`` is one where the label says it, else all that it may be."""

    agency: str
    services: tuple[str, ...]


class Labels:
    """Codes and names of the city's services and agencies, and what a map says beside them."""

    def __init__(self, city: City, mapping: Mapping[str, str] | None = None) -> None:
        self._targets = _known(city)
        self._mapping = {_key(label): to for label, to in (mapping or {}).items()}
        unknown = [to for to in self._mapping.values() if to != LEAVE_OUT and _key(to) not in self._targets]
        if unknown:
            raise TableError(f"The map names '{unknown[0]}', which is no service or agency in config.yml.")

    def is_left_out(self, label: str) -> bool:
        """Whether the map says that complaints with this label teach nothing."""
        return self._mapping.get(_key(label)) == LEAVE_OUT

    def target(self, label: str) -> Target | None:
        """What the label stands for; None where nobody said."""
        return self._targets.get(_key(self._mapping.get(_key(label), label)))


def read_map(path: Path) -> dict[str, str]:
    """A CSV with the columns ``label`` and ``to``, or YAML ``label: to``; '-' leaves a label out. TableError."""
    if path.suffix.lower() == ".csv":
        return {label: to.strip() or LEAVE_OUT for _, (label, to) in read_columns(path, ("label", "to"))}
    try:
        content = yaml_text.load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        content = None
    if not isinstance(content, dict):
        raise TableError(f"{path.name} is no map; write one line 'label: service or agency' a label.")
    return {str(label): str(to or LEAVE_OUT).strip() for label, to in content.items()}


def _known(city: City) -> dict[str, Target]:
    """Names first, so that a code wins over a name that is spelled like it, and a service over an agency."""
    by_agency = {code: Target(code, _services_of(city, code)) for code in city.agencies}
    by_service = {code: Target(service.agency, (code,)) for code, service in city.services.items()}
    agencies = _both(by_agency, ((agency.name, code) for code, agency in city.agencies.items()))
    services = _both(by_service, ((service.name, code) for code, service in city.services.items()))
    return {key: target for key, target in (agencies | services).items() if target.services}


def _both(targets: Mapping[str, Target], names: Iterable[tuple[str, str]]) -> dict[str, Target]:
    return {_key(name): targets[code] for name, code in names} | {_key(code): t for code, t in targets.items()}


def _services_of(city: City, agency: str) -> tuple[str, ...]:
    return tuple(code for code, service in city.services.items() if service.agency == agency)


def _key(label: str) -> str:
    return " ".join(label.casefold().split())

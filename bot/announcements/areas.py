"""The areas that an announcement can be for: the city's list of kelurahan, which the language model knows as well.

A ticket knows its kelurahan by name. A kecamatan or a whole city stands for all kelurahan in it. Pure but for
reading the list.
"""

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from bot.errors import ConfigError, RefusedError
from bot.settings import ROOT

UNKNOWN = "Wilayah itu tidak ada di daftar; pilih dari daftar."
NEEDED = "it lists the areas in UTF-8, under the head city,kecamatan,kelurahan."
_BETWEEN = "/"

# City, then kecamatan, then the names of its kelurahan.
Tree = dict[str, dict[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Areas:
    """All kelurahan of a city. ``rows``: city, kecamatan, kelurahan.

    A *path* names one area of any of the three levels: ``city``, ``city/kecamatan``, ``city/kecamatan/kelurahan``.
    """

    rows: tuple[tuple[str, str, str], ...] = ()

    @cached_property
    def tree(self) -> Tree:
        found: dict[str, dict[str, list[str]]] = {}
        for city, kecamatan, kelurahan in self.rows:
            found.setdefault(city, {}).setdefault(kecamatan, []).append(kelurahan)
        return {
            city: {kecamatan: tuple(names) for kecamatan, names in parts.items()} for city, parts in found.items()
        }

    def kelurahan_of(self, paths: Iterable[str]) -> list[str]:
        """The names of all kelurahan that ``paths`` stand for, sorted; RefusedError for an unknown area."""
        found: set[str] = set()
        for path in paths:
            if path not in self._inside:
                raise RefusedError(UNKNOWN)
            found.update(self._inside[path])
        return sorted(found)

    def paths_of(self, names: Collection[str]) -> list[str]:
        """The fewest paths that stand for these kelurahan, in the order of the list."""
        wanted = set(names)
        found: list[str] = []
        for path, inside in self._inside.items():
            is_covered = any(path.startswith(f"{larger}{_BETWEEN}") for larger in found)
            if inside <= wanted and not is_covered:
                found.append(path)
        return found

    def labels_of(self, names: Collection[str]) -> list[str]:
        """The same for people to read; a name that has left the list since stands by itself."""
        paths = self.paths_of(names)
        known: set[str] = set().union(*(self._inside[path] for path in paths))
        return [*map(_label, paths), *sorted(set(names) - known)]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all kelurahan."""
        return frozenset(name for _, _, name in self.rows)

    @cached_property
    def _inside(self) -> dict[str, frozenset[str]]:
        """What lies in each area, larger areas before those in them."""
        return {path: frozenset(names) for path, names in self._all()}

    def _all(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for city, parts in self.tree.items():
            yield city, tuple(name for names in parts.values() for name in names)
            for kecamatan, names in parts.items():
                yield _BETWEEN.join((city, kecamatan)), names
                yield from ((_BETWEEN.join((city, kecamatan, name)), (name,)) for name in names)


def areas_of(city_folder: Path | None) -> Areas:
    """The list of a city with a model of its own, else the project's; ConfigError where it cannot be read."""
    own = city_folder / "nlu" if city_folder else None
    folder = own if own and own.is_dir() else ROOT / "nlu" / "rasa"
    return _read(folder / "areas.csv")


@lru_cache(maxsize=4)
def _read(path: Path) -> Areas:
    """Without its list a city would seem to have no areas, until somebody wants to announce something there."""
    try:
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        return Areas(tuple((row["city"], row["kecamatan"], row["kelurahan"]) for row in rows))
    except OSError as error:
        raise ConfigError([f"{path} cannot be read ({error.strerror}); {NEEDED}"]) from None
    except (UnicodeDecodeError, KeyError):
        raise ConfigError([f"{path} is no such table; {NEEDED}"]) from None


def _label(path: str) -> str:
    *above, name = path.split(_BETWEEN)
    return f"Kecamatan {name}" if len(above) == 1 else name

"""Puts the fragments of this folder together: each file describes what belongs together, and nothing twice."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot import yaml_text

FOLDER = Path(__file__).parent
BASE = "base.yml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Document = dict[str, Any]


@cache
def written() -> Document:
    """The document as the fragments have it; ValueError where two of them say something of one thing."""
    base = _read(FOLDER / BASE)
    for path in sorted(FOLDER.glob("*.yml")):
        if path.name != BASE:
            _add(base, _read(path), path.name)
    return base


def served(base_url: str) -> Document:
    """The document as this installation serves it."""
    return {**written(), "servers": [{"url": base_url}]}


def as_yaml(document: Document) -> str:
    """The same in YAML, each thing written out where it stands."""
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Every operation: its path, its method in small letters, what is said of it."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def resolved(document: Document, part: Any) -> Any:
    """``part``, or what it refers to."""
    while isinstance(part, Mapping) and "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        part = found
    return part


class _Plain(yaml.SafeDumper):
    """Without anchors: what stands in two places is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _read(path: Path) -> Document:
    found = yaml_text.load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} is no part of an OpenAPI document.")
    return found


def _add(base: Document, fragment: Document, name: str) -> None:
    known = {tag["name"] for tag in base["tags"]}
    base["tags"].extend(tag for tag in fragment.get("tags", []) if tag["name"] not in known)
    for part in ("paths", "webhooks"):
        _merge(base.setdefault(part, {}), fragment.get(part, {}), name)
    for kind, things in fragment.get("components", {}).items():
        _merge(base["components"].setdefault(kind, {}), things, name)


def _merge(into: Document, more: Mapping[str, Any], name: str) -> None:
    if twice := into.keys() & more.keys():
        raise ValueError(f"{name}: {', '.join(sorted(twice))} stands in another fragment already.")
    into.update(more)

"""Checks requests and responses against the OpenAPI description that Twilio publishes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
MESSAGES = f"{ACCOUNT}/Messages.json"
MESSAGE = f"{ACCOUNT}/Messages/{{Sid}}.json"
ALL_MEDIA = f"{ACCOUNT}/Messages/{{MessageSid}}/Media.json"
ONE_MEDIA = f"{ACCOUNT}/Messages/{{MessageSid}}/Media/{{Sid}}.json"
FORM = "application/x-www-form-urlencoded"
Fields = Mapping[str, list[str]]


class Specs:
    """What the description says about messages and their files."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._paths, path = document["paths"], document["paths"][MESSAGES]
        self._components = document["components"]
        self._send: dict[str, Any] = path["post"]["requestBody"]["content"][FORM]["schema"]
        self._one_of_each: list[list[str]] = path["post"]["x-twilio"]["conditional"]
        self._list = {
            entry["name"]: entry["schema"] for entry in path["get"]["parameters"] if entry["in"] == "query"
        }

    @classmethod
    def load(cls, path: Path) -> "Specs":
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def send_problems(self, form: Fields) -> list[str]:
        """What is wrong with a request to send, one sentence each."""
        properties = self._send["properties"]
        missing = [name for name in self._send["required"] if name not in form]
        return [
            *(f"{name} is missing" for name in missing),
            *self._lacking(form),
            *self._field_problems(form, properties),
        ]

    def list_problems(self, query: Fields) -> list[str]:
        """What is wrong with a request to list."""
        return list(self._field_problems(query, self._list))

    def problems(self, method: str, path: str, named: Mapping[str, str], query: Fields, form: Fields) -> list[str]:
        """What is wrong with a request without a body; ``named``: what stands for the names in ``path``."""
        described = {"path": {}, "query": {}}
        for entry in self._paths[path][method]["parameters"]:
            described[entry["in"]][entry["name"]] = entry["schema"]
        places = {name: [value] for name, value in named.items()}
        return [
            *(f"{name} is missing" for name in described["path"] if name not in places),
            *self._field_problems(places, described["path"]),
            *self._field_problems(query, described["query"]),
            *(f"{name} is given in a body" for name in form),
        ]

    def media_problems(self, media: dict[str, Any]) -> list[str]:
        """Where a file that we list is not of the described shape."""
        schema = self._components["schemas"]["api.v2010.account.message.media"]
        problems = [f"unknown {name}" for name in media if name not in schema["properties"]]
        return problems + self._mismatches(media, schema)

    def message_problems(self, message: dict[str, Any]) -> list[str]:
        """Where a message that we answer with is not of the described shape."""
        schema = self._components["schemas"]["api.v2010.account.message"]
        problems = [f"unknown {name}" for name in message if name not in schema["properties"]]
        return problems + self._mismatches(message, schema)

    def _lacking(self, form: Fields) -> Iterator[str]:
        """Of each of these groups one must be given, such as From or MessagingServiceSid."""
        for group in self._one_of_each:
            names = ["".join(part.title() for part in name.split("_")) for name in group]
            if not any(name in form for name in names):
                yield f"one of {', '.join(names)} is missing"

    def _field_problems(self, fields: Fields, described: Mapping[str, Any]) -> Iterator[str]:
        for name, values in fields.items():
            if name not in described:
                yield f"{name} is unknown"
                continue
            schema = described[name]
            if schema.get("type") != "array" and len(values) > 1:
                yield f"{name} is given {len(values)} times"
            value = values if schema.get("type") == "array" else _typed(values[0], schema)
            yield from (f"{name}: {problem}" for problem in self._mismatches(value, schema))
            yield from (f"{name}: {problem}" for problem in _uri_problems(values, schema))

    def _mismatches(self, value: object, schema: Mapping[str, Any]) -> list[str]:
        whole = _with_nulls({**schema, "components": self._components})
        return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def _typed(text: str, schema: Mapping[str, Any]) -> object:
    """A form carries text only; what should be a number or a truth value is read as one."""
    if schema.get("type") == "integer" and text.lstrip("-").isdecimal():
        return int(text)
    if schema.get("type") == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text


def _uri_problems(values: Iterable[str], schema: Mapping[str, Any]) -> Iterator[str]:
    if schema.get("format") != "uri":
        return
    for value in values:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or "_" in parts.hostname:
            yield f"'{value}' is no absolute URL with a valid host name"


def _with_nulls(schema: Any) -> Any:
    """OpenAPI 3.0 says ``nullable``; JSON Schema says so in the type."""
    if isinstance(schema, list):
        return [_with_nulls(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _with_nulls(value) for key, value in schema.items()}
    if plain.get("nullable") is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    return plain

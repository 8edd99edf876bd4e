"""The document tells of what can be reached from outside and of nothing else, and is a valid OpenAPI 3.1."""

import re
from typing import Any

import pytest
import schemathesis
import yaml

from bot.status import Status
from bot.subscribers.events import TYPES
from handlers.guards import GUARDS
from handlers.openapi import document
from tests.handlers.city_hall import CityHall

FROM_OUTSIDE = {"public", "provider", "link", "key"}


def reachable(hall: CityHall) -> set[tuple[str, str]]:
    """What the URL map says that anybody can ask for."""
    guards = hall.app.extensions[GUARDS]
    return {
        (re.sub(r"<[^<>]*>", "{}", rule.rule), method.lower())
        for rule in hall.app.url_map.iter_rules()
        if guards.get(rule.endpoint.rpartition(".")[0]) in FROM_OUTSIDE
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def described_in(found: document.Document) -> set[tuple[str, str]]:
    """What the document says; an address that ends in a format is one for each."""
    formats = document.resolved(found, found["components"]["parameters"]["open311_format"])["schema"]["enum"]
    return {
        (re.sub(r"{\w+}", "{}", path.replace("{format}", one)), method)
        for path, method, _ in document.operations(found)
        for one in formats
    }


def test_everything_from_outside_is_in_it_and_nothing_else(hall: CityHall) -> None:
    described = described_in(document.written())
    assert reachable(hall) - described == set(), "these stand in no fragment of handlers/openapi"
    assert described - reachable(hall) == set(), "these are described, and not there"


def test_it_is_a_valid_openapi_3_1() -> None:
    schemathesis.openapi.from_dict(document.written()).validate()


def test_what_is_no_openapi_is_told_apart() -> None:
    broken = {**document.written(), "paths": {"/x": {"get": {"responses": {"200": {"content": {}}}}}}}
    with pytest.raises(Exception, match="description"):
        schemathesis.openapi.from_dict(broken).validate()


def test_everything_that_it_refers_to_is_there() -> None:
    found = document.written()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                assert document.resolved(found, part) is not None
            for value in part.values():
                walk(value)
        if isinstance(part, list):
            for value in part:
                walk(value)

    walk(found)


def test_every_operation_has_a_name_of_its_own_and_belongs_somewhere() -> None:
    found = document.written()
    tags = {tag["name"] for tag in found["tags"]}
    assert len(tags) == len(found["tags"])
    all_of_them = [operation for _, _, operation in document.operations(found)]
    names = [operation["operationId"] for operation in all_of_them]
    assert len(set(names)) == len(names)
    for operation in all_of_them:
        assert operation["summary"], operation
        assert {*operation["tags"]} <= tags, operation


def test_path_parameters_are_those_of_the_path() -> None:
    found = document.written()
    for path, method, operation in document.operations(found):
        shared = found["paths"][path].get("parameters", [])
        parameters = [document.resolved(found, one) for one in (*shared, *operation.get("parameters", []))]
        named = {one["name"] for one in parameters if one["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path)), f"{method} {path}"


def test_it_is_served_as_json_and_as_yaml_and_says_where(hall: CityHall) -> None:
    browser = hall.browser()
    as_json = browser.get("/openapi.json")
    assert as_json.mimetype == "application/json"
    assert as_json.headers["Access-Control-Allow-Origin"] == "*"
    assert as_json.json is not None
    assert as_json.json["servers"] == [{"url": "http://localhost"}]
    as_yaml = browser.get("/openapi.yml")
    assert as_yaml.mimetype == "application/yaml"
    assert yaml.safe_load(as_yaml.text) == as_json.json
    assert "&id0" not in as_yaml.text


def test_people_can_read_it(hall: CityHall) -> None:
    page = hall.browser().get("/openapi")
    for path, _, operation in document.operations(document.written()):
        assert f">{path}<" in page.text
        assert operation["summary"].replace("'", "&#39;") in page.text
    assert "ticketEvent" in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text


def test_two_fragments_cannot_say_something_of_one_thing() -> None:
    known = {"tags": [], "paths": {"/healthz": {}}, "components": {}}
    with pytest.raises(ValueError, match=r"other\.yml: /healthz"):
        document._add(known, {"paths": {"/healthz": {}}}, "other.yml")


def test_the_types_and_statuses_of_what_we_post_are_all_of_them() -> None:
    event = document.written()["components"]["schemas"]["TicketEvent"]["properties"]
    assert event["type"]["enum"] == list(TYPES)
    assert event["ticket"]["properties"]["status"]["enum"] == [str(status) for status in Status]


def schema_of(name: str) -> dict[str, Any]:
    """A schema of the document that can be used alone."""
    schemas = document.written()["components"]["schemas"]
    return {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}

"""The document as programs and as people read it."""

import json
import re
from typing import Any

from flask import Blueprint, Response, render_template
from markupsafe import Markup, escape

from handlers.edge import edge
from handlers.guards import guard
from handlers.openapi import document

blueprint = Blueprint("openapi", __name__)
guard(blueprint, "public")

FOR_A_WHILE = "public, max-age=300"


@blueprint.get("/openapi.json")
def as_json() -> Response:
    """For programs."""
    return _sent(json.dumps(_served(), ensure_ascii=False), "application/json")


@blueprint.get("/openapi.yml")
def as_yaml() -> Response:
    """For programs, and to read."""
    return _sent(document.as_yaml(_served()), "application/yaml")


@blueprint.get("/openapi")
def page() -> str:
    """For people: every operation in the order of the fragments, without any script."""
    found = _served()
    return render_template(
        "openapi.html",
        document=found,
        groups=_groups(found),
        resolved=lambda part: document.resolved(found, part),
        marked=_marked,
    )


def _marked(text: str) -> Markup:
    """What stands between back-ticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _served() -> document.Document:
    return document.served(edge().settings.base_url)


def _sent(text: str, mimetype: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.headers["Cache-Control"] = FOR_A_WHILE
    response.headers["Access-Control-Allow-Origin"] = "*"  # there is nothing in it that is not everybody's
    return response


def _groups(found: document.Document) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each tag with its operations, those that we post among them."""
    shown = [
        {"path": path, "method": method, **_with_shared(found, path, operation)}
        for path, method, operation in document.operations(found)
    ]
    shown += [
        {"path": name, "method": method, "is_ours": True, **item[method]}
        for name, item in found.get("webhooks", {}).items()
        for method in item
    ]
    return [(tag, [one for one in shown if tag["name"] in one["tags"]]) for tag in found["tags"]]


def _with_shared(found: document.Document, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """What is said of all methods of a path belongs to each."""
    shared = found["paths"][path].get("parameters", [])
    return {**operation, "parameters": [*shared, *operation.get("parameters", [])]}

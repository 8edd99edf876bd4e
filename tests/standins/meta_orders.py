"""What Meta's reference allows in a message to a person, and how the person reads it."""

import re
from collections.abc import Iterator
from typing import Any

KNOWN = {"messaging_product", "recipient_type", "to", "recipient", "type", "biz_opaque_callback_data"}


def problems_of(order: dict[str, Any]) -> list[str]:
    """What is wrong with a message; nothing where Meta takes it."""
    return [f"{problem}: {order}" for problem in _problems(order)]


def shown(order: dict[str, Any]) -> str:
    """The text, with the choices numbered."""
    if order["type"] == "text":
        return str(order["text"]["body"])
    if order["type"] == "template":
        parts = [part["parameters"] for part in order["template"]["components"]]
        values = [parameter["text"] for parameters in parts for parameter in parameters]
        return " ".join([order["template"]["name"], *values])
    asked = order["interactive"]
    titles = [button["reply"]["title"] for button in asked["action"].get("buttons", ())]
    rows = [row for section in asked["action"].get("sections", ()) for row in section["rows"]]
    titles += [row.get("description") or row["title"] for row in rows]
    return "\n".join([asked["body"]["text"], *(f"{n}. {title}" for n, title in enumerate(titles, 1))])


def keys_of(order: dict[str, Any]) -> list[str]:
    """What comes back for each choice."""
    action = order["interactive"]["action"]
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    return [button["reply"]["id"] for button in action.get("buttons", ())] + [row["id"] for row in rows]


def _problems(order: dict[str, Any]) -> Iterator[str]:
    kind = order.get("type")
    if order.keys() - KNOWN != {kind}:
        yield f"fields {sorted(order.keys() - KNOWN)}"
        return
    if order.get("messaging_product") != "whatsapp" or order.get("recipient_type") != "individual":
        yield "product or recipient type"
    if ("to" in order) == ("recipient" in order):
        yield "to or recipient"
    if not 0 < len(order.get("biz_opaque_callback_data", "x")) <= 512:
        yield "reference"
    if kind == "text":
        yield from _length(order["text"].get("body"), 4_096, "body")
    elif kind == "template":
        yield from _template(order["template"])
    elif kind == "interactive":
        yield from _interactive(order["interactive"])
    else:
        yield f"type {kind}"


def _template(template: dict[str, Any]) -> Iterator[str]:
    if template.keys() != {"name", "language", "components"} or template["language"].keys() != {"code"}:
        yield "template"
    for part in template["components"]:
        for parameter in part["parameters"]:
            yield from _length(parameter["text"], 1_024, "parameter")
            if parameter["type"] != "text" or re.search(r"[\n\t]| {4}", parameter["text"]):
                yield "parameter"


def _interactive(asked: dict[str, Any]) -> Iterator[str]:
    yield from _length(asked["body"]["text"], 1_024, "body")
    action = asked["action"]
    if asked["type"] == "button":
        titles = [button["reply"]["title"] for button in action["buttons"]]
        yield from (problem for title in titles for problem in _length(title, 20, "button"))
        if not 1 <= len(titles) <= 3 or len(set(titles)) < len(titles):
            yield "buttons"
        return
    yield from _length(action["button"], 20, "label")
    rows = [row for section in action["sections"] for row in section["rows"]]
    for row in rows:
        yield from _length(row["id"], 200, "row id")
        yield from _length(row["title"], 24, "row title")
        yield from _length(row.get("description", "x"), 72, "row description")
    if not 1 <= len(rows) <= 10 or len({row["id"] for row in rows}) < len(rows):
        yield "rows"


def _length(text: object, most: int, what: str) -> Iterator[str]:
    if not isinstance(text, str) or not 0 < len(text) <= most:
        yield f"{what} is no text of 1 to {most} characters"

"""The same documents as JSON and as XML, which the end of the address chooses between."""

import json
from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response, request

# What the items of a list are called in XML.
ITEMS = {"attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format"}
JSON, XML = "application/json; charset=utf-8", "text/xml; charset=utf-8"


def in_list(documents: Sequence[dict[str, Any]], root: str, item: str, code: int = 200) -> Response:
    """A list of documents; in XML ``root`` is around them, and each is an ``item``."""
    if not is_xml():
        return _json(list(documents), code)
    element = Element(root)
    for document in documents:
        _fill(SubElement(element, item), document)
    return _xml(element, code)


def alone(document: dict[str, Any], root: str) -> Response:
    """One document; in XML it is called ``root``."""
    if not is_xml():
        return _json(document, 200)
    element = Element(root)
    _fill(element, document)
    return _xml(element, 200)


def is_xml() -> bool:
    return request.path.endswith(".xml")


def _fill(element: Element, document: dict[str, Any]) -> None:
    for name, value in document.items():
        child = SubElement(element, name)
        if isinstance(value, list):
            for item in value:
                _put(SubElement(child, ITEMS[name]), item)
        else:
            _put(child, value)


def _put(element: Element, value: Any) -> None:
    if isinstance(value, dict):
        _fill(element, value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = str(value)


def _json(document: Any, code: int) -> Response:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Response(body, code, content_type=JSON)


def _xml(element: Element, code: int) -> Response:
    return Response(tostring(element, encoding="utf-8", xml_declaration=True), code, content_type=XML)

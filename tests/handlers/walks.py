"""Walking the URL map of the whole app: every route with an address, and what a page leads on to."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from handlers.guards import GUARDS, SEEN_BY

ACTIONS = ("accept", "send_back", "claim")
# A log-in that is not the walker's own: it would end under their feet.
NOT_MINE = {"login_id": "999999"}
REFUSED = "Halaman ini bukan untuk akun Anda."


def addresses(app: Flask, number: str) -> list[tuple[Rule, str]]:
    """Every route of ours with addresses that lead to a case, its conversation and its files."""
    values = {"token": "AAAAAAAAAAAAAAAAAAAAAA", "number": number, "filename": "style.css", "name": "all"}
    routes = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        for action in ACTIONS if "action" in rule.arguments else ("",):
            filled = {name: values.get(name, action or "1") for name in rule.arguments}
            filled |= {name: NOT_MINE.get(name, "1") for name in rule.arguments if name.endswith("_id")}
            found.append((rule, routes.build(rule.endpoint, filled)))
    return [(rule, address) for rule, address in found if rule.endpoint != "static"]


def steps(app: Flask, number: str) -> Iterator[tuple[str, str, str]]:
    """Every page and form behind a log-in: endpoint, method, address."""
    for rule, address in addresses(app, number):
        if app.extensions[GUARDS].get(rule.endpoint.rpartition(".")[0]) == "login":
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule.endpoint, method, address


def may(app: Flask, endpoint: str, role: str) -> bool:
    """What the view itself says."""
    return role in SEEN_BY.get(app.view_functions[endpoint], ())


def is_refused(answer: TestResponse) -> bool:
    """Whether the guard said no; a view that says no to what somebody asks for says why."""
    return answer.status_code == 403 and REFUSED in answer.text


def is_at_log_in(answer: TestResponse, method: str) -> bool:
    """Led there from a page; a form brings it along, so that what was typed is not lost."""
    if method == "POST":
        return answer.status_code == 401 and 'action="/login"' in answer.text
    return answer.status_code == 302 and (answer.location or "").startswith("/login")


def sent_from(app: Flask, page: TestResponse) -> set[str]:
    """The endpoints that the forms of a page send to."""
    forms = re.findall(r"<form\b[^>]*>", page.text)
    found = [re.search(r'\baction="([^"]*)"', form) for form in forms if re.search(r'method="post"', form, re.I)]
    targets = [match[1] for match in found if match] + re.findall(r'\bhx-post="([^"]+)"', page.text)
    routes = app.url_map.bind("localhost")
    endpoints = set()
    for target in targets:
        try:
            endpoints.add(str(routes.match(urlsplit(unescape(target)).path, "POST")[0]))
        except HTTPException:
            endpoints.add(f"nowhere: {target}")
    return endpoints


def is_in(browser: FlaskClient) -> bool:
    """Whether a walker is still logged in at the end of the walk."""
    return browser.get("/console/account").status_code == 200

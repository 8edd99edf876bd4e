"""Script in whatever people may write: no page carries it out, and no page of ours has any inline itself."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.handlers.city_hall import CityHall
from tests.handlers.page_text import read, templates, without_expressions
from tests.handlers.walking import pages

# The ways out of where a text may stand: an element, a comment, an attribute, an address, a template.
HOSTILE = (
    "xss\"'><script>alert(1)</script><img src=x onerror=alert(2)>--></textarea></title><svg/onload=alert(3)>"
    '<a href="javascript:alert(4)">x</a>{{7*7}}{%print 7%}%(who)s\u202e\x08'
)
ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "poster", "data", "srcset")
# The walk means something only where the text really stands on the pages.
SHOWING = ("/console/tickets/", "/console/conversations/", "/agency/", "/console/queue/all", "/console/checks",
           "/console/undelivered", "/console/audit", "/console/servants")  # fmt: skip


def problems(html: str) -> list[str]:
    """What a browser might carry out on this page."""
    found = []
    for tag, attributes in read(html).marks:
        is_foreign = not attributes.get("src", "").startswith("/static/")
        if tag in ("script", "iframe", "object", "embed", "base") and is_foreign and not is_tame(tag, attributes):
            found.append(f"<{tag}> {attributes}")
        for name, value in attributes.items():
            if name.startswith(("on", "hx-on")) or name == "style":
                found.append(f"{name} at <{tag}>")
            if name in ADDRESSES and not is_ours(value):
                found.append(f"{name}={value[:60]}")
    return found


def is_tame(tag: str, attributes: Mapping[str, str]) -> bool:
    """A frame of our own in which nothing runs, and which gets at nothing outside it."""
    granted = set(attributes.get("sandbox", "allow-scripts").split())
    harmless = granted <= {"allow-popups", "allow-popups-to-escape-sandbox"}
    return tag == "iframe" and harmless and attributes.get("src", "").startswith("/console/reports/")


def is_ours(address: str) -> bool:
    """A path of this site, a place on the page, a picture within the page, or a point for the map's program."""
    return not address or bool(re.match(r"/(?![/\\])|[#?]|data:image/|geo:[-\d.,?q=()A-Z]+$|tel:112$", address))


def test_no_page_carries_out_what_people_wrote(hall: CityHall) -> None:
    shown = set()
    for address, browser in pages(hall, HOSTILE, parts=True):
        answer = browser.get(address)
        assert answer.data is not None
        assert answer.status_code < 500, address
        if answer.mimetype != "text/html":
            continue
        assert not problems(answer.text), address
        assert "<script>alert" not in answer.text, address
        assert "onerror=alert(2)>" not in answer.text, address
        assert "49" not in re.findall(r"xss.{0,120}?(49)", answer.text), address
        shown |= {address} if "&lt;script&gt;" in answer.text or "\\u003cscript" in answer.text else set()
    for part in SHOWING:
        assert any(part in address for address in shown), f"{part} does not show it"


def test_the_search_shows_what_was_typed_as_text(hall: CityHall) -> None:
    rina = hall.coordinator()
    for path in ("/console/tickets", "/console/queue/all", "/console/answers", "/console/audit"):
        for name in ("number", "text", "q", "subject", "status", "agency", "before", "page"):
            assert not problems(rina.get(path, query_string={name: HOSTILE}).text), f"{path}?{name}"


@pytest.mark.parametrize(
    "path", ["/login", "/console/", "/console/nothing", "/nothing", "/agency/x", "/t/x/y", "/healthz"]
)
def test_every_response_forbids_inline_script(hall: CityHall, path: str) -> None:
    policy = hall.browser().get(path).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy


def test_refusals_and_errors_forbid_it_too(hall: CityHall) -> None:
    browser = hall.browser()
    for answer in (browser.post("/login"), browser.post("/console/checks/1/ok"), browser.delete("/login"),
                   browser.get("/static/style.css"), browser.get("/static/nothing.css")):  # fmt: skip
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        answer.close()


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_a_template_has_nothing_inline(path: Path) -> None:
    source = path.read_text()
    # What is said to be safe is written in the template itself.
    assert not re.search(r"(?<![\"'])\|safe", source.replace(" ", ""))
    assert "autoescape" not in source
    for tag, attributes in read(without_expressions(path)).marks:
        assert not [name for name in attributes if name.startswith(("on", "hx-on")) or name == "style"], tag
        assert tag != "style"
        assert tag != "script" or "src" in attributes
        assert not attributes.get("hx-vals", "").startswith("js:")
        assert "javascript:" not in " ".join(attributes.values())

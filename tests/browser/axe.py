"""axe-core on a page: what people with other senses, hands or devices could not use."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from bot.settings import ROOT

AXE = ROOT / "handlers" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# What somebody cannot get past; axe calls the rest moderate and minor.
GRAVE = ("serious", "critical")
# It asks frames by message, which a sandboxed one (a kept report) never gets, and a browser complains of that.
OPTIONS = "{resultTypes: ['violations'], elementRef: false, iframes: false}"
RUN = f"axe.run(document, {OPTIONS}).then(found => found.violations)"


@cache
def _source() -> str:
    assert AXE.exists(), "axe-core is not there; run `make frontend`."
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What is seriously wrong, a line for each rule: its name, what it says, and the first elements.

    The source is given to the page by the debugger, to which its Content-Security-Policy does not apply.
    """
    page.wait_for_load_state()  # before its style sheet is there, every colour is wrong
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [_line(one) for one in found if one["impact"] in GRAVE]


def _line(violation: dict[str, Any]) -> str:
    where = [f"{node['target'][0]} {node['html'][:120]}" for node in violation["nodes"][:3]]
    return f"{violation['id']} ({len(violation['nodes'])}x): {violation['help']}: {' | '.join(where)}"

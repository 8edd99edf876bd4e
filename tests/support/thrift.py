"""What every test would pay for and none looks at, done once, later or not at all."""

import gc
from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from werkzeug.routing import Rule


def pay_less() -> None:
    """For this test session."""
    _set_aside_what_is_there()
    _make_urls_when_asked()
    _show_errors_plainly()


def _set_aside_what_is_there() -> None:
    """All that was imported and collected stays to the end: the garbage collector need not look at it again.

    Nor at everything else as often as usual.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _make_urls_when_asked() -> None:
    """Werkzeug writes and compiles two functions for each route of each application; most are never called."""
    compile_builder = Rule._compile_builder

    def later(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made = cache(lambda: compile_builder(rule, append_unknown))
        return lambda *values, **named: made()(*values, **named)

    Rule._compile_builder = later  # type: ignore[method-assign]


def _show_errors_plainly() -> None:
    """Without the values of all variables in colours, which takes rich a quarter of a second an error."""
    plain: dict[str, Any] = {"exception_formatter": structlog.dev.plain_traceback}
    processors = structlog.get_config()["processors"]
    structlog.configure(processors=[*processors[:-1], structlog.dev.ConsoleRenderer(colors=False, **plain)])

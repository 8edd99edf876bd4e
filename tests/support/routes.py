"""Addresses compiled once: each of our applications has some 270, and tests make thousands of applications.

Werkzeug writes and compiles a small function for every address of every application; it depends on the address
alone. Making an application takes a sixth of the time so.
"""

from collections.abc import Callable, Hashable
from typing import Any, ClassVar

from flask import Flask
from werkzeug.routing import Rule


class KnownRule(Rule):
    """An address whose function another application may have had compiled."""

    _compiled: ClassVar[dict[Hashable, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        key = (self.rule, tuple(self._trace), tuple(sorted((self.defaults or {}).items())), append_unknown)
        if key not in self._compiled:
            self._compiled[key] = super()._compile_builder(append_unknown)
        return self._compiled[key]


def use() -> None:
    """From now on all applications of this process have such addresses."""
    Flask.url_rule_class = KnownRule

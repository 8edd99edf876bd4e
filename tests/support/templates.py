"""Compiled pages, kept between the applications that tests make: a web process compiles them once as well."""

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class _InMemory(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_CACHE = _InMemory()


def compiled_once(app: Flask) -> Flask:
    """``app``, which takes over what an earlier one of this process has compiled."""
    app.jinja_env.bytecode_cache = _CACHE
    return app

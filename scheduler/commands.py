"""``flask worker``: the process that answers, sends and follows up."""

from collections.abc import Callable

import click
from flask.cli import with_appcontext

from scheduler.worker import Parts, run


def worker_command(parts: Callable[[], Parts]) -> click.Command:
    """The command, which puts its parts together only when it is run."""

    @click.command("worker")
    @with_appcontext
    def worker() -> None:
        """Answer messages, send what is due, follow up; until stopped."""
        run(parts())

    return worker

"""Sends past complaints to the Rasa side, which learns from them and says how well that went."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from nlu import environment


def learn_history(
    head: Mapping[str, Any], complaints: Iterable[Mapping[str, Any]], arguments: Iterable[str]
) -> int:
    """The exit code. Texts go through a pipe: nothing is written before all has gone well.

    EnvironmentMissingError where there is no Rasa environment.
    """
    lines = "".join(json.dumps(row) + "\n" for row in (head, *complaints))
    done = subprocess.run(  # noqa: S603
        environment.command(["learn-history", *arguments]),
        env=environment.clean_environment(),
        input=lines,
        text=True,
        check=False,
    )
    return done.returncode

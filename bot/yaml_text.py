"""How YAML is read: by libyaml where PyYAML was built with it, which takes a tenth of the time."""

from typing import Any

import yaml

try:
    Loader = yaml.CSafeLoader
except AttributeError:
    Loader = yaml.SafeLoader  # type: ignore[misc,assignment]


def load(text: str) -> Any:
    """The data in ``text``, of plain kinds only; yaml.YAMLError when it is not valid."""
    return yaml.load(text, Loader)  # noqa: S506 - one of the safe ones

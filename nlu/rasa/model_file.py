"""Looks into a model archive before a server is started on it, so that a bad one is told in a sentence."""

import json
import tarfile
import zlib
from pathlib import Path
from typing import Any

RASA_VERSION = "3.6.21"


class ModelFileError(ValueError):
    """The file is no model that this program can serve; the message says what to do."""


def check_model_file(path: Path) -> None:
    """Reads the whole archive once (a fraction of a second). Raises ModelFileError when it is no good."""
    if not path.is_file():
        raise ModelFileError(f"there is no model {path.name}; train one with `commands.py train`.")
    try:
        version = _metadata(path).get("rasa_open_source_version")
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, KeyError) as error:
        raise ModelFileError(f"{path.name} is damaged or no model; train it again.") from error
    if version != RASA_VERSION:
        raise ModelFileError(f"{path.name} was made by Rasa {version}, this is {RASA_VERSION}; train it again.")


def _metadata(path: Path) -> dict[str, Any]:
    """The archive's metadata; walks to the end of the archive, which fails on a truncated one."""
    found: dict[str, Any] | None = None
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None:
                continue
            if member.name.lstrip("./") == "metadata.json":
                found = json.loads(content.read())
            while content.read(1 << 20):
                pass
    if found is None:
        raise KeyError("metadata.json")
    return found

"""Settings that stand in files, as Docker and Kubernetes hand out secrets: ``X_FILE`` names the file of ``X``."""

from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from bot.errors import ConfigError

SUFFIX = "_file"


class FileSource(PydanticBaseSettingsSource):
    """Reads the setting ``X`` from the file that the variable ``X_FILE`` names, without its last line end.

    A file comes before a plain ``X``. ``environments`` are the sources whose variables count, the later one first.
    Calling it raises ConfigError with one sentence for each file that cannot be read.
    """

    def __init__(self, settings: type[BaseSettings], *environments: PydanticBaseSettingsSource) -> None:
        super().__init__(settings)
        self._variables: dict[str, str | None] = {}
        for environment in environments:
            self._variables |= getattr(environment, "env_vars", {})  # by names in small letters

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the setting's file, None where none is named; OSError or ValueError when unreadable."""
        path = self._variables.get(field_name + SUFFIX)
        content = Path(path).read_text(encoding="utf-8").rstrip("\r\n") if path else None
        return content, field_name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        problems: list[str] = []
        for name, field in self.settings_cls.model_fields.items():
            try:
                content, _, _ = self.get_field_value(field, name)
            except (OSError, ValueError) as error:
                problems.append(_sentence(name, self._variables[name + SUFFIX] or "", error))
                continue
            if content is not None:
                found[name] = content
        if problems:
            raise ConfigError(problems)
        return found


def _sentence(name: str, path: str, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
    variable = (name + SUFFIX).upper()
    return f"{variable}: the file {path} cannot be read ({reason}); correct the path or unset {variable}."

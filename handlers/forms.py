"""What people type into forms: read the same everywhere, and kept when it could not be taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request


@dataclass(frozen=True)
class Typed:
    """A form that was refused: which one, why, and what stood in it, so that the page can show it again."""

    form: str = ""
    message: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def in_form(self, form: str) -> bool:
        return bool(self.form) and self.form == form

    def value(self, form: str, name: str) -> str:
        """What was typed into the field ``name`` of ``form``, for showing it again."""
        return self.fields.get(name, "") if self.form == form else ""


def refused(form: str, message: str) -> Typed:
    """The present request's form, which ``message`` says why it was not taken."""
    return Typed(form, message, {name: value for name, value in request.form.items() if name != "csrf_token"})


def text_of(name: str) -> str:
    """A text field without surrounding space; browsers send line ends as CR LF."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()

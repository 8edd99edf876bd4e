"""What stands on a page or in a template: its words and its attributes, without the marks."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment

from bot.settings import ROOT

TEMPLATES = ROOT / "handlers" / "templates"
# In a template's text this stands for what is filled in.
FILLED = "\x00"
# A block of a template that holds the names of styles.
NO_WORDS = ["block", "body_class"]
SAID_BY_ATTRIBUTES = frozenset({"alt", "aria-label", "placeholder", "title", "aria-description"})
# What machines read, and what is typed as it stands.
CODE = frozenset({"script", "style", "code", "kbd", "samp"})


@dataclass
class Read(HTMLParser):
    """``words``: pieces of text; ``marks``: each element with its attributes; ``said``: what attributes say."""

    words: list[str] = field(default_factory=list)
    marks: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.marks.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag if tag in CODE else self._inside

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip():
            self.words.append(" ".join(data.split()))

    @property
    def said(self) -> list[str]:
        return [value for _, attributes in self.marks for name, value in attributes.items()
                if name in SAID_BY_ATTRIBUTES]  # fmt: skip


def read(html: str) -> Read:
    """A page, or a template whose expressions were taken out."""
    found = Read()
    found.feed(html)
    found.close()
    return found


def templates() -> list[Path]:
    """All templates of the pages, without the simulator's, which is for developers."""
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if not path.name.startswith("simulator")]


def without_expressions(path: Path) -> str:
    """A template with ``FILLED`` in place of everything that Jinja fills in or does."""
    parts, names = list[str](), list[str]()
    for _, kind, value in Environment(autoescape=True).lex(path.read_text()):
        if kind == "data" and names[:2] != NO_WORDS:
            parts.append(value)
        elif kind == "variable_begin":
            parts.append(FILLED)
        elif kind == "block_begin":
            names = []
        elif kind == "name":
            names.append(value)
    return "".join(parts)

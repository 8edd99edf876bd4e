"""Sentences that pages show and nobody marked: why something is refused, what a status and a failure are called.

``bot`` knows no pages and writes them in Indonesian; here they are read from its source for the catalogue, with
the errors that the handlers raise. A value within a sentence becomes a place: ``f"Tidak ada {number}."`` is looked
up as ``Tidak ada %(number)s.``, which ``handlers.refusals`` does.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot.settings import ROOT
from bot.status import LABELS

BOT, HANDLERS = ROOT / "bot", ROOT / "handlers"
API_KEYS = BOT / "accounts" / "api_keys.py"  # speaks English to other systems
# Names of errors whose words a person reads; a module that raises one also keeps the sentences that it gives them.
ERRORS = re.compile(r"\b(RefusedError|NotFoundError|LinkExpiredError|abort|errorhandler|register_error_handler)\(")
TABLES = frozenset({"failure_words.py"})
# These speak English: to operators, and to other systems.
ENGLISH = frozenset(
    {"command.py", "commands", "doctor", "channels", "simulator", "webhooks.py", "open311", "health.py"}
)
SENTENCE = re.compile(r"[A-Z].*[a-z]{2}.*[.!?]$", re.DOTALL)
WORDS = re.compile(r"[A-Z][\w %()-]+")


def sentences() -> Iterator[str]:
    """All of them, each once or more."""
    yield from LABELS.values()
    for path in sorted([*BOT.rglob("*.py"), *HANDLERS.rglob("*.py")]):
        source = path.read_text(encoding="utf-8")
        if path.name in TABLES:
            yield from _said_in(path, source, WORDS)
        elif ERRORS.search(source) and not ENGLISH & {*path.parts} and path != API_KEYS:
            yield from _said_in(path, source, SENTENCE)


def _said_in(path: Path, source: str, shape: re.Pattern[str]) -> Iterator[str]:
    tree = ast.parse(source, str(path))
    skipped = _docstrings(tree) | _pieces(tree)
    for node in ast.walk(tree):
        text = None if id(node) in skipped else _text(node)
        if text and shape.match(text):
            yield text


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(value) for value in node.values)
    return None


def _part(value: ast.expr) -> str:
    if isinstance(value, ast.FormattedValue):
        named = [name for name in re.findall(r"[A-Za-z_]+", ast.unparse(value.value)) if len(name) > 1]
        return f"%({named[-1] if named else 'value'})s"
    return str(value.value).replace("%", "%%") if isinstance(value, ast.Constant) else ""


def _docstrings(tree: ast.Module) -> set[int]:
    """Strings that stand by themselves are for readers of the code."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _pieces(tree: ast.Module) -> set[int]:
    return {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}

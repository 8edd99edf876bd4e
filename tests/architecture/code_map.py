"""docs/code.md, made from the first lines of packages and modules: ``python -m tests.architecture.code_map``."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "code.md"
# Folders whose packages and modules are listed one by one; of the others the first line has to do.
IN_FULL = ("bot", "handlers", "handlers/console")
IN_SHORT = ("storage", "scheduler", "nlu")
HEAD = """# Where the code is

Made from the first lines of the packages by `python -m tests.architecture.code_map`; a test notices when it
is out of date. Arrows: `app -> handlers, scheduler -> bot -> storage, nlu`; nothing under `bot/` knows HTTP.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for name in IN_FULL:
        folder = ROOT / name
        yield f"## {name}/\n\n{_said(folder / '__init__.py')}\n"
        yield "\n".join(f"- `{one.name}/`: {_said(one / '__init__.py')}" for one in _packages(folder)) + "\n"
        yield "On top, used by many of these:\n"
        yield "\n".join(f"- `{one.name}`: {_said(one)}" for one in _modules(folder)) + "\n"
    for name in IN_SHORT:
        yield f"## {name}/\n\n{_said(ROOT / name / '__init__.py')}\n"


def _packages(folder: Path) -> list[Path]:
    return sorted(one.parent for one in folder.glob("*/__init__.py"))


def _modules(folder: Path) -> list[Path]:
    return sorted(one for one in folder.glob("*.py") if one.name != "__init__.py")


def _said(module: Path) -> str:
    """The first sentence or so: what stands before the first empty line of its docstring."""
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n")[0].split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""What is stored about people, column by column: the facts of ``inventory.yml``, and the tables made of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Column

from bot import yaml_text
from storage.models import Base
from storage.types import Encrypted, EncryptedBytes, EncryptedJson

FILE = Path(__file__).with_name("inventory.yml")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
BEGIN, END = "<!-- made by python -m bot.personal.inventory -->", "<!-- end -->"
ENCRYPTED = (Encrypted, EncryptedJson, EncryptedBytes)
CITIZEN, STAFF = "citizen", "staff"
GOES = ("emptied", "deleted", "replaced")
HEAD = "| column | what | why | how long | who sees it | kept | erasing |\n|---|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Fact:
    """One column that says something of somebody; see the head of ``inventory.yml``."""

    table: str
    column: str
    what: str
    why: str
    until: str
    seen: str
    kept: str
    erased: str
    whose: str = CITIZEN
    exception: str = ""

    @property
    def goes(self) -> bool:
        """Whether nothing of it is left when its citizen was erased."""
        return self.erased in GOES


@cache
def told() -> dict[str, Any]:
    """The file as it stands."""
    found: dict[str, Any] = yaml_text.load(FILE.read_text(encoding="utf-8"))
    return found


def facts() -> list[Fact]:
    """All of them, in the file's order."""
    return [
        _fact(table, column, said)
        for table, parts in told()["tables"].items()
        for column, said in parts.get("about", {}).items()
    ]


def classified() -> dict[str, set[str]]:
    """Every column that the file knows, by table."""
    return {
        table: {*parts.get("about", {}), *parts.get("not_about", [])} for table, parts in told()["tables"].items()
    }


def problems() -> Iterator[str]:
    """Where the file and the models differ, and codes that it does not explain."""
    known, models = classified(), Base.metadata.tables
    for table in sorted({*known, *models}):
        there = set(models[table].columns.keys()) if table in models else set()
        for column in sorted(there - known.get(table, set())):
            yield f"{table}.{column} is not classified; say in {FILE.name} whether it is about a person."
        for column in sorted(known.get(table, set()) - there):
            yield f"{table}.{column} is in {FILE.name} and in no model."
    for fact in facts():
        for code, group in ((fact.why, "why"), (fact.until, "until"), (fact.seen, "seen")):
            if code not in told()[group]:
                yield f"{fact.table}.{fact.column}: there is no {group} '{code}'."


def table_of(whose: str) -> str:
    """The rows about citizens, staff or other systems, as Markdown."""
    return "\n".join([HEAD, *(_row(fact) for fact in facts() if fact.whose == whose)])


def page_part() -> str:
    """What stands between the marks in docs/privacy.md."""
    codes = [f"### {title}\n\n{_codes(group)}" for title, group in (("Why", "why"), ("How long", "until"))]
    people = [f"### {title}\n\n{table_of(whose)}" for title, whose in TITLES]
    return "\n\n".join([*people, *codes, f"### Nothing about anybody\n\n{_others()}"])


TITLES = (
    ("About citizens", CITIZEN),
    ("About those who work here or at agencies", STAFF),
    ("About other systems", "system"),
)


def _fact(table: str, column: str, said: dict[str, str]) -> Fact:
    kept = said.get("kept") or ("encrypted" if is_encrypted(table, column) else "?")
    more = {name: said[name] for name in ("what", "why", "until", "seen", "erased")}
    return Fact(
        table, column, kept=kept, whose=said.get("whose", CITIZEN), exception=said.get("except", ""), **more
    )


def is_encrypted(table: str, column: str) -> bool:
    """Whether the model encrypts it."""
    found: Column[Any] | None = (
        Base.metadata.tables[table].columns.get(column) if table in Base.metadata.tables else None
    )
    return found is not None and isinstance(found.type, ENCRYPTED)


def _row(fact: Fact) -> str:
    erased = fact.erased + (f"; but {fact.exception}" if fact.exception else "")
    seen = told()["seen"][fact.seen]
    cells = (f"`{fact.table}.{fact.column}`", fact.what, fact.why, fact.until, seen, fact.kept, erased)
    return f"| {' | '.join(cells)} |"


def _codes(group: str) -> str:
    return "\n".join(f"- **{code}**: {text}" for code, text in told()[group].items())


def _others() -> str:
    """Tables without any such column."""
    plain = [table for table, parts in told()["tables"].items() if not parts.get("about")]
    return "Tables without any: " + ", ".join(f"`{table}`" for table in sorted(plain)) + "."


def write_page() -> None:
    """Put the tables into docs/privacy.md."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{page_part()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write_page()

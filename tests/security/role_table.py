"""The table of who may do what, ``roles.txt``: read, compared with the URL map, and written anew.

``python -m tests.security.role_table`` prints what the table lacks and what is there no more, each as its line
should read by what the code declares; ``--write`` puts it in. Read what you write: the table is what was decided,
and the code is measured by it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from bot.accounts.roles import ADMINISTRATOR, AGENCY_OFFICER, COORDINATOR, LEADERSHIP, SEALED_OFFICER
from handlers.guards import GUARDS, SEEN_BY

TABLE = Path(__file__).with_name("roles.txt")
LETTERS = {ADMINISTRATOR: "A", COORDINATOR: "C", SEALED_OFFICER: "S", LEADERSHIP: "L", AGENCY_OFFICER: "G"}
HEAD = """\
# Who may do what: one line for each method of each page and form, sorted by name. Whoever adds one adds its line.
#
#   A  administrator    C  coordinator    S  officer for sealed cases    L  leadership    G  officer of an agency
#
# public: anybody. link: whoever has a secret link; provider: whoever signs; key: whoever has an API key;
# loopback: this machine alone, where the simulator is on. G sees the cases of the own agency and no other's; whose
# case is sealed sees S, and who is named for it. HEAD is as GET; every other method is refused to everybody.
"""
Key = tuple[str, str]  # name and method


def read(path: Path = TABLE) -> dict[Key, str]:
    """Who may, by name and method: letters, or the word for a door without a log-in."""
    found = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            method, name, who = line.split(None, 2)
            found[name, method] = who
    return found


def declared(app: Flask) -> dict[Key, str]:
    """What the code itself says."""
    return dict(_declared(app))


def _declared(app: Flask) -> Iterator[tuple[Key, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield (rule.endpoint, method), _who(app, rule.endpoint)


def _who(app: Flask, endpoint: str) -> str:
    guard = app.extensions[GUARDS].get(endpoint.rpartition(".")[0], "public" if endpoint == "static" else "nobody")
    if guard != "login":
        return str(guard)
    roles = SEEN_BY.get(app.view_functions[endpoint], ())
    return " ".join(LETTERS[role] if role in roles else "-" for role in LETTERS)


def written(table: dict[Key, str]) -> str:
    lines = [f"{method:5} {name:34} {who}" for (name, method), who in sorted(table.items())]
    return HEAD + "\n" + "\n".join(lines) + "\n"


def differences(table: dict[Key, str], found: dict[Key, str]) -> list[str]:
    """In words, one a line."""
    lacks = [
        f"add:    {m:5} {name:34} {who}" for (name, m), who in sorted(found.items()) if (name, m) not in table
    ]
    gone = [f"remove: {m:5} {name}" for name, m in sorted(table) if (name, m) not in found]
    other = [
        f"{m} {name}: the table says {who}, the code {found[name, m]}"
        for (name, m), who in sorted(table.items())
        if found.get((name, m), who) != who
    ]
    return lacks + gone + other


def _main() -> None:
    from bot.rulebook import load_rulebook
    from handlers.edge import Edge
    from handlers.web import create_web
    from storage import keyring
    from tests.support.settings import isolated_settings

    keyring.use(keyring.Keyring(("for the table",)))
    settings = isolated_settings()
    found = declared(create_web(Edge(settings, load_rulebook(settings), None, None, None)))  # type: ignore[arg-type]
    if "--write" in sys.argv:
        TABLE.write_text(written(found))
    else:
        print("\n".join(differences(read(), found)) or "Nothing to change.")  # noqa: T201


if __name__ == "__main__":
    _main()

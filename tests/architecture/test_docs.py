"""The documentation says what the code does."""

import re

from bot.settings import ROOT, Settings

OPERATING = (ROOT / "docs" / "operating.md").read_text()


def test_every_setting_is_documented_and_every_documented_one_exists():
    table = OPERATING.split("## Settings")[1].split("## Commands")[0]
    documented = set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "adr"
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}

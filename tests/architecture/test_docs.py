"""The documentation says what the code does."""

import re
import subprocess
import sys

import pytest
import yaml

from bot.settings import ROOT, Settings
from handlers.channels.registry import PROVIDERS
from tests.faults.test_hosts import QUICK

DOCS = ROOT / "docs"
OPERATING = (DOCS / "operating.md").read_text()
GOING_LIVE = (DOCS / "going-live.md").read_text()


def test_every_setting_is_documented_and_every_documented_one_exists():
    table = OPERATING.split("## Settings")[1].split("## Commands")[0]
    documented = set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
    known = (Settings, *(provider.settings for provider in PROVIDERS if provider.settings))
    assert documented == {name.upper() for settings in known for name in settings.model_fields}


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "adr"
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


TREE = """
import click
from app import create_app
def walk(command, words):
    if isinstance(command, click.Group):
        for name, inside in command.commands.items():
            walk(inside, [*words, name])
    else:
        options = [name for one in command.params if isinstance(one, click.Option) for name in one.opts]
        print(" ".join(words), *options, sep="|")
walk(create_app().cli, [])
"""


def test_every_command_is_documented_and_every_documented_one_exists():
    table = OPERATING.split("## Commands")[1].split("## ")[0]
    alone = {"SECRET_KEY": "only for this test", "DATABASE_URL": "sqlite://"}
    command = [sys.executable, "-c", TREE]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=alone).stdout
    known = {name: options for name, *options in (line.split("|") for line in told.splitlines())}
    groups = {name.split()[0] for name in known}
    assert set(re.findall(r"^\| `([a-z-]+)", table, re.MULTILINE)) == groups
    documented = set(re.findall(r"`([a-z-]+(?: [a-z-]+)?)[^`]*`", table.replace(" | ", "|")))
    assert set(known) - documented == set()
    pages = table + (DOCS / "learning.md").read_text()
    assert {option for options in known.values() for option in options if option not in pages} == set()


def test_the_load_under_which_hosts_were_taken_away_is_the_test_s():
    assert f"({QUICK.a_second} messages a second)" in (DOCS / "several-hosts.md").read_text()


def test_every_template_to_submit_is_listed_and_every_listed_one_exists():
    listed = re.findall(r"^\| `(\w+)` \|", GOING_LIVE.split("## 9. Templates")[1].split("## 10.")[0], re.MULTILINE)
    sentences = yaml.safe_load((ROOT / "bot" / "texts" / "id.yml").read_text())
    assert listed == [sentence["template"] for sentence in sentences.values() if sentence.get("template")]


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS.glob("*.md")], ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target, _, heading in re.findall(r"\]\(((?!http)[\w/.-]*\.md)?(#([^)]*))?\)", page.read_text()):
        there = page.parent / target if target else page
        assert there.exists(), target
        headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in headings}
        assert not heading or heading in anchors, heading

"""Evidence that docs/security.md names is really there."""

import re

import pytest

from bot.settings import ROOT

NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "security.md").read_text())))


def test_evidence_is_named() -> None:
    assert len(NAMED) > 40


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[f"{file}-{test}" for file, test in NAMED])
def test_what_is_named_exists(file: str, test: str) -> None:
    assert not test or f"def {test}(" in (ROOT / file).read_text()
    assert (ROOT / file).exists()

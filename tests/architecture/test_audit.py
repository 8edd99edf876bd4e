"""The audit of locked packages: what stops CI, what is borne, and that nothing is borne for longer than needed."""

import importlib.util
import re
import tomllib

from bot.settings import ROOT

SPEC = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
assert SPEC
assert SPEC.loader
audit = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(audit)

SOUND = {"name": "flask", "version": "3.1.2", "vulns": []}
BAD = {"name": "keras", "version": "2.12.0", "vulns": [{"id": "PYSEC-2024-1"}, {"id": "CVE-2024-2"}]}
UNREAD = {"name": "twilio", "skip_reason": "Dependency not found on PyPI"}
NAMED = {"keras": {"version": "2.12.0", "why": "never loaded"}}


def test_nothing_found_is_fine():
    assert audit.judged("app", [SOUND], {})[1] == 0


def test_an_advisory_stops_ci_and_is_named():
    lines, code = audit.judged("app", [SOUND, BAD], {})
    assert code == 1
    assert "keras 2.12.0: PYSEC-2024-1, CVE-2024-2" in lines[1]


def test_what_is_named_is_borne_in_that_version_only():
    assert audit.judged("rasa", [BAD], NAMED)[1] == 0
    assert audit.judged("rasa", [BAD | {"version": "2.13.0"}], NAMED)[1] == 1


def test_without_advisories_it_says_that_nothing_was_audited():
    lines, code = audit.judged("app", [UNREAD], {})
    assert (code, "NOT AUDITED" in lines[-1]) == (0, True)


def test_every_exception_is_for_a_version_that_is_locked_and_only_rasa_has_any():
    borne = tomllib.loads((ROOT / ".ci" / "audit-exceptions.toml").read_text())
    assert set(borne) == {"rasa"}
    locked = dict(
        re.findall(r"^([a-z0-9._-]+)==([^ \\\n]+)", (ROOT / "nlu/rasa/requirements.txt").read_text(), re.M)
    )
    assert {name: entry["version"] for name, entry in borne["rasa"].items()} == {
        name: locked.get(name) for name in borne["rasa"]
    }
    assert all(entry["why"] for entry in borne["rasa"].values())

"""Known vulnerabilities of everything that is locked: ``make audit``. Ends with 1 when one is found and not named.

What the application itself uses may have none. Rasa's environment is old for good and lives behind a fence
(``docs/security.md``): its vulnerable packages are named in ``audit-exceptions.toml``, with the reason why that is
bearable; any other one fails as well. Without a way to the advisories (PyPI's JSON) it says so.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
EXCEPTIONS = HERE / "audit-exceptions.toml"
Named = dict[str, dict[str, Any]]
LOCKS = {"application": "requirements.txt", "tests": "requirements-dev.txt", "rasa": "nlu/rasa/requirements.txt"}


def main() -> int:
    """Audit every lock file; 1 when anything unknown was found."""
    borne = tomllib.loads(EXCEPTIONS.read_text())
    return max(_audited(name, ROOT / lock, borne.get(name, {})) for name, lock in LOCKS.items())


def _audited(name: str, lock: Path, borne: Named) -> int:
    lines, code = judged(name, _asked(lock), borne)
    print("\n".join(lines))
    return code


def judged(name: str, packages: list[dict[str, Any]], borne: Named) -> tuple[list[str], int]:
    """What to say about pip-audit's ``packages``, and 1 where one has an advisory that nobody named."""
    known = [package for package in packages if "skip_reason" not in package]
    found = [package for package in known if package["vulns"]]
    unknown = [package for package in found if not _is_borne(package, borne)]
    counts = f"{len(known)} of {len(packages)} packages audited, {len(found)} with advisories"
    lines = [f"{name:12} {counts}, {len(unknown)} of them not named as exceptions"]
    for package in unknown:
        ids = ", ".join(advisory["id"] for advisory in package["vulns"])
        lines.append(
            f"  {package['name']} {package['version']}: {ids}; upgrade it, or name it in {EXCEPTIONS.name}."
        )
    if not known:
        lines.append("  NOT AUDITED: no advisories can be reached from here.")
    return lines, 1 if unknown else 0


def _asked(lock: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pip_audit", "-r", str(lock), "--disable-pip", "--require-hashes"]
    told = subprocess.run([*command, "-f", "json", "--progress-spinner", "off"], capture_output=True, text=True)
    try:
        return list(json.loads(told.stdout)["dependencies"])
    except (ValueError, KeyError):
        print(f"  pip-audit could not read {lock.name}: {told.stderr.strip()[-300:]}")
        return []


def _is_borne(package: dict[str, Any], borne: Named) -> bool:
    """Named, in this version: an upgrade has to be looked at anew."""
    return borne.get(package["name"], {}).get("version") == package["version"]


if __name__ == "__main__":
    sys.exit(main())

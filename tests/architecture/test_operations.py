"""The units and images of docs/operations keep to the rules that make them safe to run, and fit the program."""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from bot.settings import ROOT
from scheduler import child, stopping

FOLDER = ROOT / "docs" / "operations"
UNITS, IMAGES = FOLDER / "systemd", FOLDER / "containers"
SERVICES = sorted(UNITS.glob("*.service"))
OURS = "/opt/suarakota"
EXPOSED_AT_MOST = 2.0
SECRETS = {"SECRET_KEY", "DATABASE_URL", "TWILIO_AUTH_TOKEN", "SMTP_URL"}
ALWAYS = {
    "NoNewPrivileges": "true",
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "ProtectKernelTunables": "true",
    "ProtectControlGroups": "true",
    "RestrictNamespaces": "true",
    "CapabilityBoundingSet": "",
    "SystemCallArchitectures": "native",
}


def unit(path: Path) -> dict[str, list[str]]:
    """All settings of a unit by name."""
    found = defaultdict(list)
    for line in path.read_text().splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            found[name].append(value)
    return found


def variables(settings: dict[str, list[str]]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in settings["Environment"])


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_is_nobody_and_may_do_nothing_else(path: Path) -> None:
    settings = unit(path)
    assert {name: settings[name][-1:] for name in ALWAYS} == {name: [value] for name, value in ALWAYS.items()}
    assert settings["User"][0].startswith("suarakota")
    assert "@system-service" in settings["SystemCallFilter"]
    assert any("@privileged" in value for value in settings["SystemCallFilter"])


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_what_it_starts_is_part_of_the_program(path: Path) -> None:
    """By name, for the environment is another one there."""
    program, *arguments = unit(path)["ExecStart"][0].split()
    assert program.startswith(OURS)
    inside = program.removeprefix(f"{OURS}/")
    assert (ROOT / inside).exists() or inside.startswith(".venv/bin/")
    if "-m" in arguments:
        assert (ROOT / f"{arguments[arguments.index('-m') + 1].replace('.', '/')}.py").is_file()


def test_secrets_come_from_files_and_none_stands_in_a_unit() -> None:
    for path in (path for path in SERVICES if path.stem != "suarakota-nlu"):
        settings = unit(path)
        loaded = {value.partition(":")[0] for value in settings["LoadCredential"]}
        named = {
            name.removesuffix("_FILE"): value for name, value in variables(settings).items() if "_FILE" in name
        }
        assert set(named) == SECRETS
        assert {value.removeprefix("%d/") for value in named.values()} == loaded
        assert not SECRETS & set(variables(settings))


def test_the_language_model_has_no_secret_and_reaches_nobody() -> None:
    settings = unit(UNITS / "suarakota-nlu.service")
    assert settings["IPAddressDeny"] == ["any"]
    assert settings["IPAddressAllow"] == ["localhost"]
    assert settings["User"] != unit(UNITS / "suarakota-web.service")["User"]
    assert not settings["LoadCredential"] + settings["EnvironmentFile"]
    hidden = settings["InaccessiblePaths"][0].split()
    assert {"-/etc/suarakota", "-/var/lib/suarakota"} <= set(hidden)


@pytest.mark.parametrize("name", ["web", "worker", "nlu"])
def test_systemd_waits_longer_than_a_process_needs_to_end(name: str) -> None:
    settings = unit(UNITS / f"suarakota-{name}.service")
    assert float(settings["TimeoutStopSec"][0]) > stopping.FINISH_WITHIN_S + stopping.GIVE_BACK_WITHIN_S
    assert child.STOP_WITHIN_S > stopping.FINISH_WITHIN_S + stopping.GIVE_BACK_WITHIN_S
    assert settings["KillMode"] == ["mixed"]  # a child is told by its parent, not by systemd as well
    assert settings["Restart"] == ["always"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_them(tmp_path: Path) -> None:
    for path in [*SERVICES, *UNITS.glob("*.socket"), *UNITS.glob("*.timer"), *UNITS.glob("*.target")]:
        text = re.sub(rf"{OURS}/\S+", "/bin/true", path.read_text())  # which is not installed here
        (tmp_path / path.name).write_text(text)
    files = sorted(map(str, tmp_path.iterdir()))
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *files],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.stderr, told.returncode) == ("", 0)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_how_exposed_a_service_is(path: Path) -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert float(re.search(r"Overall exposure level for \S+: ([\d.]+)", told)[1]) <= EXPOSED_AT_MOST  # type: ignore[index]


# -- images -------------------------------------------------------------------------------------------------------

CONTAINERFILE = (IMAGES / "Containerfile").read_text()
COMPOSE = yaml.safe_load((IMAGES / "compose.yml").read_text())


def stages() -> dict[str, list[str]]:
    """The instructions of each stage, a line each."""
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", CONTAINERFILE, flags=re.MULTILINE)).splitlines()
    found: dict[str, list[str]] = {"": []}
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("FROM "):
            found[line.rpartition(" AS ")[2]] = []
        found[list(found)[-1]].append(line)
    return found


@pytest.mark.parametrize(("image", "python"), [("app", "3.11"), ("nlu", "3.10")])
def test_an_image_is_for_an_unprivileged_user_without_a_shell_in_between(image: str, python: str) -> None:
    steps = stages()[image]
    user = [step.split()[1] for step in steps if step.startswith("USER ")]
    assert user
    assert int(user[-1].partition(":")[0]) >= 10_000
    assert steps.index(f"USER {user[-1]}") > max(
        n for n, step in enumerate(steps) if step.startswith(("RUN", "COPY"))
    )
    command = next(step for step in steps if step.startswith("CMD "))
    assert isinstance(json.loads(command.removeprefix("CMD ")), list)
    check = next(step for step in steps if step.startswith("HEALTHCHECK "))
    assert isinstance(json.loads(check.partition(" CMD ")[2]), list)
    assert any(f"--python {python}" in step for step in stages()[f"{image}-build"])


@pytest.mark.parametrize("image", ["app", "nlu"])
def test_what_it_installs_is_locked_by_hashes(image: str) -> None:
    assert any("--require-hashes" in step for step in stages()[f"{image}-build"])
    for step in (step for steps in stages().values() for step in steps if step.startswith("RUN")):
        for installed in re.findall(r"pip install (.+?)(?:&&|$)", step):
            assert re.search(r"\buv==[\d.]+", installed), installed
    assert "ADD " not in CONTAINERFILE
    assert "latest" not in CONTAINERFILE


def test_all_of_the_program_is_copied_and_nothing_else_is_sent_to_the_builder() -> None:
    copied = {
        word.rstrip("/") for step in stages()["app-build"] if step.startswith("COPY ") for word in step.split()
    }
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages - {"nlu"} <= copied
    assert "nlu/*.py" in copied
    ignored = (IMAGES / "Containerfile.dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    sent = {line[1:] for line in ignored if line.startswith("!")}
    assert packages <= sent
    assert not sent & {"var", ".env", ".git", ".venv", "tests"}


@pytest.mark.parametrize("name", ["web", "worker", "migrate", "nlu"])
def test_a_container_of_ours_can_write_nowhere_and_may_do_nothing(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert int(service["user"].partition(":")[0]) >= 10_000
    assert "ports" not in service


def test_the_model_s_container_has_no_secret_and_only_the_loopback_of_the_web() -> None:
    service = COMPOSE["services"]["nlu"]
    assert not {"secrets", "environment", "env_file", "volumes"} & set(service)
    assert service["network_mode"] == COMPOSE["services"]["worker"]["network_mode"] == "service:web"
    port = re.search(r'"serve", "--port", "(\d+)"', CONTAINERFILE)
    assert port
    assert COMPOSE["services"]["web"]["environment"]["NLU_URL"] == f"http://127.0.0.1:{port[1]}"


def test_compose_gives_secrets_as_files_and_publishes_the_proxy_alone() -> None:
    for name, service in COMPOSE["services"].items():
        assert ("ports" in service) == (name == "proxy")
        given = set(service.get("secrets", []))
        named = {value for value in (service.get("environment") or {}).values() if "/run/secrets/" in value}
        assert {value.removeprefix("/run/secrets/") for value in named} == given
        assert given <= set(COMPOSE["secrets"])
        assert ":" in service["image"] or service["image"].startswith("suarakota")
    assert COMPOSE["networks"]["back"]["internal"] is True

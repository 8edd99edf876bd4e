"""The units and images of docs/operations keep to the rules that make them safe to run, and fit the program."""

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from bot.settings import ROOT
from scheduler import child, stopping
from tests.architecture.containerfile import IGNORE, IMAGES, copies, sent, stages
from tests.architecture.containerfile import TEXT as CONTAINERFILE

FOLDER = ROOT / "docs" / "operations"
UNITS = FOLDER / "systemd"
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
    for name in ("web", "worker"):
        settings = unit(UNITS / f"suarakota-{name}.service")
        loaded = {value.partition(":")[0] for value in settings["LoadCredential"]}
        named = {
            name.removesuffix("_FILE"): value for name, value in variables(settings).items() if "_FILE" in name
        }
        assert set(named) == SECRETS
        assert {value.removeprefix("%d/") for value in named.values()} == loaded
        assert not SECRETS & set(variables(settings))


def test_the_worker_asks_first_whether_the_tables_fit_and_never_gives_up() -> None:
    settings = unit(UNITS / "suarakota-worker.service")
    assert settings["ExecStartPre"] == [f"{OURS}/.venv/bin/flask --app app db check"]
    assert settings["StartLimitIntervalSec"] == ["0"]


def installed(script: str, folder: Path) -> Path:
    """A script of ours with ``folder`` as its machine, where each command of the program prints its settings."""
    program = folder / "opt/suarakota/.venv/bin/flask"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nenv\n")
    (folder / "setpriv").write_text('#!/bin/sh\nshift 3\nexec "$@"\n')
    for made in (program, folder / "setpriv"):
        made.chmod(0o755)
    for name in ("secret_key", "gateway_secret", "secret_key~"):
        path = folder / "etc/suarakota/secrets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    (folder / "etc/suarakota/settings").write_text("NLU_LIVE=/elsewhere\nPUBLIC_URL=https://lapor.example\n")
    copy = folder / "opt/suarakota/docs/operations/systemd" / script
    copy.parent.mkdir(parents=True)
    text = (UNITS / script).read_text()
    copy.write_text(text.replace("/etc/", f"{folder}/etc/").replace("cd /opt/", f"cd {folder}/opt/"))
    copy.chmod(0o755)
    return copy


def printed(command: list[str | Path], path: Path, **env: str) -> dict[str, str]:
    given = {"PATH": f"{path}:/usr/bin:/bin", **env}
    told = subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in told.splitlines())


def test_a_command_by_hand_has_every_secret_and_the_settings_before_what_is_usual(tmp_path: Path) -> None:
    told = printed([installed("suarakota", tmp_path), "doctor"], tmp_path)
    secrets = {name: value for name, value in told.items() if name.endswith("_FILE")}
    there = tmp_path / "etc/suarakota/secrets"
    assert secrets == {"SECRET_KEY_FILE": f"{there}/secret_key", "GATEWAY_SECRET_FILE": f"{there}/gateway_secret"}
    assert (told["NLU_LIVE"], told["PUBLIC_URL"]) == ("/elsewhere", "https://lapor.example")
    usual = variables(unit(UNITS / "suarakota-worker.service"))
    for name in ("MEDIA_FOLDER", "ERASURE_LEDGER", "NLU_URL"):
        assert told[name] == usual[name]


def test_the_backup_has_every_secret(tmp_path: Path) -> None:
    """systemd puts the name of the credential before each file of a folder."""
    assert unit(UNITS / "suarakota-backup.service")["LoadCredential"] == ["secrets:/etc/suarakota/secrets"]
    for name in ("secrets_secret_key", "secrets_meta_token", "secrets_secret_key~"):
        (tmp_path / name).write_text("x\n")
    backup = installed("daily-backup", tmp_path)
    told = printed(
        [backup, tmp_path / "none", "1"], tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path), META_TOKEN_FILE="own"
    )
    secrets = {name: value for name, value in told.items() if name.endswith("_FILE")}
    assert secrets == {"SECRET_KEY_FILE": f"{tmp_path}/secrets_secret_key", "META_TOKEN_FILE": "own"}


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

COMPOSE = yaml.safe_load((IMAGES / "compose.yml").read_text())
COMPOSED = COMPOSE["services"]


@pytest.mark.parametrize(
    "linter",
    [
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yml"],
        [str(Path(sys.executable).with_name("hadolint")), "Containerfile"],
    ],
    ids=["compose", "hadolint"],
)
def test_a_linter_finds_nothing(linter: list[str]) -> None:
    told = subprocess.run(linter, cwd=IMAGES, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


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
    copied = {word.rstrip("/") for words in copies("app-build") for word in words}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages - {"nlu"} <= copied
    assert "nlu/*.py" in copied
    assert IGNORE[1] == "*"
    assert packages <= set(sent())
    assert not set(sent()) & {"var", ".env", ".git", ".venv", "tests", "docs"}


READS = """
import sys
opened = set()
sys.addaudithook(lambda event, given: opened.add(str(given[0])) if event == "open" else None)
import app
app.create_app()
print("\\n".join(opened))
"""


def test_every_file_that_the_program_reads_at_its_start_is_copied() -> None:
    """Also one that it would do without in silence."""
    alone = {"SECRET_KEY": "only for this test", "DATABASE_URL": "sqlite://"}
    program = [sys.executable, "-c", READS]
    told = subprocess.run(program, cwd=ROOT, env=alone, capture_output=True, text=True, check=True).stdout
    opened = {path.relative_to(ROOT) for path in map(Path, told.splitlines()) if path.is_relative_to(ROOT)}
    ours = {path for path in opened if not {".venv", ".env", "__pycache__"} & set(path.parts)}
    copied = {word for *sources, _ in copies("app-build") for word in sources}
    assert Path("nlu/rasa/areas.csv") in ours
    assert {
        path for path in ours if not any(path.match(word) or path.is_relative_to(word) for word in copied)
    } == set()


@pytest.mark.parametrize("name", ["pod", "web", "worker", "migrate", "flask", "nlu"])
def test_a_container_of_ours_can_write_nowhere_and_may_do_nothing(name: str) -> None:
    service = COMPOSED[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert int(service["user"].partition(":")[0]) >= 10_000
    assert "ports" not in service


def test_the_model_s_container_has_no_secret_and_shares_the_loopback_of_web_and_worker() -> None:
    service = COMPOSED["nlu"]
    assert not {"secrets", "environment", "env_file", "volumes"} & set(service)
    assert {COMPOSED[name]["network_mode"] for name in ("web", "worker", "nlu", "flask")} == {"service:pod"}
    port = re.search(r'"serve", "--port", "(\d+)"', CONTAINERFILE)
    assert port
    assert COMPOSED["web"]["environment"]["NLU_URL"] == f"http://127.0.0.1:{port[1]}"


def test_what_holds_the_loopback_does_nothing_and_is_no_part_of_an_update() -> None:
    pod = COMPOSED["pod"]
    assert pod["command"] == ["sleep", "infinity"]
    assert pod["init"] is True
    assert pod["healthcheck"] == {"disable": True}
    assert not {"build", "secrets", "environment", "env_file", "volumes"} & set(pod)
    assert not pod["image"].startswith("suarakota")
    assert set(pod["networks"]) == {"front", "back", "outside"}
    assert "reverse_proxy pod:8000" in (IMAGES / "Caddyfile").read_text()


@pytest.mark.parametrize("name", ["web", "worker", "nlu"])
def test_who_goes_first_is_the_same_with_containers_and_units(name: str) -> None:
    (weight,) = unit(UNITS / f"suarakota-{name}.service")["CPUWeight"] or ["100"]
    assert COMPOSED[name]["cpu_shares"] == round(1024 * int(weight) / 100)
    assert COMPOSED["web"]["cpu_shares"] > COMPOSED["nlu"]["cpu_shares"] > COMPOSED["worker"]["cpu_shares"]


def test_web_and_worker_count_together_in_memory() -> None:
    volume = COMPOSE["volumes"]["counts"]["driver_opts"]
    assert volume["type"] == "tmpfs"
    user, _, group = COMPOSED["web"]["user"].partition(":")
    assert f"uid={user},gid={group}," in volume["o"]
    for name in ("web", "worker"):
        assert "counts:/run/suarakota" in COMPOSED[name]["volumes"]
        assert COMPOSED[name]["environment"]["PROMETHEUS_MULTIPROC_DIR"].startswith("/run/suarakota/")


def test_commands_by_hand_alone_see_the_backups() -> None:
    folder = "/var/backups/suarakota"
    seen = {name for name, service in COMPOSED.items() if f"backups:{folder}" in service.get("volumes", [])}
    assert seen == {"flask"}
    assert COMPOSED["flask"]["profiles"]  # so `up` does not start it
    made = next(step for step in stages()["app"] if "install --directory" in step)
    assert folder in made


def test_one_service_builds_each_image() -> None:
    built = {service["image"]: name for name, service in COMPOSED.items() if "build" in service}
    assert built == {"suarakota": "web", "suarakota-nlu": "nlu"}
    assert {COMPOSED[name]["build"]["target"] for name in built.values()} == {"app", "nlu"}


def test_compose_gives_secrets_as_files_and_publishes_the_proxy_alone() -> None:
    for name, service in COMPOSED.items():
        assert ("ports" in service) == (name == "proxy")
        given = set(service.get("secrets", []))
        named = {value for value in (service.get("environment") or {}).values() if "/run/secrets/" in value}
        assert {value.removeprefix("/run/secrets/") for value in named} == given
        assert given <= set(COMPOSE["secrets"])
        assert ":" in service["image"] or service["image"].startswith("suarakota")
    assert COMPOSE["networks"]["back"]["internal"] is True

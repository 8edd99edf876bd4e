"""``make run``: everything on one machine. Prepares what is missing, starts web, worker and NLU, keeps them up.

``python -m scheduler.supervisor nlu``: the NLU server alone, as a service that needs no secret.

Only the standard library and light modules: the parts themselves run as processes of their own.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from dotenv import dotenv_values

from nlu import environment, live
from scheduler import count_folder
from scheduler.child import Child, Kept, say
from scheduler.live_model import LiveModel
from storage.local_secrets import kept_secret

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
READY_WITHIN_S = 90
# A webhook has to be taken within seconds, or the provider gives it up; an answer may be a second late.
STANDS_BACK = 10


def main(arguments: Sequence[str] = ()) -> int:
    """Run until stopped; 1 when something could not even be prepared."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    if list(arguments) == ["nlu"]:
        return _nlu_alone(stop)
    settings = _environment()
    count_folder.prepare(settings)
    try:
        _prepare_database(settings)
        nlu = _nlu(settings, stop)
        others = [_web(settings), *_workers(settings)]
    except subprocess.CalledProcessError as error:
        say(f"'{Path(error.cmd[0]).name} {' '.join(error.cmd[1:])}' failed; see above.")
        return 1
    _supervise(nlu, others, settings, stop)
    return 0


def _nlu_alone(stop: threading.Event) -> int:
    """Where it is served stands in ``live.json``, which NLU_LIVE of web and worker names."""
    try:
        server = _nlu({"PORT": os.environ.get("PORT") or "8000"}, stop)
    except subprocess.CalledProcessError:
        say("The language model could not be trained; see above.")
        return 1
    if server:
        _keep(server, stop)
        _stop(server)
    return 0 if server or stop.is_set() else 1


def _environment() -> dict[str, str]:
    """What is set, completed for a first run: a secret key, and an account for the console."""
    env = _as_set()
    env.setdefault("PORT", "8000")
    env["SECRET_KEY"] = env.get("SECRET_KEY") or kept_secret(ROOT / "var" / "secret_key")
    if not env.get("ADMIN_EMAIL"):
        env |= {
            "ADMIN_EMAIL": "admin@jakarta.example",
            "ADMIN_PASSWORD": kept_secret(ROOT / "var" / "admin_password"),
        }
    return env


def _as_set() -> dict[str, str]:
    """Our environment over the file ``.env``, as the settings read both: nothing in there is overridden."""
    written = dotenv_values(ROOT / ".env")
    return {**{name.upper(): value for name, value in written.items() if value is not None}, **os.environ}


def _prepare_database(env: Mapping[str, str]) -> None:
    for command in (["db", "upgrade"], ["first-account"]):
        _flask(command, env)


def _flask(arguments: Sequence[str], env: Mapping[str, str]) -> None:
    command = [str(BIN / "flask"), "--app", "app", *arguments]
    subprocess.run(command, env=dict(env), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def _web(env: Mapping[str, str]) -> Child:
    address = f"{env.get('HOST', '127.0.0.1')}:{env['PORT']}"
    options = ["--bind", address, "--workers", "2", "--threads", "8", "--graceful-timeout", "6",
               "--worker-class", "scheduler.whole_requests.PatientWorker"]  # fmt: skip
    quiet = ["--log-level", "warning", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]  # noqa: S108
    return Child("web", [str(BIN / "gunicorn"), *options, *quiet, "app:create_app()"], env)


def _workers(env: Mapping[str, str]) -> list[Child]:
    """As many as WORKERS says; more than one helps with PostgreSQL only."""
    count = int(env.get("WORKERS") or 1)
    command = [str(BIN / "flask"), "--app", "app", "worker"]
    nice = int(env.get("WORKER_NICE") or STANDS_BACK)
    return [Child(f"worker {n}", command, env, nice=nice) for n in range(1, count + 1)]


def _nlu(env: dict[str, str], stop: threading.Event) -> list[Kept]:
    """The NLU server, with a model trained for the present data; none where there is no Python 3.10 for it."""
    if env.get("NLU_URL"):
        return []
    try:
        model = _model_for_the_data()
    except environment.EnvironmentMissingError as error:
        say(f"{error} Until then every message is kept, acknowledged and queued for a person.")
        return []
    folder = live.folder_of(env["PORT"], environment.city_data())
    server = LiveModel(folder, model, _serve, environment.clean_environment())
    env |= {"NLU_URL": server.live.url, "NLU_LIVE": str(folder)}
    return [] if stop.is_set() else [server]


def _model_for_the_data() -> Path:
    """Trained where that has not been done; EnvironmentMissingError, CalledProcessError."""
    name, state = _fingerprint()
    if state != "ready":
        say("Training the language model for this data (once, a few minutes at most) ...")
        clean = environment.clean_environment()
        subprocess.run(environment.command(["train"]), env=clean, check=True)  # noqa: S603
        name, _ = _fingerprint()
    return environment.MODELS / name


def _fingerprint() -> tuple[str, str]:
    """The model file for the present data, and whether it is there."""
    command, clean = environment.command(["fingerprint"]), environment.clean_environment()
    told = subprocess.run(command, env=clean, check=False, stdout=subprocess.PIPE, text=True)  # noqa: S603
    _, name, state = told.stdout.split()
    return name, state


def _serve(model: str, port: int) -> list[str]:
    return environment.command(["serve", "--port", str(port), "--model", model])


def _supervise(nlu: Sequence[Kept], others: Sequence[Kept], env: Mapping[str, str], stop: threading.Event) -> None:
    threading.Thread(target=_greet, args=(env, stop), daemon=True).start()
    _keep([*nlu, *others], stop)
    say("Stopping ...")
    _stop(others)
    _stop(nlu)  # until then the workers may be waiting for an answer


def _keep(children: Sequence[Kept], stop: threading.Event) -> None:
    for child in children:
        child.start()
    while not stop.wait(0.2):
        for child in children:
            child.look_after()


def _stop(children: Sequence[Kept]) -> None:
    """All at once: each of them finishes or gives back what it holds."""
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()


def _greet(env: Mapping[str, str], stop: threading.Event) -> None:
    """Wait until a message can be understood, then say where to look."""
    base, until = f"http://{_asked_at(env)}:{env['PORT']}", time.monotonic() + READY_WITHIN_S
    while not _is_ready(base) and time.monotonic() < until:
        if stop.wait(0.3):
            return
    if not _is_ready(base):
        say(f"Not everything is up after {READY_WITHIN_S} seconds; {base}/healthz?deep=1 tells what is missing.")
        return
    say("")
    say("Ready. Messages are answered.")
    say(f"  Be a citizen:     {base}/simulator")
    say(f"  Be a coordinator: {base}/console/   ({env['ADMIN_EMAIL']}, {_password_hint(env)})")
    say("  Stop with Ctrl-C.")


def _asked_at(env: Mapping[str, str]) -> str:
    """The address of the web process on this machine: one of several hosts may listen on its private one alone."""
    address = env.get("HOST", "127.0.0.1")
    return "127.0.0.1" if address == "0.0.0.0" else address  # noqa: S104


def _password_hint(env: Mapping[str, str]) -> str:
    kept = ROOT / "var" / "admin_password"
    made_here = kept.exists() and env.get("ADMIN_PASSWORD") == kept.read_text().strip()
    if made_here and not env.get("ADMIN_PASSWORD_FILE"):
        return f"password {env['ADMIN_PASSWORD']}"
    return "password as in ADMIN_PASSWORD"


def _is_ready(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/healthz?deep=1", timeout=3) as response:  # noqa: S310
            return bool(json.load(response)["ok"])
    except (OSError, urllib.error.URLError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

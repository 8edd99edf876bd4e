"""The whole system under load: web, worker and language model, started as ``make run`` does, each at hand."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import yaml

from benchmarks.load.databases import Place
from benchmarks.load.standin import StandIn
from benchmarks.load.webhooks import Target
from bot.settings import ROOT
from scheduler import count_folder, supervisor
from scheduler.child import Child
from storage import keyring
from storage.database import Database
from tests.support.databases import opened
from tests.support.ports import free_port
from tests.support.settings import ACCOUNT, OUR_SMS, OUR_WHATSAPP, TOKEN

SECRET = "the secret of a measurement"
READY_WITHIN_S = 240  # a first start trains the model
# One WhatsApp number may send and take 80 messages a second; what is measured here is the system and not the
# contract, so its city has one for more.
# Letters to agencies are measured by themselves.
FORWARD_DELAY_S = 24 * 3_600
RATES = {"whatsapp": {"per_second": 1_000, "with_inbound": True}, "sms": {"per_second": 1_000, "unit": "segment"}}


@dataclass(frozen=True)
class Model:
    """The language model's server: its address and its process."""

    url: str
    pid: int


@dataclass
class Town:
    """The running system on one database."""

    place: Place
    target: Target
    twilio: StandIn
    children: dict[str, Child]
    nlu: Model
    env: Mapping[str, str] = field(repr=False)

    @property
    def parts(self) -> dict[str, int]:
        """The processes by what they are."""
        found = {name: child.process.pid for name, child in self.children.items() if child.process}
        return {**found, "nlu": self.nlu.pid, **({"database": self.place.pid} if self.place.pid else {})}

    @contextmanager
    def database(self) -> Iterator[Database]:
        keyring.use(keyring.Keyring((SECRET,)))
        with opened(self.place.url) as database:
            yield database

    def stop_worker(self) -> None:
        self.children["worker"].stop()

    def start_worker(self) -> None:
        self.children["worker"].start()


@contextmanager
def town(place: Place, folder: Path, twilio: StandIn, nlu: Model, smtp_url: str) -> Iterator[Town]:
    """Everything but the language model, which is there already; stopped at the end."""
    folder.mkdir(exist_ok=True)
    env = _environment(place, folder, twilio, nlu.url) | {"SMTP_URL": smtp_url}
    count_folder.prepare(env)
    supervisor._prepare_database(env)
    started = {"web": supervisor._web(env), "worker": supervisor._workers(env)[0]}
    children = {name: _logged(child, folder / f"{name}.log") for name, child in started.items()}
    target = Target("suarakota", env["PUBLIC_URL"])
    made = Town(place, target, twilio, children, nlu, env)
    with _kept(list(children.values())):
        wait_until_ready(f"{target.url}/healthz?deep=1", list(children.values()))
        yield made


@contextmanager
def model_running() -> Iterator[Model]:
    """The language model's server, for all databases in turn."""
    port = free_port()
    trained = supervisor._model_for_the_data()
    child = Child("nlu", supervisor._serve(str(trained), port), _few(os.environ))
    with _kept([child]):
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(f"{url}/webhooks/batch/ready", [child])
        assert child.process
        yield Model(url, child.process.pid)


def _logged(child: Child, log: Path) -> Child:
    """The same, which tells its log to a file and not to whoever waits for the table."""
    command = ["/bin/sh", "-c", 'exec "$@" 2>> "$LOG"', "sh", *child.command]
    return replace(child, command=command, env={**child.env, "LOG": str(log)})


@contextmanager
def _kept(children: list[Child]) -> Iterator[None]:
    try:
        for child in children:
            child.start()
        yield
    finally:
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop()


def wait_until_ready(url: str, children: Sequence[Child] = ()) -> None:
    """Wait until ``url`` answers 200; the run ends where one of ``children`` does not live that long."""
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until and all(child.is_running for child in children):
        try:
            if httpx.get(url, trust_env=False, verify=False, timeout=3).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"{url} did not get ready; see above.")


def _environment(place: Place, folder: Path, twilio: StandIn, nlu_url: str) -> dict[str, str]:
    port = str(free_port())
    return _few(os.environ) | {
        "PORT": port,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": place.url,
        "MEDIA_FOLDER": str(folder / "media"),
        "ERASURE_LEDGER": str(folder / "erasures.jsonl"),
        "CONFIG_FILE": str(_city(folder)),
        "SECRET_KEY": SECRET,
        "NLU_URL": nlu_url,
        "ADMIN_EMAIL": "admin@jakarta.example",
        "ADMIN_PASSWORD": "an invented password",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_WHATSAPP_FROM": OUR_WHATSAPP,
        "TWILIO_SMS_FROM": OUR_SMS,
        "TWILIO_API_BASE": twilio.url,
        "UNVERIFIED_ANSWERS": "give",
        "FORWARD_DELAY_S": str(FORWARD_DELAY_S),
    }


def _few(env: Mapping[str, str]) -> dict[str, str]:
    return {name: env[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in env}


def _city(folder: Path) -> Path:
    """The sample city with a contract for more messages."""
    city = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    city["rates"] |= RATES
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(city, allow_unicode=True), encoding="utf-8")
    return path

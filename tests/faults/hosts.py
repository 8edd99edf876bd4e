"""A city on three hosts with one PostgreSQL and one bucket, each at an address of its own, behind a proxy.

    with city_on_hosts(folder, own_models=False) as city:      # from inside the network's "outside"
        city.hosts[0].loses_power()
        audit(city, sent)

A host runs what ``make run`` starts, in a process namespace of its own, so that it ends as a machine does: all of
it at once.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from sqlalchemy import make_url, text

from bot.settings import ROOT
from scheduler import count_folder
from storage import migrate
from storage.database import Database
from storage.leading import TICKER_LOCK
from storage.models import SenderLease
from tests.faults.shared_files import SharedFiles, shared_files
from tests.faults.wires import OUTSIDE, Network, Place, network
from tests.journeys.conftest import specs
from tests.journeys.town import Town, environment, wait_for
from tests.support import postgres
from tests.support.databases import opened
from tests.support.folders import short_lived_folder
from tests.support.processes import Started, running
from tests.support.settings import ACCOUNT, TOKEN

NUMBERS, DATABASE, BUCKET = (11, 12, 13), 5, 6
READY_WITHIN_S = 900  # three hosts at once on a busy machine
NLU_PORT = 5005
# With the process that started it: nothing of a host may outlive a test that was killed itself.
TOGETHER = ("setpriv", "--pdeathsig=KILL")
OWN_PROCESSES = ("unshare", "--pid", "--uts", "--fork", "--kill-child=KILL", "--mount-proc")
UNDER_ITS_NAME = ("sh", "-c", 'echo "$0" > /proc/sys/kernel/hostname && exec "$@"')
TICKER = text("""
    SELECT host(client_addr) FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE locktype = 'advisory' AND granted AND objid = :key
""").bindparams(key=TICKER_LOCK)
SESSIONS = text("SELECT count(*) FROM pg_stat_activity WHERE host(client_addr) = :address")


@dataclass
class Host:
    """One machine. ``own_model``: it serves the language model; else a table stands in for it."""

    place: Place
    net: Network
    port: int
    env: Mapping[str, str]
    log: Path
    own_model: bool
    system: "subprocess.Popen[bytes] | None" = None
    table: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://{self.place.address}:{self.port}"

    @property
    def media(self) -> Path:
        """Its own folder for files, in which nothing may ever lie: no other host would find it there."""
        return Path(self.env["MEDIA_FOLDER"])

    def start(self) -> None:
        """It boots; its wire is in order."""
        self.net.mend(self.place)
        if not self.own_model:
            self.start_table()
        own = (*OWN_PROCESSES, *UNDER_ITS_NAME, self.place.name)
        self.system = self._started(*own, sys.executable, "-m", "scheduler.supervisor")

    def start_table(self) -> None:
        if self.table is None or self.table.poll() is not None:
            self.table = self._started(sys.executable, "-m", "tests.standins.nlu_table", "--port", str(NLU_PORT))

    def dies(self) -> None:
        """Everything in it is killed with -9; its network is there and says so to whoever it talked with."""
        for process in (self.system, self.table):
            if process is not None:
                process.kill()
                process.wait()
        wait_for(lambda: not self.place.processes(), 10, f"the end of {self.place.name}", every_s=0.02)

    def loses_power(self) -> None:
        """It is gone without a last word."""
        self.net.cut(self.place)
        self.dies()

    def model(self) -> int:
        """The process id of its language model."""
        sign = "commands.py serve" if self.own_model else "nlu_table"
        return wait_for(lambda: self.place.running(sign), 30, f"the model of {self.place.name}")

    def model_dies(self) -> None:
        os.kill(self.model(), signal.SIGKILL)

    def model_hangs(self) -> None:
        """It takes requests and never answers."""
        os.kill(self.model(), signal.SIGSTOP)

    def model_returns(self) -> None:
        """As it was; the supervisor itself starts a model of its own again."""
        if self.own_model:
            os.kill(self.model(), signal.SIGCONT)
            return
        if self.table is not None and self.table.poll() is None:
            os.kill(self.table.pid, signal.SIGCONT)
        self.start_table()

    def is_well(self, deep: str = "?deep=1") -> bool:
        """Whether all of it works; asked from outside."""
        assert self.system is not None
        assert self.system.poll() is None, f"The supervisor of {self.place.name} ended; see {self.log}."
        try:
            return httpx.get(f"{self.url}/healthz{deep}", trust_env=False, verify=False, timeout=15).is_success
        except httpx.HTTPError:
            return False

    def worker(self) -> str:
        """The name of its worker in leases."""
        lines = [line for line in self.log.read_text().splitlines() if '"worker_started"' in line]
        return str(json.loads(lines[-1])["worker"]) if lines else ""

    def _started(self, *command: str) -> "subprocess.Popen[bytes]":
        with self.place.inside(), self.log.open("ab") as said:
            return subprocess.Popen([*TOGETHER, *command], cwd=ROOT, env=dict(self.env), stdout=said, stderr=said)


@dataclass
class City(Town):
    """Hosts behind one address. To the audit it is a town like any other. ``store``: where PostgreSQL is;
    ``files``: where all hosts keep citizens' files; ``sent``: the MessageSids of all that was written so far."""

    net: Network = field(repr=False)
    hosts: Sequence[Host]
    store: Place
    files: SharedFiles
    sent: set[str] = field(default_factory=set)

    def ticker(self, database: Database) -> Host | None:
        """The host whose worker ticks."""
        with database.read() as session:
            return self._at(session.scalar(TICKER))

    def sender(self, database: Database, channel: str = "whatsapp") -> Host | None:
        """The host that sends through a number."""
        with database.read() as session:
            lease = session.get(SenderLease, channel)
        return next((host for host in self.hosts if lease and lease.owner == host.worker()), None)

    def sessions(self, database: Database, host: Host) -> int:
        """How many connections PostgreSQL thinks it has with ``host``."""
        with database.read() as session:
            return session.scalar(SESSIONS, {"address": host.place.address}) or 0

    def is_whole(self) -> bool:
        return all(host.is_well() for host in self.hosts)

    def _at(self, address: str | None) -> Host | None:
        return next((host for host in self.hosts if host.place.address == address), None)


@contextmanager
def city_on_hosts(folder: Path, *, own_models: bool) -> Iterator[City]:
    """Everything started and ready; this thread is outside, at the switch, until the end."""
    with network() as net, net.outside.inside(), ExitStack() as stack:
        store = net.plug("db", DATABASE)
        url = stack.enter_context(_postgresql(store))
        _make_tables(url)
        twilio = stack.enter_context(_outside("twilio", "--account", ACCOUNT, "--token", TOKEN, *_specs()))
        smtp = stack.enter_context(_outside("smtp", "--folder", str(folder / "mails")))
        places = [net.plug(f"host{number}", number) for number in NUMBERS]
        proxy = stack.enter_context(_proxy(places))
        files = stack.enter_context(shared_files(net.plug("bucket", BUCKET)))
        env = environment(folder, proxy.url, url, twilio, smtp) | files.settings
        hosts = [_host(net, place, env, folder, own_model=own_models) for place in places]
        stack.callback(_end, hosts)
        for host in hosts:
            host.start()
        first = hosts[0].system
        assert first is not None
        around = (proxy.url, url, twilio, folder / "mails", env, hosts[0].log)
        city = City(first, *around, net, hosts, store, files)
        wait_for(city.is_whole, READY_WITHIN_S, f"the city ({folder}/*.log)", every_s=0.5)
        yield city


def _host(net: Network, place: Place, env: Mapping[str, str], folder: Path, *, own_model: bool) -> Host:
    port, counts = _port_of(place), folder / f"{place.name}-counts"
    counts.mkdir()
    own = {
        "PORT": str(port),
        count_folder.NAME: str(counts),  # who is killed leaves the usual one behind
        "HOST": "0.0.0.0",
        "MEDIA_FOLDER": str(folder / f"{place.name}-media"),
        **({} if own_model else {"NLU_URL": f"http://127.0.0.1:{NLU_PORT}"}),
    }
    return Host(place, net, port, {**env, **own}, folder / f"{place.name}.log", own_model)


def _port_of(place: Place) -> int:
    """Another one for each: on this one machine they share a folder that is named by it (``nlu.live``)."""
    return 8000 + int(place.address.rpartition(".")[2])


def _end(hosts: Sequence[Host]) -> None:
    for host in hosts:
        host.dies()


@contextmanager
def _postgresql(place: Place) -> Iterator[str]:
    """A server at this address that lets the whole network in; the URL of its database."""
    programs = postgres.binaries()
    assert programs is not None
    with short_lived_folder() as folder, ExitStack() as stack:
        folder.chmod(0o755)
        rules = folder / "hba.conf"
        rules.write_text("host all all 127.0.0.1/32 trust\nhost all all samenet trust\n")
        ours = (f"hba_file={rules}", f"listen_addresses=127.0.0.1,{place.address}", "max_connections=200")
        with place.inside():
            url = stack.enter_context(postgres.cluster(programs, (*postgres.FAST, *ours)))
        yield make_url(url).set(host=place.address).render_as_string(hide_password=False)


def _make_tables(url: str) -> None:
    with opened(url) as database:
        migrate.upgrade(database.engine)


@contextmanager
def _outside(stand_in: str, *arguments: str) -> Iterator[Started]:
    with running(f"tests.standins.{stand_in}", "--host", OUTSIDE, *arguments) as started:
        yield replace(started, host=OUTSIDE)


@contextmanager
def _proxy(places: Sequence[Place]) -> Iterator[Started]:
    behind = [f"--host={place.address}:{_port_of(place)}" for place in places]
    with running("tests.faults.balancer", f"--listen={OUTSIDE}:0", *behind) as started:
        yield replace(started, host=OUTSIDE)


def _specs() -> list[str]:
    path = specs()
    return ["--specs", str(path)] if path else []

"""A network of our own inside this machine: network namespaces on a switch, whose wires a test can pull.

    with network() as net:
        one = net.plug("one", 11)        # a place with the address 10.77.0.11
        with one.inside(): ...           # sockets and processes made in here are there
        net.cut(one)                     # nothing gets through any more, and nobody is told

Namespaces are held by open files of this process alone: whatever happens to it, the kernel takes them away with
the last process inside, and with them every interface. Nothing of the machine's own network is touched.
"""

import ctypes
import functools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SUBNET, OUTSIDE = "10.77.0", "10.77.0.1"
SWITCH, PLUG = "switch", "eth0"
NOBODY = "02:00:00:00:00:99"
NEW_NETWORK = 0x40000000  # CLONE_NEWNET of linux/sched.h
PROCESSES = Path("/proc")
_libc = ctypes.CDLL(None, use_errno=True)


@functools.cache
def why_not() -> str:
    """Why there can be no such network here; empty where there can."""
    if os.geteuid() != 0:
        return "Only root may make network namespaces."
    if not shutil.which("ip") or not shutil.which("unshare"):
        return "ip (iproute2) or unshare (util-linux) is missing."
    try:
        with network() as net:
            net.plug("trial", 99)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"This kernel makes no network namespaces, bridges or veth pairs: {error}"
    return ""


@dataclass(frozen=True)
class Place:
    """One network namespace: what a machine sees of the network. ``file`` holds it."""

    name: str
    address: str
    file: int

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This thread is there, and what it starts: threads, processes, sockets."""
        before = _present()
        _enter(self.file)
        try:
            yield
        finally:
            _enter(before)
            os.close(before)

    def ip(self, command: str) -> None:
        """``ip COMMAND`` there; CalledProcessError when it fails."""
        self.run("ip", *command.split())

    def run(self, *command: str) -> None:
        with self.inside():
            subprocess.run(command, check=True, capture_output=True, text=True)

    def processes(self) -> dict[int, str]:
        """What runs there: command lines by process id."""
        here = os.fstat(self.file).st_ino
        return {pid: _command(pid) for pid in _all_processes() if _network_of(pid) == here}

    def running(self, sign: str) -> int:
        """The id of a process there that has ``sign`` in its command line; 0 where there is none."""
        return next((pid for pid, command in self.processes().items() if sign in command), 0)


class Network:
    """Places on one switch. ``outside`` is where the switch stands: the internet, the proxy, the test."""

    def __init__(self) -> None:
        self.outside = _new_place("outside", OUTSIDE)
        self.places: list[Place] = [self.outside]
        self.outside.ip(f"link add name {SWITCH} type bridge")
        self.outside.ip(f"address add {OUTSIDE}/24 dev {SWITCH}")
        self.outside.ip(f"link set dev {SWITCH} up")

    def plug(self, name: str, number: int) -> Place:
        """A new place with the address 10.77.0.``number``."""
        place = _new_place(name, f"{SUBNET}.{number}")
        self.places.append(place)
        there = f"/proc/{os.getpid()}/fd/{place.file}"
        self.outside.ip(f"link add name {name} type veth peer name {PLUG} netns {there}")
        self.outside.ip(f"link set dev {name} master {SWITCH} up")
        place.ip(f"address add {place.address}/24 dev {PLUG}")
        place.ip(f"link set dev {PLUG} up")
        return place

    def cut(self, place: Place) -> None:
        """Somewhere on the way the wire is broken: the machine itself sees nothing but silence."""
        self.outside.ip(f"link set dev {place.name} nomaster")

    def mend(self, place: Place) -> None:
        """Whatever was done to this wire."""
        self.outside.ip(f"link set dev {place.name} up master {SWITCH}")

    def unplug(self, place: Place) -> None:
        """The machine sees that its wire is out."""
        self.outside.ip(f"link set dev {place.name} down")

    def deafen(self, place: Place, to: Place) -> None:
        """One way only: what ``to`` sends never reaches ``place``, though ``to`` hears it."""
        to.ip(f"neighbour replace {place.address} lladdr {NOBODY} dev {PLUG} nud permanent")

    def undeafen(self, place: Place, to: Place) -> None:
        to.ip(f"neighbour delete {place.address} dev {PLUG}")

    def slow(self, place: Place, kilobits: int) -> None:
        """``kilobits`` a second in each direction; queues of ten seconds before anything is dropped."""
        shape = f"root tbf rate {kilobits}kbit burst 16kb latency 10s".split()
        self.outside.run("tc", "qdisc", "replace", "dev", place.name, *shape)
        place.run("tc", "qdisc", "replace", "dev", PLUG, *shape)

    def quicken(self, place: Place) -> None:
        """As fast as before ``slow``."""
        self.outside.run("tc", "qdisc", "delete", "dev", place.name, "root")
        place.run("tc", "qdisc", "delete", "dev", PLUG, "root")

    def close(self) -> None:
        for place in self.places:
            os.close(place.file)


@contextmanager
def network() -> Iterator[Network]:
    net = Network()
    try:
        yield net
    finally:
        net.close()


def _new_place(name: str, address: str) -> Place:
    before = _present()
    try:
        _checked(_libc.unshare(NEW_NETWORK))
        place = Place(name, address, _present())
    finally:
        _enter(before)
        os.close(before)
    place.ip("link set lo up")
    return place


def _present() -> int:
    """A file that holds this thread's network namespace."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _enter(file: int) -> None:
    _checked(_libc.setns(file, NEW_NETWORK))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _all_processes() -> list[int]:
    return [int(path.name) for path in PROCESSES.iterdir() if path.name.isdigit()]


def _network_of(pid: int) -> int | None:
    try:
        return (PROCESSES / str(pid) / "ns" / "net").stat().st_ino
    except OSError:
        return None


def _command(pid: int) -> str:
    try:
        words = (PROCESSES / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace").strip()

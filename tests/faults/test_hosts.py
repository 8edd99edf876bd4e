"""Three hosts, one PostgreSQL, one bucket: they are cut off, killed and brought back while the city writes.

What must be true after: the audit's rules; that every photo is in the bucket and on no host; that whoever ticked
is followed within ten seconds; that a host which is cut off says so itself within seconds; that nobody is put off
because one host's language model is away, and nobody waits because the bucket is.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.models import OutboundMessage
from tests.faults import records
from tests.faults.audit import audit
from tests.faults.cost import cost_of, lateness, note, quantile
from tests.faults.hosts import City, Host, city_on_hosts
from tests.faults.losing import TEXT
from tests.faults.mixed import photos_at
from tests.faults.posting import webhooks_of
from tests.faults.shared_files import check_files, put_off, unfetched, with_photos
from tests.faults.stream import Writing, stream, writing_to
from tests.faults.wires import why_not
from tests.journeys.town import wait_for
from tests.standins.citizen import Citizen
from tests.support import postgres

pytestmark = [pytest.mark.processes, pytest.mark.faults_quick]

TAKEN_OVER_WITHIN_S = 10
NOTICED_WITHIN_S = 10
BACK_WITHIN_S = 300  # on a busy machine
SETTLED_WITHIN_S = 300
ASKS_FOR_S = 10
PHOTOS, ANSWERED_WITHIN_S, GIVEN_UP_WITHIN_S = 3, 60, 60
SLOW_KILOBITS = 128
QUESTION = "KTP saya hilang, cara urusnya gimana ya?"


@dataclass(frozen=True)
class Size:
    """``own_models``: Rasa on each host, else a table; ``a_second``: messages; ``lasts_s``: of each misfortune.

    ``answered_s``: with a model that hangs the first who are asked wait for its time-out; None where the machine
    is shared and the time says nothing.
    """

    own_models: bool
    a_second: float
    lasts_s: float
    answered_s: float | None = None


QUICK = Size(own_models=False, a_second=5, lasts_s=3)
LONG = Size(own_models=True, a_second=15, lasts_s=20, answered_s=25)


def sizes(name: str, short: Sequence[str], in_full: Sequence[str]) -> pytest.MarkDecorator:
    """The quick form with ``short`` as ``name``, the long one with ``in_full``."""
    quick = [pytest.param(QUICK, what, id=f"quick-{what}") for what in short]
    long = [pytest.param(LONG, what, id=f"long-{what}", marks=pytest.mark.faults) for what in in_full]
    return pytest.mark.parametrize(("size", name), [*quick, *long])


quick, long = pytest.param(QUICK, id="quick"), pytest.param(LONG, id="long", marks=pytest.mark.faults)
both, long_only = pytest.mark.parametrize("size", [quick, long]), pytest.mark.parametrize("size", [long])


class Ground:
    """One city at a time stands on it, for all tests that want its size: it takes long to build."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders, self._stack = folders, ExitStack()
        self._size: Size | None = None

    def city(self, size: Size) -> City:
        if self._size != size:
            self.clear()
            folder = self._folders.mktemp("hosts")
            self._city = self._stack.enter_context(city_on_hosts(folder, own_models=size.own_models))
            self._size = size
        return self._city

    def clear(self) -> None:
        self._size = None
        self._stack.close()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    if reason := why_not():
        pytest.skip(reason)
    if postgres.binaries() is None:
        pytest.skip("No PostgreSQL to be used is here.")
    ground = Ground(tmp_path_factory)
    try:
        yield ground
    finally:
        ground.clear()


@pytest.fixture
def city(ground: Ground, size: Size) -> City:
    return ground.city(size)


@contextmanager
def day(city: City, what: str, a_second: float) -> Iterator[Writing]:
    """Citizens write while ``what`` is done to the city; every rule must hold afterwards."""
    with webhooks_of(city) as webhooks:
        with stream(city, webhooks, a_second, most=3_000, seed=len(city.sent)) as writing:
            yield writing
        city.sent |= writing.sent
        found = audit(city, city.sent, SETTLED_WITHIN_S)
        folders = [host.media for host in city.hosts]
        photos = with_photos(writing.forms)
        by = check_files(city, city.files, folders, photos, SETTLED_WITHIN_S)
        print(f"{what}: {len(photos)} photos, by worker {dict(by)}")  # noqa: T201
        note(cost_of(city, f"three hosts: {what}", webhooks, found))


Misfortune = tuple[Callable[[City, Host], None], Callable[[City, Host], None]]
# What is done to a host, and how it is undone.
MISFORTUNES: dict[str, Misfortune] = {
    "it is cut off": (lambda city, host: city.net.cut(host.place), lambda city, host: city.net.mend(host.place)),
    "it is killed": (lambda city, host: host.dies(), lambda city, host: host.start()),
    "its power fails": (lambda city, host: host.loses_power(), lambda city, host: host.start()),
    "its cable is out": (
        lambda city, host: city.net.unplug(host.place),
        lambda city, host: city.net.mend(host.place),
    ),
    "it cannot hear the database": (
        lambda city, host: city.net.deafen(host.place, to=city.store),
        lambda city, host: city.net.undeafen(host.place, to=city.store),
    ),
    "the database cannot hear it": (
        lambda city, host: city.net.deafen(city.store, to=host.place),
        lambda city, host: city.net.undeafen(city.store, to=host.place),
    ),
}


@sizes("misfortune", ["it is cut off"], [*MISFORTUNES])
def test_who_ticks_is_followed(city: City, size: Size, misfortune: str) -> None:
    befalls, is_over = MISFORTUNES[misfortune]
    with day(city, f"who ticks: {misfortune}", size.a_second), city.database() as database:
        time.sleep(size.lasts_s)
        ticker = wait_for(lambda: city.ticker(database), 20, "somebody who ticks")
        began = time.monotonic()
        befalls(city, ticker)
        wait_for(lambda: _another(city, database, ticker), 2 * TAKEN_OVER_WITHIN_S, "another ticker", every_s=0.02)
        took = time.monotonic() - began
        time.sleep(size.lasts_s)
        is_over(city, ticker)
        wait_for(city.is_whole, BACK_WITHIN_S, "all hosts", every_s=0.5)
    print(f"{misfortune}: another ticks after {took:.1f} s")  # noqa: T201
    assert took < TAKEN_OVER_WITHIN_S


@long_only
def test_who_sends_is_cut_off_amid_sending(city: City, size: Size) -> None:
    """It still reaches Twilio, and nobody hears what it has sent: that is looked up, and sent no second time."""
    with day(city, "who sends cannot hear the database", size.a_second), city.database() as database:
        sender = wait_for(lambda: city.sender(database), 20, "somebody who sends")
        wait_for(lambda: _on_their_way(database), 20, "a message on its way", every_s=0.005)
        began = time.monotonic()
        city.net.deafen(sender.place, to=city.store)
        wait_for(lambda: city.sender(database) not in (None, sender), 60, "another sender", every_s=0.05)
        print(f"another host sends after {time.monotonic() - began:.1f} s")  # noqa: T201
        time.sleep(size.lasts_s)
        city.net.undeafen(sender.place, to=city.store)
        wait_for(city.is_whole, BACK_WITHIN_S, "all hosts", every_s=0.5)


@both
def test_who_is_cut_off_says_so(city: City) -> None:
    """A connection that is half open is noticed at both ends: here by a request, there by PostgreSQL."""
    host = city.hosts[0]
    with city.database() as database:
        sessions = city.sessions(database, host)
        began = time.monotonic()
        city.net.cut(host.place)
        with ThreadPoolExecutor(1) as pool:
            with host.place.inside():
                word = pool.submit(_says_so, host)
            wait_for(lambda: not city.sessions(database, host), 120, "the end of its sessions", every_s=0.05)
            dropped, noticed = time.monotonic() - began, word.result() - began
        city.net.mend(host.place)
        began = time.monotonic()
        wait_for(lambda: host.is_well(""), 60, "its return", every_s=0.05)
    print(f"cut off with {sessions} connections: says so after {noticed:.1f} s, PostgreSQL lets go after "  # noqa: T201
          f"{dropped:.1f} s; well {time.monotonic() - began:.1f} s after its return")  # fmt: skip
    assert sessions > 0
    assert noticed < NOTICED_WITHIN_S
    assert dropped < NOTICED_WITHIN_S


@sizes("how", ["hangs"], ["hangs", "is dead"])
def test_the_model_of_one_host_is_away(city: City, size: Size, how: str) -> None:
    """Its worker leaves the work to those of the others; nobody is told to wait."""
    host = city.hosts[1]
    with city.database() as database, day(city, f"a model {how}", size.a_second) as writing:
        before = _told_to_wait(database)
        host.model_hangs() if how == "hangs" else host.model_dies()
        asked = _ask(city, writing, ASKS_FOR_S + size.lasts_s)
        host.model_returns()
        wait_for(host.is_well, BACK_WITHIN_S, "the model", every_s=0.5)
        told = _told_to_wait(database) - before
    with city.database() as database, database.read() as session:
        late = lateness(records.read(city, session), writing.webhooks.first)
    took = sorted(late[sid] for sid in asked)
    print(f"a model {how}: answers after {quantile(took, 0.5):.1f} s, 95 % {quantile(took, 0.95):.1f} s, "  # noqa: T201
          f"the last {took[-1]:.1f} s")  # fmt: skip
    assert not told
    assert size.answered_s is None or took[-1] < size.answered_s


@long_only
def test_no_host_has_a_model(city: City) -> None:
    """Emergencies are answered as ever, the others are told to wait; and all is understood when one returns."""
    with webhooks_of(city) as webhooks, writing_to(webhooks) as writing, city.database() as database:
        before = _told_to_wait(database)
        for host in city.hosts:
            host.model_hangs()
        told, alarmed = city.citizen(), city.citizen()
        writing.write(told.form("lampu jalan mati di gang kober rt 3 sudah lama gelap"))
        writing.write(alarmed.form("ada kebakaran di Jl. Kenanga 5, api sudah ke atap, tolong"))
        wait_for(lambda: city.messages_to(alarmed), 60, "the answer to an emergency")
        wait_for(lambda: city.messages_to(told), 60, "word that it takes a while")
        assert _told_to_wait(database) == before + 1, "but to nobody whose life is in danger"
        city.hosts[2].model_returns()
        wait_for(lambda: len(city.messages_to(told)) > 1, 60, "the answer itself")
        for host in city.hosts[:2]:
            host.model_returns()
        city.sent |= writing.sent
    wait_for(city.is_whole, BACK_WITHIN_S, "all hosts", every_s=0.5)
    audit(city, city.sent, SETTLED_WITHIN_S)


@long_only
def test_the_wire_of_one_host_is_slow(city: City, size: Size) -> None:
    host = city.hosts[2]
    with day(city, f"a wire of {SLOW_KILOBITS} kbit/s", size.a_second):
        city.net.slow(host.place, SLOW_KILOBITS)
        time.sleep(3 * size.lasts_s)
        city.net.quicken(host.place)
        wait_for(city.is_whole, BACK_WITHIN_S, "all hosts", every_s=0.5)


# What keeps the hosts from the bucket, and how it is undone.
AWAY: dict[str, tuple[Callable[[City], None], Callable[[City], None]]] = {
    "hangs": (lambda city: city.files.hangs(), lambda city: city.files.goes_on()),
    "is out of reach": (
        lambda city: city.net.cut(city.files.place),
        lambda city: city.net.mend(city.files.place),
    ),
}


@sizes("how", ["hangs"], [*AWAY])
def test_the_bucket_is_away(city: City, size: Size, how: str) -> None:
    """Photos wait for it, and nobody waits for a photo. That they arrive at last is seen at the end of the day."""
    goes, returns = AWAY[how]
    with city.database() as database, day(city, f"the bucket {how}", size.a_second) as writing:
        time.sleep(1)
        goes(city)
        began = time.monotonic()
        senders, photos = _send_photos(city, writing)
        wait_for(lambda: all(map(city.messages_to, senders)), ANSWERED_WITHIN_S, "answers to photos")
        answered = time.monotonic() - began
        time.sleep(size.lasts_s)
        wait_for(lambda: put_off(database, photos), GIVEN_UP_WITHIN_S, "a photo that is put off")
        writing.acknowledged()
        answers = set(writing.webhooks.answers)
        assert unfetched(database, photos) == len(photos)
        assert city.hosts[0].is_well(""), "the proxy leaves it in"
        assert not city.hosts[0].is_well(), "but it says what is wrong"
        returns(city)
        wait_for(city.is_whole, BACK_WITHIN_S, "all hosts", every_s=0.5)
    print(f"the bucket {how}: answers to photos after {answered:.1f} s")  # noqa: T201
    assert answers == {200}, "citizens' messages were taken all the time"


def _another(city: City, database: Database, former: Host) -> bool:
    return city.ticker(database) not in (None, former)


def _says_so(host: Host) -> float:
    """When a host itself, asked on its loopback, no longer calls itself well (``time.monotonic``)."""
    wait_for(lambda: _own_health(host) == 503, 120, "the host's own word for it")
    return time.monotonic()


def _own_health(host: Host) -> int:
    try:
        address = f"http://127.0.0.1:{host.port}/healthz"
        return httpx.get(address, trust_env=False, verify=False, timeout=120).status_code
    except httpx.HTTPError:
        return 0


def _on_their_way(database: Database) -> int:
    with database.read() as session:
        sending = (OutboundMessage.state == "sending", OutboundMessage.channel == "whatsapp")
        return session.scalar(select(func.count()).where(*sending)) or 0


def _told_to_wait(database: Database) -> int:
    """How often somebody was told that the answer takes a while."""
    with database.read() as session:
        return session.scalar(select(func.count()).where(OutboundMessage.wording == "received_wait")) or 0


def _send_photos(city: City, writing: Writing) -> tuple[list[Citizen], list[str]]:
    """Reports with a photo each, by somebody else each; who wrote, and the MessageSids."""
    senders = [city.citizen() for _ in range(PHOTOS)]
    told = enumerate(zip(senders, photos_at(city), strict=False))
    forms = [citizen.photo_form(TEXT.format(n=n), photo) for n, (citizen, photo) in told]
    writing.write(*forms)
    return senders, [form["MessageSid"] for form in forms]


def _ask(city: City, writing: Writing, for_s: float) -> list[str]:
    """Questions of which each has its answer at once, two a second, each from somebody else; their MessageSids."""
    asked, until = [], time.monotonic() + for_s
    while time.monotonic() < until:
        form = city.citizen().form(QUESTION)
        writing.write(form)
        asked.append(form["MessageSid"])
        time.sleep(0.5)
    return asked

"""Every process is killed with -9 again and again while citizens write: nothing is lost, nothing comes twice."""

import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.models import InboundMessage, OutboundMessage
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town, wait_for
from tests.standins.citizen import MESSAGES
from tests.support import databases
from tests.support.databases import PostgresTemplate

pytestmark = pytest.mark.processes

QUICK, LONG = (250, 3), (1_000, 10)
sizes = pytest.mark.parametrize(
    ("messages", "kills"), [QUICK, pytest.param(*LONG, marks=pytest.mark.faults)], ids=["quick", "long"]
)
CITIZENS = 400
LIFE_S = 4  # long enough to load the application and do some work, or to die while loading the model
SETTLED_WITHIN_S = 240
LOOK_EVERY_S = 0.3
TEXTS = (
    "jalan berlubang di Jl. Kenanga depan pasar {n}, tolong diperbaiki",
    "sampah di TPS RW {n} Duri Kepa tidak diangkut seminggu, bau sekali",
    "lampu jalan mati di gang kober rt {n} sudah lama gelap",
    "KTP saya hilang, cara urusnya gimana ya?",
    "halo selamat pagi",
    "laporan saya sudah sampai mana ya",
    "terima kasih banyak",
    "pinjaman cepat cair tanpa jaminan hubungi kami sekarang {n}",
    "got mampet di depan mushola rt {n} cipinang, air meluap ke rumah",
    "pohon hampir tumbang di Jl. Cempaka nomor {n} tolong dipangkas",
)


@sizes
def test_messages_while_everything_is_killed(tmp_path: Path, messages: int, kills: int) -> None:
    with town(tmp_path, specs=specs()) as place:
        _write_while_killing(place, messages, kills)


@sizes
def test_two_workers_on_postgresql_are_killed_as_well(
    tmp_path: Path, request: pytest.FixtureRequest, messages: int, kills: int
) -> None:
    if databases.POSTGRESQL not in databases.kinds():
        return  # the summary says loudly that PostgreSQL is not tested
    template: PostgresTemplate = request.getfixturevalue("postgresql_template")
    with template.empty() as url, town(tmp_path, url, specs(), workers=2) as place:
        _write_while_killing(place, messages, kills)


def _write_while_killing(place: Town, messages: int, kills: int) -> None:
    forms = list(_forms(place, messages))
    with ThreadPoolExecutor(3 + 8) as pool:
        killers = [pool.submit(_kill, place, kind, kills) for kind in ("web", "worker", "nlu")]
        list(pool.map(lambda form: _insist(place, form), _with_repeats(forms)))
        for killer in killers:
            killer.result()
    with place.database() as database:
        wait_for(lambda: _is_settled(database), SETTLED_WITHIN_S, "the end of all work", LOOK_EVERY_S)
    _audit(place, {form["MessageSid"] for form in forms})


def _forms(place: Town, messages: int) -> Iterator[dict[str, str]]:
    citizens = [place.citizen() for _ in range(CITIZENS)]
    texts = itertools.cycle(TEXTS)
    for n in range(messages):
        yield citizens[n % CITIZENS].form(next(texts).format(n=n))


def _with_repeats(forms: list[dict[str, str]]) -> list[dict[str, str]]:
    """Every tenth message comes again: at once, or much later."""
    rng = random.Random(2)
    late = rng.sample(forms, len(forms) // 20)
    return [again for form in forms for again in ([form] * (2 if rng.random() < 0.05 else 1))] + late


def _insist(place: Town, form: dict[str, str]) -> None:
    """Post until it is acknowledged, as Twilio does with retries and a fallback address."""
    line = place.citizen().line
    for _ in range(600):
        try:
            with httpx.Client(trust_env=False, verify=False, timeout=15) as client:
                if line.post(form, MESSAGES, client).status_code == httpx.codes.OK:
                    return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("A message was never acknowledged.")


def _kill(place: Town, kind: str, times: int) -> None:
    """Kill one kind of process; again only when it has risen and worked for a moment."""
    for _ in range(times):
        pid = wait_for(lambda: place.children().get(kind), 60, f"{kind} to be up", LOOK_EVERY_S)
        time.sleep(LIFE_S)
        os.kill(pid, signal.SIGKILL)
        wait_for(
            lambda pid=pid: place.children().get(kind) not in (pid, None), 60, f"{kind} to rise", LOOK_EVERY_S
        )


def _is_settled(database: Database) -> bool:
    with database.read() as session:
        unread = session.scalar(select(func.count()).where(InboundMessage.state != "done"))
        unsent = session.scalar(
            select(func.count()).where(OutboundMessage.state.in_(("waiting", "sending", "in_doubt")))
        )
    return not unread and not unsent


def _audit(place: Town, sent: set[str]) -> None:
    with place.database() as database, database.read() as session:
        stored = session.scalars(select(InboundMessage)).all()
        written = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "whatsapp")).all()
    assert Counter(message.external_id for message in stored) == Counter(sent), "each is stored once"
    assert all(message.outcome for message in stored), "each has an outcome"
    assert Counter(message.outcome for message in stored)["error"] == 0, "and none is an error"
    wanted = Counter((row.recipient, row.body["text"]) for row in written if not row.at_least_once)
    # A question's choices stand numbered behind its text.
    arrived = Counter((m["to"], m["body"].partition("\n1. ")[0]) for m in place.sent_messages())
    numbered = {key: count for key, count in arrived.items() if key in wanted}
    assert numbered == wanted, "each reply arrived once, none twice"
    assert place.violations() == []

"""``python -m benchmarks.rates``: how exactly a line keeps its rate, counted by a Twilio stand-in.

A backlog of more messages than can go out waits; messages come in all the while and count as well. What went out a
second is what the stand-in's own clock says.
"""

import argparse
import logging
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bot.city.rates import Rate, Rates
from bot.clock import system_clock
from bot.delivery.delivery import SENDERS, Courier
from bot.messages import WHATSAPP
from bot.rulebook import Rulebook, load_rulebook
from storage import keyring, migrate
from storage.database import Database, open_database
from storage.keyring import Keyring
from storage.models import InboundMessage
from tests.support.outbox import Post
from tests.support.settings import isolated_settings
from tests.support.twilio import Twilio, twilio_running

MARGIN = 1.2


def main() -> None:
    given = _arguments().parse_args()
    logging.disable(logging.WARNING)
    keyring.use(Keyring(("rates",)))
    with tempfile.TemporaryDirectory() as folder, twilio_running("--no-callbacks") as twilio:
        database = open_database(given.database_url or f"sqlite:///{folder}/rates.db")
        migrate.upgrade(database.engine)
        _run(database, twilio, given.rate, given.inbound, given.seconds)


def _run(database: Database, twilio: Twilio, rate: float, inbound: float, seconds: float) -> None:
    office = Post(database, system_clock())  # type: ignore[arg-type]
    _backlog(office, int(rate * seconds * MARGIN))
    stop, came = threading.Event(), Counter[str]()
    with ThreadPoolExecutor(SENDERS) as pool:
        channels = {WHATSAPP: twilio.channel()}
        courier = Courier(database, channels, system_clock(), "rates", pool, _rulebook(rate))
        line = next(line for line in courier.lines if line.channel == WHATSAPP)
        coming = threading.Thread(target=_come_in, args=(database, inbound, stop, came))
        coming.start()
        began = time.monotonic()
        used = time.process_time()
        while time.monotonic() - began < seconds:
            courier.start(line)
        took, used = time.monotonic() - began, time.process_time() - used
        stop.set()
        coming.join()
    _tell(twilio, rate, came["in"], took, used)


def _tell(twilio: Twilio, rate: float, came: int, took: float, used: float) -> None:
    out = len(twilio.get("messages"))
    per_second = Counter(int(message["at"]) for message in twilio.get("messages"))
    both, wanted = out + came, rate * took
    print(f"{out} out and {came} in during {took:.1f} s: {both / took:.2f} a second, wanted {rate:g}"
          f" ({100 * (both / wanted - 1):+.2f} %); busiest second {max(per_second.values())} out;"
          f" {1000 * used / out:.1f} ms of this process a message")  # fmt: skip


def _rulebook(rate: float) -> Rulebook:
    rulebook = load_rulebook(isolated_settings())
    rates = Rates(whatsapp=Rate(per_second=rate, with_inbound=True))
    return replace(rulebook, city=rulebook.city.model_copy(update={"rates": rates}))


def _backlog(office: Post, messages: int) -> None:
    for n in range(messages):
        phone = f"+6280007{n:05d}"
        office.write("Halo", conversation_id=office.conversation(phone), recipient=f"whatsapp:{phone}")


def _come_in(database: Database, rate: float, stop: threading.Event, came: Counter[str]) -> None:
    """Citizens write, evenly."""
    clock = system_clock()
    while rate and not stop.wait(1 / rate):
        came["in"] += 1
        with database.begin() as session:
            nothing = {"address_hash": "x", "address": "x", "content": {}, "raw": {}, "text": ""}
            named = {"channel": WHATSAPP, "external_id": f"SM{came['in']}"}
            session.add(InboundMessage(**nothing, **named, received_at=clock.now()))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=80, help="messages a second, in and out together")
    parser.add_argument("--inbound", type=float, default=20, help="of them messages that come in")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database-url", default="", help="an empty database; else SQLite in a temporary folder")
    return parser


if __name__ == "__main__":
    main()

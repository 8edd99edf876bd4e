"""``python -m benchmarks.open_map``: the map's answers over 60,000 open tickets with pins, invented in a moment.

Each must be there within 200 ms (on a machine that does nothing else) and be no more than 200 kB; the first look
of a process, which reads all of them, is told beside.
"""

import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from random import Random
from urllib.parse import urlencode

from flask.testing import FlaskClient

PINS = int(os.environ.get("PINS", "60000"))
MOST_MS, MOST_KB, RUNS = 200, 200, 7
# As a desk and a telephone ask: the whole city, a quarter, a street; and what nobody should ask.
VIEWS = (
    ("the city, desk", (-6.40, 106.64, -6.05, 107.02), 12, {}),
    ("the city, telephone", (-6.42, 106.70, -6.02, 106.96), 10.5, {}),
    ("one service", (-6.40, 106.64, -6.05, 107.02), 12, {"service": "sampah"}),
    ("overdue", (-6.40, 106.64, -6.05, 107.02), 12, {"overdue": "1"}),
    ("a district", (-6.27, 106.80, -6.18, 106.90), 14, {}),
    ("a street", (-6.222, 106.846, -6.212, 106.860), 17, {}),
    ("the world, as near as can be", (-85, -180, 85, 180), 22, {}),
    ("the city, as near as can be", (-6.40, 106.64, -6.05, 107.02), 22, {}),
)


def main() -> int:
    """Measure and print; 1 where an answer is over the limits."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DATABASE_URL=f"sqlite:///{folder}/map.db", SECRET_KEY="benchmark", MEDIA_FOLDER=folder)
        browser = _browser()
        began = time.perf_counter()
        browser.get("/console/map/points")
        print(f"{1000 * (time.perf_counter() - began):7.0f} ms  the first look of a process, {PINS} pins")
        return 1 if any([_is_over(browser, *view) for view in VIEWS]) else 0  # noqa: C419 - all are to be seen


def _is_over(browser: FlaskClient, name: str, box: tuple[float, ...], zoom: float, more: dict[str, str]) -> bool:
    sides = dict(zip(("south", "west", "north", "east"), box, strict=True))
    address = f"/console/map/points?{urlencode({**sides, 'zoom': zoom, **more})}"
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        answer = browser.get(address)
        times.append(1000 * (time.perf_counter() - began))
    middle, size = statistics.median(times), len(answer.data) / 1000
    told = answer.get_json()
    marks = f"{len(told['clusters'])} clusters, {len(told['tickets'])} tickets of {told['total']}"
    print(f"{middle:7.0f} ms {max(times):7.0f} ms {size:6.1f} kB  {name}: {marks}")
    return middle > MOST_MS or size > MOST_KB


def _browser() -> FlaskClient:
    """Somebody who has logged in to an invented city."""
    from app import create_app
    from bot.accounts.accounts import create_user
    from handlers.edge import KEY
    from storage.migrate import upgrade

    app = create_app()
    app.config["WTF_CSRF_ENABLED"] = False
    here = app.extensions[KEY]
    upgrade(here.database.engine)
    now = here.clock.now()
    with here.database.begin() as session:
        create_user(session, "map@jakarta.example", "an invented password", "coordinator", now)
        _fill(session, here.rulebook.city, now)
    browser = app.test_client()
    browser.post("/login", data={"email": "map@jakarta.example", "password": "an invented password"})
    return browser


def _fill(session, city, now):  # type: ignore[no-untyped-def]
    from sqlalchemy import insert

    from storage.models import Citizen, Conversation, Ticket

    citizen = Citizen(created_at=now)
    session.add(citizen)
    session.flush()
    talk = Conversation(channel="sms", address_hash="x", address="x", citizen_id=citizen.id, created_at=now)
    session.add(talk)
    session.flush()
    random, services = Random(1), list(city.services)
    rows = []
    for n in range(PINS):
        service, created = random.choice(services), now - timedelta(days=random.random() * 60)
        due = created + timedelta(days=14)
        rows.append({
            "number": f"JK-{n:06}-X", "citizen_id": citizen.id, "conversation_id": talk.id, "kind": "lapor",
            "service": service, "agency": city.services[service].agency, "status": "waiting", "story": "-",
            "masked_story": "-", "area": f"Kelurahan {n % 265}", "latitude": random.gauss(-6.22, 0.05),
            "longitude": random.gauss(106.83, 0.05), "created_at": created, "forward_at": created,
            "verify_by": due, "answer_by": due, "solve_by": due, "reopened": 0, "moves": 0,
        })  # fmt: skip
    session.execute(insert(Ticket), rows)


if __name__ == "__main__":
    sys.exit(main())

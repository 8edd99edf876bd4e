"""More than usual: webhooks as fast as they are taken, a busy day's mixture, a backlog, letters that fall due."""

import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, update

from benchmarks.load import generator, traffic
from benchmarks.load.figures import ACKNOWLEDGED, RATE, TIME, Figure, Goal, spread
from benchmarks.load.machine import Usage
from benchmarks.load.replies import replies, wait_for_replies
from benchmarks.load.road import REPLY, settle
from benchmarks.load.sizes import CONNECTIONS, MIXED_RATE
from benchmarks.load.town import Town
from storage.models import FollowUp, InboundMessage, OutboundMessage
from tests.standins.citizen import MESSAGES
from tests.support.pictures import jpeg

PHOTOS, PHOTO_SIZE = 8, (1_600, 1_200)
ACK_GOALS = {"SQLite": Goal(100), "PostgreSQL": Goal(50)}
LETTERS_WITHIN_S = 300


def acknowledged_and_drained(town: Town, count: int, setup: str) -> list[Figure]:
    """While the worker is away ``count`` messages come in, as fast as they are taken; then it comes back."""
    forms = traffic.messages(count)
    requests = [town.target.request(form) for form in forms]
    settle(town)
    town.stop_worker()
    town.twilio.clear()
    usage = Usage(town.parts)
    run = generator.as_fast_as_taken(town.target, requests, CONNECTIONS)
    used, times = usage.ms_each(count), spread(run.ms)
    note = f"{len(run.refused)} refused; the worker away; ms of processor each: web {used['web']:.2f}"
    acks = Figure(
        ACKNOWLEDGED, run.rate, RATE, setup=setup, more={f"{k} ms": v for k, v in times.items()}, note=note
    )
    return [acks, _drained(town, count, setup)]


def _drained(town: Town, count: int, setup: str) -> Figure:
    began = time.monotonic()
    town.start_worker()
    usage = Usage(town.parts)
    wait_for_replies(town.twilio, count, quiet_s=30)
    settle(town)
    accepted = town.twilio.accepted()
    first, took = accepted[0].at - began, accepted[-1].at - began
    used = ", ".join(f"{name} {ms:.1f}" for name, ms in usage.ms_each(count).items())
    note = f"{took:.0f} s, of which the worker took {first:.0f} s to start; ms of processor a message: {used}"
    return Figure(f"backlog of {count:,} drained", len(accepted) / took, RATE, setup=setup, note=note)


def mixed(town: Town, seconds: float, setup: str) -> list[Figure]:
    """180 webhooks a second of all kinds at random moments, and what happens after."""
    settle(town)
    known = town.twilio.accepted()
    count, photos = int(MIXED_RATE * seconds), [_photo(town) for _ in range(PHOTOS)]
    webhooks = traffic.mixed(count, known, photos)
    requests = [town.target.request(webhook.form, webhook.path) for webhook in webhooks]
    town.twilio.clear()
    run = generator.at_moments(town.target, requests, generator.moments(count, MIXED_RATE))
    ended = time.monotonic()
    settle(town)
    after = time.monotonic() - ended
    return [_acknowledged(run, setup), *_answered(town, run, webhooks, after, setup)]


def _acknowledged(run: generator.Run, setup: str) -> Figure:
    times = spread(run.ms)
    late = spread(run.late_ms)
    note = f"{len(run.refused)} refused; generator late by {late['p99']:.1f} ms at most in 99 of 100, which counts"
    goal = ACK_GOALS.get(setup.split(",")[0])
    name = f"webhook to 200, {MIXED_RATE:.0f}/s of mixed kinds, 99 of 100"
    return Figure(name, times["p99"], TIME, setup=setup, more=times, goal=goal, note=note)


def _answered(
    town: Town, run: generator.Run, webhooks: list[traffic.Webhook], after: float, setup: str
) -> list[Figure]:
    """Replies to whole messages; how long everything else took; and that nothing is lost or doubled."""
    whole = [n for n, webhook in enumerate(webhooks) if webhook.kind == "message"]
    part = generator.Run(tuple(run.answers[n] for n in whole))
    found = replies(part, [webhooks[n].form for n in whole], town.twilio.accepted())
    times, name = spread(found.ms), f"{REPLY}, {MIXED_RATE:.0f} webhooks/s of mixed kinds"
    note = f"{found.missing} of {len(whole)} without a reply; {_stored(town, webhooks)}"
    return [
        Figure(name, times["p95"], TIME, setup=setup, more=times, note=note),
        Figure("all done after the last of them", 1000 * after, TIME, setup=setup),
    ]


def _stored(town: Town, webhooks: list[traffic.Webhook]) -> str:
    sent = {webhook.form["MessageSid"] for webhook in webhooks if webhook.path == MESSAGES}
    with town.database() as database, database.read() as session:
        stored = session.scalars(select(InboundMessage.external_id)).all()
    lost, doubled = len(sent - set(stored)), len(stored) - len(set(stored))
    return f"{lost} lost, {doubled} stored twice"


def _photo(town: Town) -> str:
    path = traffic.photo_path()
    town.twilio.put(path.rpartition("/")[2], jpeg(PHOTO_SIZE))
    return town.twilio.url + path


def letters(town: Town, count: int, mails: Path, setup: str) -> Figure:
    """The follow-up tick with much to do: reports that go to their agencies at once, until the last is out."""
    settle(town)
    before = sum(1 for _ in mails.glob("*.eml"))
    usage, began = Usage(town.parts), time.monotonic()
    due = _fall_due(town, count)
    while sum(1 for _ in mails.glob("*.eml")) < before + due and time.monotonic() - began < LETTERS_WITHIN_S:
        time.sleep(0.3)
    took = time.monotonic() - began
    sent = sum(1 for _ in mails.glob("*.eml")) - before
    used = usage.ms_each(max(1, sent))
    return Figure(
        "follow-up tick: letters to agencies", sent / took, RATE, setup=setup,
        note=f"{sent} of {due} that fell due at once; ms of the worker's processor each: {used['worker']:.1f}",
    )  # fmt: skip


def _fall_due(town: Town, count: int) -> int:
    """As if they had been filed some minutes ago."""
    with town.database() as database, database.begin() as session:
        mine = select(FollowUp.id).where(FollowUp.state == "waiting", FollowUp.kind == "forward")
        ids = session.scalars(mine.order_by(FollowUp.id).limit(count)).all()
        for start in range(0, len(ids), 500):
            part = FollowUp.id.in_(ids[start : start + 500])
            session.execute(update(FollowUp).where(part).values(due_at=datetime.now(UTC)))
    return len(ids)


def letters_waiting(town: Town) -> int:
    with town.database() as database, database.read() as session:
        mail = OutboundMessage.channel == "email", OutboundMessage.state == "waiting"
        return session.scalar(select(func.count()).where(*mail)) or 0

"""One text of a coordinator to everybody with an open report about a service or in some areas.

``draft`` -> preview -> ``running`` (its messages are being written, batch by batch) -> ``written``; ``stopped`` at
any time, or thrown away while it is a draft. Citizens are taken in the order of their ids and the last one is
remembered in the transaction that writes to them, so nobody is written to twice, whatever breaks in between.

An announcement does not count in what a citizen is told unasked in a week (``notices.told_since``): a coordinator
decided that these people should know it now, and it should not cost them the news of their own report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.announcements import text as announcement_text
from bot.announcements.planning import FIELD, WORDING, Plan, plan_of, way_to
from bot.errors import NotFoundError, RefusedError
from bot.outgoing import outbox
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.status import OPEN
from bot.wording.forms import FREE_TEXT_FOR
from bot.words import BULK_LANE
from storage.database import Database
from storage.models import Announcement, Conversation
from storage.queries import announcements as queries
from storage.queries.announcements import Audience, Group

log = structlog.get_logger()

DRAFT, RUNNING, WRITTEN, STOPPED = "draft", "running", "written", "stopped"
# So many messages are written at once, and only while fewer than that wait to go out: what is stopped, or caught
# by the quiet hours, is little.
BATCH = 200
# Nothing more is written when the quiet hours are so near that it might go out in them.
BEFORE_QUIET = timedelta(minutes=5)
# How many more people than in the preview are too many to go on without asking again.
GROWN_BY, GROWN_AT_LEAST = 0.1, 10

NOBODY = (
    "Tidak ada warga yang bisa dikirimi: tidak ada laporan terbuka di sana, atau warganya tidak ingin dikabari."
)
NO_TARGET = "Pilih layanan, wilayah, atau keduanya."
NO_SERVICE = "Layanan itu tidak ada; pilih dari daftar."
NOT_THERE = "Pengumuman itu tidak ada."
THROWN_AWAY = "Pengumuman ini sudah dibuang; tulis yang baru."
FINISHED = "Semua pesannya sudah dikirim; tidak ada lagi yang bisa dihentikan."
UNSEEN = "Lihat dulu pratinjaunya, lalu kirim dari sana."


@dataclass(frozen=True)
class Wish:
    """What a coordinator typed and chose. ``areas``: kelurahan by name, none for the whole city."""

    text: str
    service: str | None = None
    areas: Sequence[str] = ()


def draft(
    session: Session, rulebook: Rulebook, wish: Wish, user_id: int, now: datetime, instead_of: int | None = None
) -> Announcement:
    """Keep what was typed until it is started; the same twice is one draft.

    ``instead_of``: the draft that it is a new version of, which is thrown away. RefusedError in one sentence where
    it cannot be sent: nothing to say or too much, nobody to say it to, a service that there is not.
    """
    note = announcement_text.one_paragraph(wish.text)
    announcement_text.check(rulebook, note)
    _check_target(rulebook, wish)
    areas = sorted(set(wish.areas))
    for known in queries.drafts_of(session, user_id):
        if (known.text, known.service, known.areas) == (note, wish.service, areas):
            return known
    row = Announcement(
        text=note, service=wish.service, areas=areas, state=DRAFT, created_at=now, created_by=user_id
    )
    row.planned = plan(session, rulebook, row, now).people
    if not row.planned:
        raise RefusedError(NOBODY)
    session.add(row)
    session.flush()
    if instead_of is not None and (before := queries.locked(session, instead_of)) and before.state == DRAFT:
        _end(before, user_id, now)
    return row


def plan(session: Session, rulebook: Rulebook, row: Announcement, now: datetime) -> Plan:
    """What it would be if it were started at ``now``."""
    audience = audience_of(row, now)
    groups = queries.groups(session, audience, now - FREE_TEXT_FOR)
    without_area = queries.without_area(session, audience) if row.areas else 0
    return plan_of(rulebook, row.text, groups, queries.left_out(session, audience), without_area)


def start(
    session: Session, rulebook: Rulebook, announcement_id: int, user_id: int, seen: int | None, now: datetime
) -> bool:
    """Begin to write, to those who are meant now; False when it was begun already (a second click, a colleague).

    ``seen``: how many people the preview showed, None where none was looked at. RefusedError where there is nobody
    any more, or are clearly more.
    """
    row = _known(session, announcement_id)
    if row.state != DRAFT:
        if row.started_at is None:
            raise RefusedError(THROWN_AWAY)
        return False
    people = plan(session, rulebook, row, now).people
    _check_seen(seen, people)
    row.state, row.planned, row.started_at = RUNNING, people, now
    row.due_at = rulebook.city.working_calendar.awake(now)
    row.created_by = user_id  # who starts it answers for it, whoever wrote it
    log.info("announcement_started", announcement=row.id, user=user_id, people=people)
    return True


def stop(session: Session, announcement_id: int, user_id: int, now: datetime) -> bool:
    """Write nothing more and cancel what still waits; what was sent stays. False when it was stopped before.

    A draft is thrown away. RefusedError when nothing is left that could be stopped.
    """
    row = _known(session, announcement_id)
    if row.state == STOPPED:
        return False
    if row.state == WRITTEN and not queries.has_waiting(session, row.id):
        raise RefusedError(FINISHED)
    cancelled = queries.cancel_waiting(session, row.id, STOPPED)
    _end(row, user_id, now)
    log.info("announcement_stopped", announcement=row.id, user=user_id, cancelled=cancelled)
    return True


def run_due(database: Database, rulebook: Rulebook, now: datetime) -> int:
    """Write the next batch of each announcement that is running; how many messages that were."""
    with database.read() as session:
        ids = queries.due(session, now)
    return sum(_run(database, rulebook, announcement_id, now) for announcement_id in ids)


def audience_of(row: Announcement, now: datetime) -> Audience:
    """Whom it is for; who reported later than it was started is told by other means what goes on."""
    return Audience(OPEN, row.started_at or now, row.service, tuple(row.areas))


def _run(database: Database, rulebook: Rulebook, announcement_id: int, now: datetime) -> int:
    with database.begin() as session:
        row = queries.locked(session, announcement_id, skip=True)
        if row is None or row.state != RUNNING:
            return 0
        if (due := _may_write_from(rulebook, now)) > now:
            row.due_at = due
            return 0
        if queries.backlog(session, row.id, now, BATCH) >= BATCH:
            return 0
        return _write_batch(session, rulebook, row, now)


def _may_write_from(rulebook: Rulebook, now: datetime) -> datetime:
    """``now``, or the end of the quiet hours that are here or near."""
    awake, soon = rulebook.city.working_calendar.awake, now + BEFORE_QUIET
    if (due := awake(now)) > now:
        return due
    return due if (later := awake(soon)) == soon else later


def _write_batch(session: Session, rulebook: Rulebook, row: Announcement, now: datetime) -> int:
    found = queries.recipients(session, audience_of(row, now), row.after, BATCH)
    written = sum(
        _write(session, rulebook, row, citizen_id, conversation, now) for citizen_id, conversation in found
    )
    if found:
        row.after = found[-1][0]
    if len(found) < BATCH:
        row.state, row.due_at, row.ended_at = WRITTEN, None, now
        log.info("announcement_written", announcement=row.id)
    return written


def _write(
    session: Session,
    rulebook: Rulebook,
    row: Announcement,
    citizen_id: int,
    conversation: Conversation,
    now: datetime,
) -> bool:
    """One message, unless there is no way to them at all. It is about no ticket: the same is said to everybody."""
    if way_to(rulebook, _as_group(conversation, now)) is None:
        return False
    note = Note(
        key=f"announcement:{row.id}:{citizen_id}",
        wording=WORDING,
        values={FIELD: row.text},
        lane=BULK_LANE,
        announcement_id=row.id,
    )
    return outbox.to_citizen(session, rulebook, conversation, note, now, now) is not None


def _as_group(conversation: Conversation, now: datetime) -> Group:
    last, phone = conversation.last_inbound_at, conversation.citizen.phone_hash
    is_open = last is None or last > now - FREE_TEXT_FOR
    return Group(conversation.channel, conversation.language, is_open, phone is not None)


def _check_target(rulebook: Rulebook, wish: Wish) -> None:
    if wish.service is None and not wish.areas:
        raise RefusedError(NO_TARGET)
    service = rulebook.city.services.get(wish.service) if wish.service else None
    if wish.service is not None and (service is None or service.sealed):
        raise RefusedError(NO_SERVICE)


def _check_seen(seen: int | None, people: int) -> None:
    if seen is None:
        raise RefusedError(UNSEEN)
    if not people:
        raise RefusedError(NOBODY)
    if people > seen + max(GROWN_AT_LEAST, GROWN_BY * seen):
        raise RefusedError(f"Sekarang {people} warga, tadi {seen}. Periksa lagi pratinjaunya, lalu kirim.")


def _known(session: Session, announcement_id: int) -> Announcement:
    row = queries.locked(session, announcement_id)
    if row is None:
        raise NotFoundError(NOT_THERE)
    return row


def _end(row: Announcement, user_id: int, now: datetime) -> None:
    row.state, row.due_at, row.ended_at, row.stopped_by = STOPPED, None, now, user_id

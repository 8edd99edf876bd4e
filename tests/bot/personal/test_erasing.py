"""Nothing of somebody who was erased is found anywhere; everything of everybody else is."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.personal import erasing, sweeping
from bot.rulebook import Rulebook
from storage import keyring
from storage.database import Database, open_database
from storage.models import (
    Base,
    Citizen,
    Claim,
    Erasure,
    Figures,
    InboundMessage,
    OutboundMessage,
    Ticket,
    TicketEvent,
)
from tests.bot.personal.somebody import MARK, NAME, PHONE, Filling, about_citizens, values
from tests.support.clock import MoveableClock

OTHER = "BIASA"
OTHER_PHONE = "+6281277777777"


@pytest.fixture
def two(database: Database, clock: MoveableClock) -> tuple[int, int]:
    """Somebody to be forgotten, and somebody else."""
    return fill(database, clock)


def fill(database: Database, clock: MoveableClock) -> tuple[int, int]:
    with database.begin() as session:
        mine = Filling(session, clock.now(), MARK, PHONE, NAME).fill()
        other = Filling(session, clock.now(), OTHER, OTHER_PHONE, "Bambang Biasa").fill()
    return mine, other


def forget(database: Database, rulebook: Rulebook, citizen_id: int, clock: MoveableClock) -> Erasure:
    with database.begin() as session:
        citizen = session.get_one(Citizen, citizen_id)
        row = erasing.erase(session, rulebook, citizen, clock.now())
        erasing.forget_addresses(session, citizen)
    return row


def end_what_was_on_its_way(database: Database, rulebook: Rulebook, clock: MoveableClock) -> None:
    with database.begin() as session:
        for row in session.scalars(select(OutboundMessage)):
            row.state = "delivered" if row.state in ("sending", "in_doubt", "waiting") else row.state
    clock.move(days=3)
    sweeping.run_due(database, rulebook, clock.now())


def of_person(found: list[tuple[str, str]], *words: str) -> list[str]:
    return sorted({f"{where}: {value[:80]}" for where, value in found for word in words if word in value})


def test_every_column_about_citizens_is_filled_before(two: tuple[int, int], database: Database) -> None:
    with database.read() as session:
        found = values(session)
    filled = {where for where, value in found if value not in ("None", "''", "{}")}
    assert about_citizens() - filled == set()


def test_nothing_of_the_citizen_is_left(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    hashes = [keyring.current().lookup(word) for word in (PHONE, f"whatsapp:{PHONE}")]
    forget(database, rulebook, two[0], clock)
    end_what_was_on_its_way(database, rulebook, clock)
    with database.read() as session:
        found = values(session)
    assert of_person(found, MARK, PHONE[1:], PHONE[-10:], NAME, "Zubaidah", *hashes) == []


def test_everything_of_somebody_else_stays(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    def of_other() -> list[tuple[str, str]]:
        with database.read() as session:
            return [pair for pair in values(session) if OTHER in pair[1] or OTHER_PHONE[1:] in pair[1]]

    before = of_other()
    forget(database, rulebook, two[0], clock)
    assert of_other() == before


def test_coordinates_go_from_all_photos_and_the_ticket(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    forget(database, rulebook, two[0], clock)
    with database.read() as session:
        found = [pair for pair in values(session) if "-6.123456" in pair[1]]
    # the other person's ticket, file and two photos
    assert len(found) == 4


def test_counts_stay_right(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    counted = (Ticket, TicketEvent, InboundMessage, Claim, Figures)

    def counts() -> list[int]:
        with database.read() as session:
            return [session.scalar(select(func.count()).select_from(model)) or 0 for model in counted]

    before = counts()
    forget(database, rulebook, two[0], clock)
    after = counts()
    assert after[0] == before[0]
    assert after[1] >= before[1]
    assert after[2:] == before[2:]


def test_the_salts_of_notes_go_and_those_of_other_rows_stay(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    forget(database, rulebook, two[0], clock)
    with database.read() as session:
        rows = session.execute(
            select(TicketEvent.note, TicketEvent.salt)
            .join(Ticket)
            .where(Ticket.citizen_id == two[0], TicketEvent.kind == "added")
        ).all()
    assert rows == [(None, None), (None, None)]


def test_what_waits_for_the_citizen_is_not_sent_and_what_tells_the_agency_is(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    forget(database, rulebook, two[0], clock)
    with database.read() as session:
        waiting = session.scalars(
            select(OutboundMessage)
            .join(Ticket, Ticket.id == OutboundMessage.ticket_id)
            .where(Ticket.citizen_id == two[0], OutboundMessage.state == "waiting")
        ).all()
        asked = session.scalars(
            select(OutboundMessage).where(OutboundMessage.key.startswith("mail:erased:"))
        ).all()
        number = session.scalars(select(Ticket.number).where(Ticket.citizen_id == two[0])).one()
    assert [row.key.split(":")[1] for row in waiting] == ["withdrawn"]
    assert MARK not in str(waiting[0].body)
    assert [number in row.body["text"] for row in asked] == [] or all(number in row.body["text"] for row in asked)


def test_the_proof_is_a_digest_of_what_was_done(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    row = forget(database, rulebook, two[0], clock)
    assert row.counts["tickets"] == 1
    assert row.counts["inbound_messages"] == 2
    assert row.counts["citizens"] == 1
    told = {
        "citizen": two[0],
        "since": erasing.stamp(clock.now()),
        "at": erasing.stamp(clock.now()),
        "reason": "request",
        "counts": row.counts,
    }
    assert row.proof == erasing.digest_of(told)
    assert row.written_at is None


def test_the_bytes_of_the_file_have_nothing_of_the_citizen(
    tmp_path: Path, rulebook: Rulebook, clock: MoveableClock, sqlite_template
) -> None:
    path = tmp_path / "city.db"
    sqlite_template.copy_to(path)
    database = open_database(f"sqlite:///{path}")
    mine, _ = fill(database, clock)
    secrets = _ciphertexts(database, mine)
    assert len(secrets) > 30
    forget(database, rulebook, mine, clock)
    end_what_was_on_its_way(database, rulebook, clock)
    clock.move(minutes=1)
    database.cut_log()
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert [
        word for word in (MARK, PHONE[1:], NAME, keyring.current().lookup(PHONE)) if word.encode() in raw
    ] == []
    assert [where for where, blob in secrets if blob in raw] == []
    database.dispose()


def _ciphertexts(database: Database, citizen_id: int) -> list[tuple[str, bytes]]:
    """Every encrypted value that opens to something with the citizen's mark, as it stands in the file."""
    found = []
    with database.read() as session:
        for name, table in Base.metadata.tables.items():
            for row in session.execute(text(f"SELECT * FROM {table.name}")).mappings():
                for column, value in row.items():
                    if isinstance(value, bytes) and value.startswith(b"gAAAA"):
                        opened = keyring.current().decrypt_bytes(value)
                        if MARK.encode() in opened or PHONE[1:].encode() in opened or NAME.encode() in opened:
                            found.append((f"{name}.{column}", value))
    return found


def test_erasing_twice_is_as_good_as_once(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    forget(database, rulebook, two[0], clock)
    clock.move(minutes=1)
    forget(database, rulebook, two[0], clock)
    with database.read() as session:
        assert session.scalar(select(func.count(Erasure.id))) == 2


def test_lists_to_agencies_are_emptied_after_two_days_whoever_they_name(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    clock.move(days=1)
    sweeping.run_due(database, rulebook, clock.now())
    lists = select(OutboundMessage).where(OutboundMessage.key.startswith("list:"))
    with database.read() as session:
        assert all("Gang Kemuning" in row.body["text"] for row in session.scalars(lists))
    clock.move(days=1, minutes=1)
    assert sweeping.run_due(database, rulebook, clock.now()) == 2
    with database.read() as session:
        assert [row.body for row in session.scalars(lists)] == [{"text": ""}] * 2


def test_another_citizens_letter_that_quotes_them_is_emptied(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    from storage.models import Incident

    with database.begin() as session:
        tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        incident = Incident(
            service="jalan_rusak", lead_id=tickets[1].id, created_at=clock.now(), last_at=clock.now(), members=2
        )
        session.add(incident)
        session.flush()
        for ticket in tickets:
            ticket.incident_id = incident.id
        said = f"1 warga lain:\n - {MARK} Gang Kemuning 4 RT 02: {MARK} pipa\n bocor di depan rumah"
        for key, words in (("quotes", said), ("does_not", "Laporan warga tentang jalan rusak")):
            session.add(
                OutboundMessage(
                    key=key,
                    channel="email",
                    recipient="bm@jakarta.example",
                    ticket_id=tickets[1].id,
                    wording="mail",
                    body={"text": words},
                    created_at=clock.now(),
                    due_at=clock.now(),
                    state="delivered",
                )
            )
    forget(database, rulebook, two[0], clock)
    with database.read() as session:
        bodies = dict(
            session.execute(
                select(OutboundMessage.key, OutboundMessage.body).where(
                    OutboundMessage.key.in_(("quotes", "does_not"))
                )
            ).all()
        )
    assert bodies == {"quotes": {"text": ""}, "does_not": {"text": "Laporan warga tentang jalan rusak"}}


def test_what_no_worker_has_seen_is_taken_along_when_it_came_before(
    two: tuple[int, int], database: Database, rulebook: Rulebook, clock: MoveableClock
) -> None:
    with database.begin() as session:
        for n, at in enumerate((clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1))):
            session.add(
                InboundMessage(
                    channel="whatsapp",
                    external_id=f"late{n}",
                    address=f"whatsapp:{PHONE}",
                    address_hash=keyring.current().lookup(f"whatsapp:{PHONE}"),
                    received_at=at,
                    text=f"unseen {n}",
                    content={"text": "x"},
                    raw={},
                )
            )
    with database.begin() as session:
        citizen = session.get_one(Citizen, two[0])
        erasing.take_unplaced(session, citizen, clock.now())
        erasing.erase(session, rulebook, citizen, clock.now())
        erasing.forget_addresses(session, citizen)
    with database.read() as session:
        left = session.scalars(select(InboundMessage.text).where(InboundMessage.text.startswith("unseen"))).all()
    assert left == ["unseen 1"]

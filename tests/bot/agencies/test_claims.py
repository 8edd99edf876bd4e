"""Claims on a real database: photos are found again, odd claims are flagged, looked at, and what then happens."""

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from bot.agencies import claims, work
from bot.agencies.work import Desk, read_photo
from bot.casework import closing
from bot.city.deadlines import Span
from bot.city.evidence_policy import EvidencePolicy, ServiceEvidence
from bot.errors import NotFoundError, RefusedError
from bot.following import followups
from bot.rulebook import Rulebook
from bot.status import Move
from bot.tickets import tickets
from bot.tickets.tickets import By
from storage.database import Database
from storage.models import Attachment, Claim, OutboundMessage, PhotoPrint, User
from storage.queries.evidence import PIECES, alike, keep_print, pieces_of
from tests.handlers.city_hall import CityHall, on
from tests.support.pictures import HTML, bomb, saved
from tests.support.scenes import retouched, scene
from tests.support.settings import isolated_settings

HERE = (-6.1807, 106.8686)


def with_evidence(rulebook: Rulebook, *, photo_required: bool = False, **changes: Any) -> Rulebook:
    """The city with another policy; ``photo_required`` for potholes."""
    policy = EvidencePolicy.model_validate({**dict(rulebook.city.evidence), **changes})
    service = rulebook.city.services["jalan_rusak"]
    own = service.model_copy(update={"evidence": ServiceEvidence(photo_required=photo_required)})
    services = {**rulebook.city.services, "jalan_rusak": own}
    return replace(rulebook, city=rulebook.city.model_copy(update={"evidence": policy, "services": services}))


@dataclass
class Office:
    """A city hall, and an agency that claims."""

    hall: CityHall

    @property
    def rulebook(self) -> Rulebook:
        return self.hall.rulebook

    def report(self, **more: Any) -> str:
        number, _ = self.hall.forwarded(**more)
        with self.hall.database.begin() as session:
            ticket = tickets.by_number(session, number)
            ticket.latitude, ticket.longitude = HERE
        return number

    def claims(self, number: str, photo: bytes | None = None, note: str = "Sudah ditambal") -> Claim:
        picture = read_photo(photo or b"", self.rulebook.city.zone)
        with self.hall.database.begin() as session:
            ticket = tickets.by_number(session, number)
            work.claim_done(Desk(session, self.rulebook, ticket, ticket.agency, self.hall.now), note, picture)
        return self.claim_of(number)

    def claim_of(self, number: str) -> Claim:
        with self.hall.database.read() as session:
            mine = select(Claim).where(Claim.ticket_id == tickets.by_number(session, number).id)
            return session.scalars(mine.order_by(Claim.round.desc()).limit(1)).one()

    def kinds(self, claim: Claim) -> list[str]:
        return [flag["kind"] for flag in claim.flags]

    def looks(self, claim: Claim, verdict: Any, note: str = "") -> None:
        with self.hall.database.begin() as session:
            verdict(session, self.rulebook, claim.id, note, By(f"user:{self.user()}", self.hall.now))

    def user(self) -> int:
        with self.hall.database.begin() as session:
            found = session.scalar(select(User.id))
            if found is None:
                user = User(email="rina@jakarta.example", password_hash="-", created_at=self.hall.now)
                session.add(user)
                session.flush()
                found = user.id
            return found

    def ticks(self) -> None:
        while followups.run_due(self.hall.database, self.rulebook, self.hall.now):
            pass

    def letters(self, number: str) -> Sequence[OutboundMessage]:
        return [message for message in self.hall.written(number) if message.channel == "email"]


@pytest.fixture
def office(database: Database, rulebook: Rulebook) -> Office:
    return Office(on(database, rulebook, isolated_settings(public_url="http://localhost")))


@contextmanager
def held_by(office: Office, **policy: Any) -> Any:
    """The same office under another policy."""
    before, office.hall.rulebook = office.hall.rulebook, with_evidence(office.hall.rulebook, **policy)
    yield office
    office.hall.rulebook = before


def test_a_clean_photo_is_kept_without_its_exif_and_raises_no_flag(office: Office) -> None:
    photo = scene(1, taken="2026:11:23 08:30:00", place=HERE)
    number = office.report()
    office.hall.wait(hours=3)
    claim = office.claims(number, photo)
    assert (claim.flagged, claim.flags) == (False, [])
    with office.hall.database.read() as session:
        kept = session.scalars(select(Attachment)).one()
        assert not Image.open(BytesIO(kept.content)).getexif()
    assert kept.taken_at is not None
    assert kept.taken_at.isoformat() == "2026-11-23T01:30:00+00:00"
    assert (kept.latitude, kept.longitude) == pytest.approx(HERE, abs=1e-5)
    assert claim.attachment_id == kept.id
    assert kept.perceptual_hash


def test_a_photo_of_another_ticket_is_recognised_though_it_was_made_smaller(office: Office) -> None:
    photo = scene(2)
    first, second, third = (office.report() for _ in range(3))
    office.claims(first, photo)
    found = office.claims(second, retouched(photo))
    assert office.kinds(found) == ["used_before"]
    assert found.flags[0]["ticket_id"] == office.hall.find(first).id
    assert office.claims(third, scene(3)).flags == []


def test_the_same_photo_after_a_no_is_noticed(office: Office) -> None:
    photo, number = scene(4), office.report()
    office.claims(number, photo)
    office.hall.moved(number, Move.DENY)
    assert office.kinds(office.claims(number, photo)) == ["used_before"]


def test_a_photo_from_before_the_reopening_is_noticed(office: Office) -> None:
    number = office.report()
    office.claims(number, scene(5))
    office.hall.wait(days=1)
    office.hall.moved(number, Move.DENY)
    office.hall.wait(hours=2)
    claim = office.claims(number, scene(6, taken="2026:11:23 10:00:00"))
    assert office.kinds(claim) == ["too_early"]
    assert claim.flags[0]["begun_at"] == "2026-11-24T02:00:00+00:00"


def test_a_photo_in_one_colour_is_like_none(office: Office) -> None:
    dark = saved(Image.new("RGB", (640, 480), "black"))
    for _ in range(2):
        assert office.claims(office.report(), dark).flags == []


def test_every_hash_that_differs_in_less_than_eight_bits_is_found(office: Office) -> None:
    known = "0123456789abcdef0123456789abcdef"
    with office.hall.database.begin() as session:
        keep_print(session, known)
    for first in range(0, 128, 5):
        spread = sum(1 << ((first + 17 * n) % 128) for n in range(7))  # one bit in each of seven pieces
        changed = f"{int(known, 16) ^ spread:032x}"
        with office.hall.database.read() as session:
            assert [found.perceptual_hash for found in alike(session, changed)] == [known]


def test_a_look_alike_is_found_by_the_indexes(office: Office) -> None:
    """Not by going through all photos of the city."""
    if not office.hall.database.is_sqlite:
        return  # PostgreSQL plans by statistics, which a small table does not have
    where = " OR ".join(f"{name} = 1" for name in pieces_of("0" * 32))
    with office.hall.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN SELECT * FROM photo_prints WHERE {where}").all()
    steps = " ".join(row[3] for row in plan)
    assert steps.count("USING INDEX ix_photo_prints_piece_") == PIECES
    assert "SCAN" not in steps


def test_a_missing_photo_is_flagged_or_refused_where_one_is_required(office: Office) -> None:
    with held_by(office, photo_required=True):
        assert office.kinds(office.claims(office.report())) == ["missing"]
    with held_by(office, photo_required=True, missing_photo="refuse"):
        number = office.report()
        with pytest.raises(RefusedError, match="perlu foto hasil"):
            office.claims(number)
        assert office.hall.find(number).status == "waiting"
        assert office.claims(number, scene(7)).flags == []


@pytest.mark.parametrize(
    "photo", [HTML, b"\xff\xd8\xff broken", bomb(30_000, 30_000), scene(8)[:-900], b"RIFF1234AVI "]
)
def test_what_is_no_photo_is_refused_in_one_sentence(office: Office, photo: bytes) -> None:
    with pytest.raises(RefusedError, match="Belum ada yang tersimpan"):
        read_photo(photo, office.rulebook.city.zone)


def test_the_citizen_is_asked_about_a_flagged_claim_too_and_hears_of_its_photo(office: Office) -> None:
    number = office.report()
    office.claims(office.report(), scene(9))
    assert office.claims(number, scene(9)).flagged
    office.ticks()
    question = [m for m in office.hall.written(number) if m.wording == "follow_confirm"]
    assert "Sudah ditambal (ada fotonya)" in question[0].body["text"]


def test_without_a_photo_none_is_spoken_of(office: Office) -> None:
    number = office.report()
    office.claims(number)
    office.ticks()
    question = [m for m in office.hall.written(number) if m.wording == "follow_confirm"]
    assert "foto" not in question[0].body["text"]


def test_the_question_can_be_held_until_a_coordinator_looked(office: Office) -> None:
    with held_by(office, photo_required=True, hold_question="1 working day"):
        assert office.rulebook.city.evidence.hold_question == Span(1, "working day")
        looked_at, forgotten, clean = (office.report() for _ in range(3))
        claim = office.claims(looked_at)
        office.claims(forgotten)
        office.claims(clean, scene(10))
        office.ticks()
        asked = [number for number in (looked_at, forgotten, clean) if office.hall.to_citizen(number)]
        assert asked == [clean]
        office.looks(claim, claims.find_in_order)
        office.ticks()
        assert office.hall.to_citizen(looked_at) == ["follow_confirm"]
        office.hall.wait(days=1)  # nobody looked at the other: it is not held for ever
        office.ticks()
        assert office.hall.to_citizen(forgotten) == ["follow_confirm"]


def test_looking_later_does_not_ask_the_citizen_again(office: Office) -> None:
    with held_by(office, photo_required=True, hold_question="1 working day"):
        number = office.report()
        claim = office.claims(number)
        office.hall.wait(days=1)
        office.ticks()
        office.looks(claim, claims.find_in_order)
        office.ticks()
        assert office.hall.to_citizen(number) == ["follow_confirm"]


def test_not_in_order_reopens_tells_the_agency_why_and_the_citizen_that_we_noticed(office: Office) -> None:
    number = office.report()
    claim = office.claims(number)
    office.ticks()
    office.hall.wait(hours=1)
    office.looks(claim, claims.find_not_in_order, "Lubangnya masih ada di sisi kiri.")
    office.ticks()
    ticket = office.hall.find(number)
    assert (ticket.status, ticket.reopened, ticket.outcome) == ("waiting", 1, None)
    letter = office.letters(number)[-1].body["text"]
    assert "diperiksa koordinator" in letter
    assert "Lubangnya masih ada di sisi kiri." in letter
    assert "Menurut warga" not in letter
    assert office.hall.to_citizen(number) == ["follow_confirm", "follow_claim_refused"]
    assert ("refuse_claim", f"user:{office.user()}") in [(e.kind, e.actor) for e in office.hall.history(number)]


def test_who_was_not_asked_yet_is_not_told_that_the_claim_was_wrong(office: Office) -> None:
    number = office.report()
    office.hall.wait(hours=1)
    office.looks(office.claims(number), claims.find_not_in_order, "Belum dikerjakan.")
    office.ticks()
    assert office.hall.to_citizen(number) == []
    assert office.hall.find(number).status == "waiting"


@pytest.mark.parametrize("step", [Move.CLOSE_SILENT, Move.CLOSE_UNREACHABLE])
def test_what_nobody_confirmed_is_reopened_even_after_the_closing(office: Office, step: Move) -> None:
    number = office.report()
    claim = office.claims(number)
    office.hall.moved(number, step, "clock")
    office.looks(claim, claims.find_not_in_order, "Belum ada perubahan.")
    assert office.hall.find(number).status == "reopened"


def test_a_citizens_yes_stands_and_the_finding_is_kept(office: Office) -> None:
    number = office.report()
    claim = office.claims(number)
    with office.hall.database.begin() as session:
        closing.confirm(session, office.rulebook, tickets.by_number(session, number), office.hall.now)
    office.looks(claim, claims.find_not_in_order, "Tambalannya tipis.")
    assert office.hall.find(number).outcome == "confirmed"
    found = office.claim_of(number)
    assert (found.verdict, found.note) == ("not_ok", "Tambalannya tipis.")


def test_two_coordinators_one_verdict(office: Office) -> None:
    claim = office.claims(office.report())
    office.looks(claim, claims.find_in_order)
    for verdict in (claims.find_in_order, claims.find_not_in_order):
        with pytest.raises(RefusedError, match="sudah diperiksa rekan"):
            office.looks(claim, verdict, "alasan")


@pytest.mark.parametrize("step", [Move.DENY, Move.WITHDRAW])
def test_a_claim_that_was_overtaken_is_not_judged(office: Office, step: Move) -> None:
    number = office.report()
    claim = office.claims(number)
    office.hall.moved(number, step)
    with pytest.raises(RefusedError, match="tidak perlu diperiksa"):
        office.looks(claim, claims.find_in_order)


def test_an_earlier_claim_is_not_judged_behind_a_later_one(office: Office) -> None:
    number = office.report()
    first = office.claims(number)
    office.hall.moved(number, Move.DENY)
    office.claims(number)
    with pytest.raises(RefusedError, match="tidak perlu diperiksa"):
        office.looks(first, claims.find_not_in_order, "belum")
    assert office.hall.find(number).status == "claimed_done"


@pytest.mark.parametrize(("note", "message"), [("  ", "Tuliskan apa"), ("x" * 1_001, "paling panjang 1000")])
def test_a_verdict_without_a_reason_or_with_a_novel(office: Office, note: str, message: str) -> None:
    claim = office.claims(office.report())
    with pytest.raises(RefusedError, match=message):
        office.looks(claim, claims.find_not_in_order, note)


def test_a_claim_that_there_is_not(office: Office) -> None:
    with pytest.raises(NotFoundError):
        office.looks(Claim(id=999), claims.find_in_order)


def test_an_erased_photo_leaves_no_print(office: Office) -> None:
    office.claims(office.report(), scene(11))
    with office.hall.database.begin() as session:
        claim = session.scalars(select(Claim)).one()
        claim.attachment_id = None
        session.flush()
        session.delete(session.scalars(select(Attachment)).one())
    with office.hall.database.read() as session:
        assert session.scalars(select(PhotoPrint)).all() == []


def test_the_oldest_photo_is_counted_in_days(rulebook: Rulebook) -> None:
    for text, days in (("7 days", 7), ("3 working days", 3), ("36 hours", 1.5)):
        policy = EvidencePolicy.model_validate({"oldest_photo": text})
        assert claims.bounds_of(policy).oldest_photo == timedelta(days=days)

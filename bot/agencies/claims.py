"""Claims that something is done: what their photo tells, what a flag does, and what a coordinator finds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agencies import evidence
from bot.agencies.evidence import Bounds, Earlier, Flag, Photo, Work
from bot.city.deadlines import Span
from bot.city.evidence_policy import EvidencePolicy
from bot.errors import NotFoundError, RefusedError
from bot.incidents import members
from bot.intake.pictures import Picture
from bot.outgoing import unasked
from bot.outgoing.outbox import Note
from bot.rulebook import Rulebook
from bot.status import Move, Outcome, Status
from bot.tickets import tickets
from bot.tickets.tickets import By
from bot.tickets.values import citizen_values
from storage.models import Attachment, Claim, FollowUp, Ticket
from storage.queries.evidence import NOT_OK, OK, alike, keep_print

LONGEST_NOTE = 1_000
REOPENING = (Move.DENY, Move.REFUSE_CLAIM)
CHECKED = "claim_checked"
# Closed by nobody's word: a person who looked may reopen it. A citizen's yes stands, whatever we think of it.
WITHOUT_A_WORD = (Outcome.SILENT, Outcome.UNREACHABLE)
ASKED = ("follow_confirm", "follow_confirm_again", "follow_closed_silent")


def needs_photo(rulebook: Rulebook, ticket: Ticket) -> bool:
    """Whether the ticket's service requires a photo of what was done."""
    service = rulebook.city.services.get(ticket.service)
    return service is not None and service.evidence.photo_required


def note_claim(
    session: Session, rulebook: Rulebook, ticket: Ticket, picture: Picture | None, by: By,
    more: Sequence[Picture] = (),
) -> Claim:  # fmt: skip
    """Keep the photos of the claim that was just made, and look at what they tell; ``picture`` stands for it.

    The ticket has made its move already. What is odd is for a person to look at: the claim stands.
    """
    flags: dict[str, Flag] = {}
    for shown in (picture, *more):
        for flag in _flags(session, rulebook, ticket, shown, by.at):
            flags.setdefault(flag.kind, flag)
    photo = _kept(session, ticket, picture, by) if picture else None
    for further in more:
        _kept(session, ticket, further, by)
    claim = Claim(
        ticket_id=ticket.id,
        round=ticket.moves,
        agency=ticket.agency,
        claimed_at=by.at,
        attachment_id=photo.id if photo else None,
        flags=[flag.to_json() for flag in flags.values()],
        flagged=bool(flags),
    )
    session.add(claim)
    session.flush()  # whoever puts the claim into words looks it up
    if flags and rulebook.city.evidence.hold_question:
        _hold_question(session, rulebook, ticket, rulebook.city.evidence.hold_question)
    return claim


def find_in_order(session: Session, rulebook: Rulebook, claim_id: int, note: str, by: By) -> Claim:
    """A coordinator looked and found nothing wrong; a question that was held back goes out now.

    RefusedError where a colleague was faster, or the claim has been overtaken.
    """
    claim = _open_claim(session, claim_id)
    held = claim.flagged and rulebook.city.evidence.hold_question is not None
    _settle(claim, OK, _bounded(note), by)
    tickets.record(session, claim.ticket, CHECKED, By(by.actor, by.at), {"verdict": OK})
    if held and claim.ticket.status == Status.CLAIMED_DONE and not _was_asked(claim):
        tickets.plan_ahead(session, rulebook, claim.ticket, by.at)
    return claim


def find_not_in_order(session: Session, rulebook: Rulebook, claim_id: int, note: str, by: By) -> Claim:
    """A coordinator looked and it is not done: the agency has it again, with the reason.

    A ticket whose citizen said that it is done stays closed; then the finding is only kept and counted. Errors as
    in :func:`find_in_order`, and RefusedError without a reason.
    """
    reason = _bounded(note)
    if not reason:
        raise RefusedError("Tuliskan apa yang tidak sesuai; instansi membacanya.")
    claim = _open_claim(session, claim_id)
    ticket = claim.ticket
    _settle(claim, NOT_OK, reason, by)
    if ticket.status != Status.CLAIMED_DONE and ticket.outcome not in WITHOUT_A_WORD:
        tickets.record(session, ticket, CHECKED, By(by.actor, by.at), {"verdict": NOT_OK})
        return claim
    was_asked = _was_asked(claim)
    tickets.move(session, rulebook, ticket, Move.REFUSE_CLAIM, By(by.actor, by.at, reason))
    members.lead_moved(session, rulebook, ticket, by.at)
    if was_asked:  # whoever heard nothing of the claim need not hear that it was wrong
        values = citizen_values(session, rulebook, ticket, by.at)
        wording = "follow_claim_refused"
        told = Note(f"{wording}:{ticket.id}:{ticket.moves}", wording, values, ticket_id=ticket.id)
        unasked.tell(session, rulebook, ticket, told, by.at)
    return claim


def _flags(
    session: Session, rulebook: Rulebook, ticket: Ticket, picture: Picture | None, now: datetime
) -> tuple[Flag, ...]:
    policy = rulebook.city.evidence
    began = [event.at for event in ticket.events if event.kind in REOPENING] if ticket.reopened else []
    work = Work(began[-1] if began else ticket.created_at, now, ticket.latitude, ticket.longitude,
                needs_photo(rulebook, ticket))  # fmt: skip
    if picture is None:
        return evidence.judge(None, work, (), bounds_of(policy))
    told = picture.told
    photo = Photo(picture.perceptual_hash, told.taken_at, told.latitude, told.longitude)
    earlier = [Earlier(*found) for found in alike(session, picture.perceptual_hash, ticket)]
    return evidence.judge(photo, work, earlier, bounds_of(policy))


def bounds_of(policy: EvidencePolicy) -> Bounds:
    """The policy's numbers as the judging takes them; a working day counts as a day there."""
    oldest = policy.oldest_photo
    unit = oldest.unit.removeprefix("working ")
    age = timedelta(**{f"{unit}s": oldest.amount})
    return Bounds(policy.same_photo_bits, policy.furthest_metres, age, policy.city.box if policy.city else None)


def _kept(session: Session, ticket: Ticket, picture: Picture, by: By) -> Attachment:
    """Nothing but pixels; what EXIF said stands in the columns."""
    photo = Attachment(
        ticket_id=ticket.id,
        actor=by.actor,
        content_type=picture.content_type,
        content=picture.content,
        created_at=by.at,
        perceptual_hash=picture.perceptual_hash,
        taken_at=picture.told.taken_at,
        latitude=picture.told.latitude,
        longitude=picture.told.longitude,
    )
    session.add(photo)
    session.flush()
    keep_print(session, picture.perceptual_hash, attachment_id=photo.id)
    return photo


def _hold_question(session: Session, rulebook: Rulebook, ticket: Ticket, span: Span) -> None:
    """Put off all that the claim planned, so that a coordinator may look first; nothing waits for ever."""
    calendar = rulebook.city.working_calendar
    session.flush()
    planned = select(FollowUp).where(FollowUp.ticket_id == ticket.id, FollowUp.state == "waiting")
    for step in session.scalars(planned):
        step.due_at = calendar.awake(calendar.add(step.due_at, span))


def _open_claim(session: Session, claim_id: int) -> Claim:
    claim = session.scalar(select(Claim).where(Claim.id == claim_id).with_for_update())
    if claim is None:
        raise NotFoundError("Klaim itu tidak ada.")
    session.refresh(claim.ticket, with_for_update=True)
    if claim.verdict is not None:
        raise RefusedError("Klaim ini sudah diperiksa rekan Anda; hasil Anda belum tersimpan.")
    newer = select(Claim.id).where(Claim.ticket_id == claim.ticket_id, Claim.round > claim.round)
    if claim.ticket.status not in (Status.CLAIMED_DONE, Status.DONE) or session.scalar(newer.limit(1)):
        raise RefusedError("Laporan ini sudah dibuka kembali atau berubah; klaim ini tidak perlu diperiksa lagi.")
    return claim


def _settle(claim: Claim, verdict: str, note: str, by: By) -> None:
    claim.verdict, claim.checked_at, claim.note = verdict, by.at, note or None
    claim.checked_by = int(by.actor.removeprefix("user:"))


def _was_asked(claim: Claim) -> bool:
    """Whether the citizen was written to about this claim, or about the closing that came of it."""
    since = [event for event in claim.ticket.events if event.at >= claim.claimed_at]
    return any(event.kind in ASKED for event in since)


def _bounded(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise RefusedError(f"Catatan paling panjang {LONGEST_NOTE} huruf; ringkaslah. Belum ada yang tersimpan.")
    return note

"""What agencies, coordinators and the world do in a transcript: one pattern a sentence."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from bot.agencies import claim_sample, claims, work
from bot.agencies.work import Desk
from bot.city.evidence_policy import ServiceEvidence
from bot.desk import coordination, holding
from bot.incidents import merge
from bot.tickets.tickets import By
from storage.models import Claim, Conversation, Handover, Ticket
from tests.journeys.script import ScriptError
from tests.journeys.stage import Stage
from tests.support.pictures import exif, jpeg

JPEG = jpeg()
# Depok lies outside the city; the camera's clock says when.
PHOTOS = {
    "": JPEG,
    " taken elsewhere": jpeg(exif=exif(place=((6, 28, 0), "S", (106, 48, 0), "E"))),
    " taken long ago": jpeg(exif=exif(taken="2026:06:01 09:00:00", offset="+07:00")),
}
Addresses = dict[str, tuple[str, str | None]]
Step = Callable[[Stage, Addresses, re.Match[str]], None]


def perform(stage: Stage, addresses: Addresses, written: str) -> None:
    """Do what the sentence says; ScriptError where it is none of those known."""
    sentence = (
        stage.real_numbers(written).rstrip(".")
        if written.endswith(".") and ":" not in written
        else (stage.real_numbers(written))
    )
    for pattern, step in STEPS.items():
        if found := re.fullmatch(pattern, sentence):
            step(stage, addresses, found)
            return
    raise ScriptError(f"'{written}' is no stage direction; known are those of transcripts/README.md.")


def _agency(action: str, *groups: int, photo: int = 0) -> Step:
    """``photo``: the group that says which one goes along."""

    def step(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
        arguments: list[object] = [found[group] for group in groups]
        if action == "set_date":
            arguments = [date.fromisoformat(str(arguments[0]))]
        if action == "claim_done":
            chosen = PHOTOS[found[photo]] if photo else b""
            arguments.append(work.read_photo(chosen, stage.rulebook.city.zone))
        with stage.database.begin() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.number == found[1])).one()
            desk = Desk(session, stage.rulebook, ticket, ticket.agency, stage.clock.now())
            getattr(work, action)(desk, *arguments)

    return step


def _answers(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    user, waiting = stage.staff(), _waiting(stage, addresses, found[1])
    with stage.database.begin() as session:
        coordination.answer(session, stage.rulebook, waiting, found[2], user, stage.clock.now())


def _files(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    user, waiting = stage.staff(), _waiting(stage, addresses, found[1])
    with stage.database.begin() as session:
        coordination.make_ticket(session, stage.rulebook, waiting, found[2], user, stage.clock.now())


def _passes(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    user = stage.staff()
    with stage.database.begin() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == found[1])).one()
        coordination.pass_on(session, stage.rulebook, ticket, found[2], user, stage.clock.now())


def _takes_over(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    user, conversation = stage.staff(), _conversation(stage, addresses, found[1])
    with stage.database.begin() as session:
        holding.take(session, stage.rulebook, conversation, user, stage.clock.now())


def _says(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    user, conversation = stage.staff(), _conversation(stage, addresses, found[1])
    with stage.database.begin() as session:
        once = f"form-{len(stage.seen):06}"
        holding.reply(session, stage.rulebook, conversation, user, found[2], once, stage.clock.now())


def _gives_back(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    user, conversation = stage.staff(), _conversation(stage, addresses, found[1])
    with stage.database.begin() as session:
        holding.give_back(session, conversation, user, 1 << 40, stage.clock.now(), answer_rest=False)


def _away(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    stage.recorded.away = found[1] == "away"


def _unchecked(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    stage.rulebook = replace(stage.rulebook, gives_unverified=False)


def _registered(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    stage.register(addresses[found[1]][1], found[1])


def _joins(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    user = stage.staff()
    with stage.database.begin() as session:
        merge.merge(session, stage.rulebook, found[1], found[2], user, stage.clock.now())


def _parts(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    user = stage.staff()
    with stage.database.begin() as session:
        merge.split_off(session, stage.rulebook, found[1], user, stage.clock.now())


def _gone(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    address, phone = addresses[found[1]]
    stage.telephones.gone |= {address} if found[2] else {address, phone or address}


def _back(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    address, phone = addresses[found[1]]
    stage.telephones.gone -= {address, phone or address}


def _crowd(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    stage.crowd(stage.last_heard[found[2]], int(found[1]))


def _lists(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    stage.with_lists = True


def _down(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    stage.clock.move(hours=int(found[1]))


def _draws(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    claim_sample.run_due(stage.database, stage.rulebook, stage.clock.now())


def _not_approved(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    city = stage.rulebook.city
    left = {name: sid for name, sid in city.templates.items() if name != found[1]}
    stage.rulebook = replace(stage.rulebook, city=city.model_copy(update={"templates": left}))


def _needs_photo(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    city = stage.rulebook.city
    asks = city.services[found[1]].model_copy(update={"evidence": ServiceEvidence(photo_required=True)})
    services = {**city.services, found[1]: asks}
    stage.rulebook = replace(stage.rulebook, city=city.model_copy(update={"services": services}))


def _finds(stage: Stage, addresses: Addresses, found: re.Match[str]) -> None:
    by = By(f"user:{stage.staff()}", stage.clock.now())
    with stage.database.begin() as session:
        of_ticket = select(Claim.id).join(Ticket).where(Ticket.number == found[1]).order_by(Claim.id.desc())
        claim = session.scalars(of_ticket.limit(1)).one()
        if found[2] == "in order":
            claims.find_in_order(session, stage.rulebook, claim, "", by)
        else:
            claims.find_not_in_order(session, stage.rulebook, claim, found[3] or "", by)


def _waiting(stage: Stage, addresses: Addresses, who: str) -> int:
    conversation = _conversation(stage, addresses, who)
    open_ones = select(Handover.id).where(
        Handover.conversation_id == conversation, Handover.answered_at.is_(None), Handover.reason != "hold"
    )
    with stage.database.read() as session:
        found = session.scalar(open_ones.order_by(Handover.id.desc()).limit(1))
    if found is None:
        raise ScriptError(f"nothing of {who}'s waits for a person.")
    return found


def _conversation(stage: Stage, addresses: Addresses, who: str) -> int:
    wanted = addresses[who][0]
    with stage.database.read() as session:
        rows = session.scalars(select(Conversation)).all()
        return next(row.id for row in rows if row.address == wanted)


STEPS: dict[str, Step] = {
    r"Agency accepts (\S+)": _agency("accept"),
    r"Agency claims (\S+) is done: (.+)": _agency("claim_done", 2),
    r"Agency claims (\S+) is done, with a photo(| taken elsewhere| taken long ago): (.+)": _agency(
        "claim_done", 3, photo=2
    ),
    r"Agency asks about (\S+): (.+)": _agency("ask", 2),
    r"Agency sends (\S+) back: (.+)": _agency("send_back", 2),
    r"Agency schedules (\S+) for ([\d-]+)": _agency("set_date", 2),
    r"Coordinator answers (\w+): (.+)": _answers,
    r"Coordinator files the message of (\w+) as (\w+)": _files,
    r"Coordinator passes (\S+) to (\w+)": _passes,
    r"Coordinator takes over from the bot with (\w+)": _takes_over,
    r"Coordinator says to (\w+): (.+)": _says,
    r"Coordinator gives (\w+) back to the bot": _gives_back,
    r"Coordinator joins (\S+) to (\S+)": _joins,
    r"Coordinator parts (\S+) from the others": _parts,
    r"Coordinator checks (\S+): it is (in order)\.?": _finds,
    r"Coordinator checks (\S+): it is (not in order): (.+)": _finds,
    r"(\d+) others write what (\w+) wrote": _crowd,
    r"Nothing reaches (\w+)( by WhatsApp)? any more": _gone,
    r"The system is down for (\d+) hours": _down,
    r"(\w+) can be reached again": _back,
    r"Lists are written too": _lists,
    r"The week's sample is drawn": _draws,
    r"The template (\w+) is not approved": _not_approved,
    r"A photo is required for (\w+)": _needs_photo,
    r"The model is (away|back)": _away,
    r"The answers are not checked yet": _unchecked,
    r"(\w+) is registered as a civil servant": _registered,
}

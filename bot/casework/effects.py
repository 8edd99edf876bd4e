"""What each action of a turn does to the stored state; what it finds out goes into the replies."""

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch

from bot.case import Case, Facts
from bot.casework import citizens, closing, correcting, incident_news
from bot.casework.reply_facts import advice, facts_of, target_now
from bot.conversation import turn as acts
from bot.conversation.reports import FALLBACK_SERVICE, services
from bot.conversation.state import Draft
from bot.duty import duty
from bot.following import followups, rechecks
from bot.incidents import duplicates, incidents, members
from bot.incidents.incidents import Settled
from bot.intake import inbox
from bot.outgoing import agency_mail
from bot.personal import consents, restricting
from bot.privacy import mask
from bot.status import Move, is_open, moves_from
from bot.tickets import tickets
from bot.tickets.tickets import By, Report
from storage.models import Handover, Ticket

PHOTO = "(foto)"


@singledispatch
def perform(action: acts.Action, case: Case) -> Facts:
    """Carry out one action; what it found out goes into the replies."""
    raise TypeError(f"There is no way to carry out {type(action).__name__}.")


@perform.register
def _file(action: acts.FileReport, case: Case) -> Facts:
    opened = [_open(case, action, service) for service in services(action.draft, case.rulebook.city)]
    for ticket in opened[1:]:
        ticket.linked_to = opened[0].id
    settled = [_settle(case, ticket) for ticket in opened]
    filed = [each.same_as or each.ticket for each in settled]
    first = filed[0]
    if action.draft.begun:
        inbox.belong_to(case.session, case.conversation, action.draft.begun, first.id)
    if action.urgent and not settled[0].flood:
        duty.raise_alarm(case.session, first, case.now)
    if action.question:
        _ask_person(acts.AskPerson("question", action.question), case)
    news = incident_news.facts_of(case, settled[0])
    return {**facts_of(case, first), "filed": _listed(case, settled), "advice": advice(case, first), **news}


def _settle(case: Case, ticket: Ticket) -> Settled:
    messages = [message.id for message in case.messages]
    return incidents.settle(case.session, case.rulebook, ticket, case.now, messages)


def _open(case: Case, action: acts.FileReport, service: str) -> Ticket:
    draft = replace(action.draft, story=_whole_story(case, action.draft))
    report = report_of(draft, service, urgent=action.urgent, sealed=action.sealed)
    return tickets.open_ticket(case.session, case.rulebook, case.conversation, report, case.now)


def _whole_story(case: Case, draft: Draft) -> str:
    """With what was asked first, where a standing answer asks something: the agency must understand the reply."""
    if draft.checked is None:
        return draft.story
    topic, answer = draft.checked
    return f"{draft.story}\n{rechecks.question_of(case.rulebook, topic)} {answer}".strip()


def report_of(draft: Draft, service: str, *, urgent: bool = False, sealed: bool = False) -> Report:
    """A draft as one report about ``service``."""
    return Report(
        kind=draft.kind,
        service=service,
        story=draft.story,
        place=draft.place,
        kelurahan=draft.kelurahan,
        city=draft.city,
        location=draft.location,
        urgent=urgent,
        sealed=sealed,
    )


def _listed(case: Case, settled: Sequence[Settled]) -> str:
    """Several new tickets, a line each; for one that there was already, its number."""
    return "\n".join(
        case.say("filed_line_again" if each.same_as else "filed_line", facts_of(case, each.same_as or each.ticket))
        for each in settled
    )


@perform.register
def _add(action: acts.AddToTicket, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    ticket.place = ticket.place or (action.place and mask(action.place))
    if action.location:
        ticket.latitude, ticket.longitude = action.location.latitude, action.location.longitude
    by = By("citizen", case.now, action.text or None)
    if action.answers and Move.ANSWER in moves_from(ticket.status):
        tickets.move(case.session, case.rulebook, ticket, Move.ANSWER, by)
    else:
        tickets.record(case.session, ticket, "added", by)
    if (action.place or action.location) and ticket.forwarded_at is None:
        incidents.look_again(case.session, case.rulebook, ticket, case.now)
    if action.seals and not ticket.sealed:
        _longer_story(ticket, action.text)
        correcting.seal(case, ticket)
        return facts_of(case, ticket)
    told = action.text or _pin(action) or (PHOTO if action.answers else "")
    if told and ticket.forwarded_at and is_open(ticket.status):
        agency_mail.new_information(case.session, case.rulebook, ticket, f"more:{case.last_id}", told, case.now)
    elif action.text:
        _longer_story(ticket, action.text)
    return facts_of(case, ticket)


@perform.register
def _confirm(action: acts.Confirm, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    closing.confirm(case.session, case.rulebook, ticket, case.now)
    return facts_of(case, ticket)


@perform.register
def _deny(action: acts.Deny, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    closing.deny(case.session, case.rulebook, ticket, action.text, case.now)
    if action.seals and not ticket.sealed:
        correcting.seal(case, ticket)
    return facts_of(case, ticket)


@perform.register
def _judge_all(action: acts.JudgeAll, case: Case) -> Facts:
    judged = [tickets.by_number(case.session, number) for number in action.numbers]
    for ticket in judged:
        if action.done:
            closing.confirm(case.session, case.rulebook, ticket, case.now)
        else:
            closing.deny(case.session, case.rulebook, ticket, action.text, case.now)
        if action.seals and not ticket.sealed:
            correcting.seal(case, ticket)
    return {"target_now": target_now(case, max(judged, key=lambda ticket: ticket.solve_by))}


@perform.register
def _part(action: acts.Part, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    seals = action.seals and not ticket.sealed
    _tell_where(case, ticket, action)
    if ticket.duplicate_of is not None:
        duplicates.undo(case.session, case.rulebook, ticket, case.now)
        if not seals:
            incidents.look_again(case.session, case.rulebook, ticket, case.now)
    elif not seals:
        members.split(case.session, case.rulebook, ticket, "citizen", case.now, why="elsewhere")
    if seals:
        correcting.seal(case, ticket)  # which parts it from the others as well
    return facts_of(case, ticket)


def _tell_where(case: Case, ticket: Ticket, action: acts.Part) -> None:
    """Before it is parted, so that the agency's letter has it."""
    if action.text:
        tickets.record(case.session, ticket, "added", By("citizen", case.now, action.text))
        _longer_story(ticket, action.text)
    correcting.put_at(ticket, action.place, action.location)


@perform.register
def _withdraw(action: acts.Withdraw, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    if Move.WITHDRAW in moves_from(ticket.status):
        tickets.move(case.session, case.rulebook, ticket, Move.WITHDRAW, By("citizen", case.now))
        handed_on = members.lead_closed(case.session, case.rulebook, ticket, case.now)
        if ticket.forwarded_at and not handed_on:
            key = f"withdrawn:{ticket.id}:{ticket.moves}"
            agency_mail.withdrawn(case.session, case.rulebook, ticket, key, case.now)
    return facts_of(case, ticket)


@perform.register
def _correct(action: acts.Correct, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    correcting.correct(case, ticket, action)
    return facts_of(case, ticket)


@perform.register
def _rate(action: acts.Rate, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    if ticket.rating in (None, closing.NOT_RATED) and ticket.closed_at is not None:
        closing.rate(case.session, ticket, action.stars, case.now)
    return facts_of(case, ticket)


@perform.register
def _set_safe_contact(action: acts.SetSafeContact, case: Case) -> Facts:
    ticket = tickets.by_number(case.session, action.number)
    ticket.may_write = action.may_write
    tickets.record(case.session, ticket, "safe_contact", By("citizen", case.now, action.other_way or None))
    citizens.agree(case, consents.SAFE, given=action.may_write)
    return facts_of(case, ticket)


@perform.register
def _ask_later(action: acts.AskLater, case: Case) -> Facts:
    rechecks.promise(case, action.topic, action.days)
    return {}


@perform.register
def _answer_recheck(action: acts.AnswerRecheck, case: Case) -> Facts:
    history = rechecks.settle(case, action.topic)
    if action.draft is None:
        return {}
    draft = replace(action.draft, story=f"{history}\n{action.draft.story}".strip())
    report = report_of(draft, draft.service or FALLBACK_SERVICE, sealed=action.sealed)
    return facts_of(case, tickets.open_ticket(case.session, case.rulebook, case.conversation, report, case.now))


@perform.register
def _show_data(action: acts.ShowData, case: Case) -> Facts:
    return citizens.stored_about(case)


@perform.register
def _give_copy(action: acts.GiveCopy, case: Case) -> Facts:
    facts = citizens.give_copy(case)
    if facts.get(citizens.BY_PERSON):
        _ask_person(acts.AskPerson("data", case.messages[-1].text), case)
    return facts


@perform.register
def _set_name(action: acts.SetName, case: Case) -> Facts:
    citizens.set_name(case, action.name)
    return {}


@perform.register
def _stop_using(action: acts.StopUsing, case: Case) -> Facts:
    citizens.stop_using(case, withdraws=action.withdraws)
    return {}


@perform.register
def _erase(action: acts.Erase, case: Case) -> Facts:
    return citizens.erase(case)


@perform.register
def _ask_person(action: acts.AskPerson, case: Case) -> Facts:
    city = case.rulebook.city
    ticket = tickets.by_number(case.session, action.number) if action.number else None
    due = city.working_calendar.add(case.now, city.follow_ups.light_question)
    case.session.add(
        Handover(
            conversation_id=case.conversation.id,
            inbound_id=case.last_id or None,
            reason=action.reason,
            text=action.text,
            created_at=case.now,
            due_at=case.now if ticket and ticket.urgent else due,
        )
    )
    if ticket and ticket.urgent:
        duty.ring_again(case.session, ticket, case.now)
    if action.reason == "data":
        citizens.asked_of_person(case, action.text)
    return facts_of(case, ticket) if ticket else {}


@perform.register
def _set_opt_out(action: acts.SetOptOut, case: Case) -> Facts:
    case.conversation.citizen.opted_out_at = case.now if action.out else None
    citizens.agree(case, consents.NEWS, given=not action.out)
    if not action.out:
        restricting.lift(case.session, case.conversation.citizen, case.now, case.last_id)
    return {}


def after_reply(action: acts.Action | None, case: Case) -> None:
    """What an action brings about once its reply is written: whoever wants news again has that confirmed first."""
    if isinstance(action, acts.SetOptOut) and not action.out:
        followups.ask_what_was_held_back(case.session, case.rulebook, case.conversation.citizen_id, case.now)


def _pin(action: acts.AddToTicket) -> str:
    return f"{action.location.latitude:.5f}, {action.location.longitude:.5f}" if action.location else ""


def _longer_story(ticket: Ticket, text: str) -> None:
    ticket.story = f"{ticket.story}\n{text}".strip()
    ticket.masked_story = mask(ticket.story)

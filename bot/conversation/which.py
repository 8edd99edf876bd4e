"""The answer to "which report do you mean?": what was said before is then about that one."""

from dataclasses import replace

from bot.city import City
from bot.conversation import corrections, tickets
from bot.conversation.choosing import chosen
from bot.conversation.state import Asked, Dialogue, Draft, Pending, Said, Situation, TicketView
from bot.conversation.turn import AskPerson, Reply, Turn


def picked(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The answer, before the number in it is taken for a question about that ticket."""
    question = dialogue.pending
    asked = question is not None and question.asked is Asked.WHICH
    return named_one(dialogue, question, said, situation, city) if question and asked else None


def passed_over(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """Something else was said instead: words that belong to a report nobody named go to a person first."""
    question = dialogue.pending
    if question is None or question.asked is not Asked.WHICH or question.verdict != "add" or not question.held:
        return None
    return replace(never_named(dialogue, question.held), hold=True, wake_at=said.now)


def never_named(dialogue: Dialogue, held: Draft) -> Turn:
    """Nobody said which report was meant: a person reads what was said."""
    return Turn(dialogue.answered(), (), AskPerson("unsure", held.story), outcome="person")


def named_one(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """The ticket that was picked: what was said before is now about it."""
    option = chosen(pending, said) or next((n for n in said.numbers if n in pending.options), None)
    held = pending.held
    if option is None or held is None:
        return None
    ticket = situation.ticket(option)
    if ticket is None:
        action = AskPerson("unsure", held.story)
        return Turn(dialogue.answered(), (Reply("handed_over_unsure"),), action, outcome="person")
    earlier = replace(said, text=held.story, location=held.location, choice=None, numbers=())
    return _carry_on(dialogue.answered(), earlier, ticket, pending.verdict or "add", city)


def _carry_on(dialogue: Dialogue, said: Said, ticket: TicketView, verdict: str, city: City) -> Turn:
    if verdict in ("yes", "no"):
        judged = tickets.judged(dialogue, said, ticket, verdict == "yes")
        return judged or Turn(dialogue, (tickets.status_line(ticket, city),), outcome="answered")
    if verdict == "withdraw":
        return tickets.ask_withdrawal_of(dialogue, said, ticket.number)
    if verdict == "change":
        return corrections.ask_what_of(dialogue, said, ticket.number)
    return tickets.add(dialogue, said, ticket, silent=False)

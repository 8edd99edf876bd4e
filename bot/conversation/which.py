"""The answer to "which report do you mean?": what was said before is then about that one."""

from dataclasses import replace

from bot.city.city import City
from bot.conversation import claims, corrections, matching, tickets
from bot.conversation.choosing import answers_a_later_question, chosen, is_story
from bot.conversation.standing import status_line
from bot.conversation.state import Asked, Dialogue, Pending, Said, Situation, TicketView
from bot.conversation.turn import AskPerson, Reply, Turn


def picked(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """The answer, before the number in it is taken for a question about that ticket."""
    question = dialogue.pending
    asked = question is not None and question.asked is Asked.WHICH
    asked = asked and question is not None and not answers_a_later_question(question, said, situation)
    return named_one(dialogue, question, said, situation, city) if question and asked else None


def passed_over(dialogue: Dialogue, said: Said, situation: Situation, city: City) -> Turn | None:
    """Something else was said instead: words that belong to a report nobody named go to a person first."""
    question = dialogue.pending
    if question is None or not question.holds_words:
        return None
    return replace(never_named(dialogue, question), hold=True, wake_at=said.now)


def never_named(dialogue: Dialogue, question: Pending) -> Turn:
    """Nobody said which report, or which service, was meant: a person reads what was said."""
    story = question.held.story if question.held else ""
    about = f"{question.ticket}: {story}" if question.ticket else story
    return Turn(dialogue.answered(), (), AskPerson("unsure", about, question.ticket), outcome="person")


def named_one(dialogue: Dialogue, pending: Pending, said: Said, situation: Situation, city: City) -> Turn | None:
    """The ticket that was picked: what was said before is now about it."""
    option, held = _picked(pending, said), pending.held
    if option is None or held is None:
        return None
    earlier = replace(
        said, text=held.story, location=held.location, choice=None, numbers=(), sealed_words=held.sealed
    )
    if option == matching.ALL_OF_THEM:
        among = [ticket for ticket in situation.tickets if ticket.number in pending.options]
        turn = claims.judged_all(dialogue.answered(), earlier, among, pending.verdict == matching.YES)
        return turn or Turn(dialogue.answered(), (Reply("nothing_asked"),), outcome="answered")
    ticket = situation.ticket(option)
    if ticket is None:
        action = AskPerson("unsure", held.story)
        return Turn(dialogue.answered(), (Reply("handed_over_unsure"),), action, outcome="person")
    return _carry_on(dialogue.answered(), earlier, ticket, pending.verdict or "add", city)


def _picked(pending: Pending, said: Said) -> str | None:
    """The option by button, number in the list, the number of the ticket, or "semuanya".

    A story that names a ticket is a matter of its own; it may have been written before we asked.
    """
    named = None if is_story(said) else next((n for n in said.numbers if n in pending.options), None)
    option = chosen(pending, said) or named
    means_all = matching.ALL_OF_THEM in pending.options and said.means_all and not said.choice
    return option or (matching.ALL_OF_THEM if means_all else None)


def _carry_on(dialogue: Dialogue, said: Said, ticket: TicketView, verdict: str, city: City) -> Turn:
    if verdict in (matching.YES, matching.NO):
        judged = claims.judged(dialogue, said, ticket, verdict == matching.YES)
        return judged or Turn(dialogue, (status_line(ticket, city, said.now),), outcome="answered")
    if verdict == "withdraw":
        return tickets.ask_withdrawal_of(dialogue, said, ticket.number)
    if verdict == "change":
        return corrections.ask_what_of(dialogue, said, ticket.number)
    return tickets.add(dialogue, said, ticket, silent=False)

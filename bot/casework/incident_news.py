"""What a citizen is told when others reported the same, or they did themselves: kindly, and never who."""

from dataclasses import replace

from bot.case import Case, Facts
from bot.casework.situation import view_of
from bot.conversation.standing import status_line
from bot.conversation.state import TicketView
from bot.conversation.turn import Reply, Turn
from bot.incidents.incidents import Settled
from storage.models import Ticket
from storage.queries.following import held_since

FILED = ("report_filed", "report_filed_without_place")
# From so many on a rounded number is told, below it none.
FEW = 5
ROUNDED = (5, 10, 25, 50, 100, 250, 500, 1_000)


def facts_of(case: Case, settled: Settled) -> Facts:
    """What the sentences about the new report mention besides, and how they change."""
    if settled.same_as is not None:
        return {"settled": settled}
    return {"settled": settled, "others": others(case, settled.others)} if settled.others else {}


def others(case: Case, count: int) -> str:
    """ "Beberapa warga lain": how many, rounded down."""
    say, language = case.rulebook.wording.say, case.conversation.language
    if count < FEW:
        return say("others_one" if count == 1 else "others_few", language, {})
    rounded = max(number for number in ROUNDED if number <= count)
    return say("others_many", language, {"count": rounded})


def retold(case: Case, turn: Turn, facts: Facts) -> Turn:
    """The turn as it is said where the report turned out to be one of several."""
    settled: Settled | None = facts.get("settled")
    if settled is None or not any(reply.wording in FILED for reply in turn.replies):
        return turn
    if settled.same_as is not None:
        known = status_line(_view(case, settled.same_as), case.rulebook.city, case.now)
        return replace(turn, dialogue=turn.dialogue.answered(), replies=(Reply("same_again"), known))
    if settled.flood:
        return replace(turn, dialogue=turn.dialogue.answered(), replies=(Reply("report_flood"),))
    return replace(turn, replies=tuple(_joined(reply) for reply in turn.replies))


def _joined(reply: Reply) -> Reply:
    return replace(reply, wording="report_joined") if reply.wording in FILED else reply


def _view(case: Case, ticket: Ticket) -> TicketView:
    return view_of(ticket, since=held_since(case.session, ticket.id))

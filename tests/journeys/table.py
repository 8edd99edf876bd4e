"""Figures over all transcripts: how many there are, and what a complete report costs in messages."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.messages import EMAIL

if TYPE_CHECKING:
    from tests.journeys.play import Played
    from tests.journeys.stage import Written

FILED = frozenset({"report_filed", "report_filed_without_place", "reports_filed", "sealed_filed"})
ASKED = frozenset({"ask_place", "ask_service", "check_first"})
# Said about a report that was filed just now, as the answer to its own question.
AFTERWARDS = frozenset({"info_added", "never_mind"})
OWN_QUESTION_AT = 1


@dataclass(frozen=True)
class Cost:
    """How many messages of ours it took until a report was complete."""

    messages: int
    at_once: bool


def costs(played: "Played") -> list[Cost]:
    """One for each report that was filed over the conversation, emergencies aside."""
    found: list[Cost] = []
    for address in dict.fromkeys(message.to for message in played.sent if message.channel != EMAIL):
        found += _of_one([m for m in played.sent if m.to == address and m.key.startswith("reply:")])
    return found


def _of_one(sent: Sequence["Written"]) -> Iterator[Cost]:
    asked = 0
    for n, message in enumerate(sent):
        if message.wording in ASKED:
            asked += 1
        elif message.wording in FILED:
            yield Cost(asked + 1 + _own_question(message, sent[n + 1 : n + 2]), at_once=asked == 0)
            asked = 0


def _own_question(filed: "Written", following: Sequence["Written"]) -> int:
    """A service's own question stands behind "filed"; its answer is acknowledged once."""
    asks = filed.text.rstrip().endswith("?")
    return int(bool(asks and following and following[0].wording in AFTERWARDS))


def rows(played: Sequence["Played"]) -> Iterator[str]:
    """The table, a line each."""
    yield f"{'group':<18}{'journeys':>9}{'messages in':>13}{'messages out':>14}"
    groups = Counter(one.script.group for one in played)
    for group, count in sorted(groups.items()):
        mine = [one for one in played if one.script.group == group]
        yield f"{group:<18}{count:>9}{sum(len(one.script.messages) for one in mine):>13}{_out(mine):>14}"
    total = sum(len(one.script.messages) for one in played)
    yield f"{'all':<18}{len(played):>9}{total:>13}{_out(played):>14}"
    yield ""
    found = [cost for one in played for cost in costs(one)]
    yield _line("messages from the bot for a complete report", found)
    yield _line("of these, where everything was said at once", [cost for cost in found if cost.at_once])


def _out(played: Sequence["Played"]) -> int:
    return sum(message.channel != EMAIL for one in played for message in one.sent)


def _line(title: str, found: Sequence[Cost]) -> str:
    counts = [cost.messages for cost in found] or [0]
    return f"{title}: {sum(counts) / len(counts):.2f} on average, {max(counts)} at most ({len(found)} reports)"

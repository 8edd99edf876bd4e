"""The few types of events that other systems are told of, each for several kinds of a ticket's history.

What is not in here is nobody's business outside: notes, looks, reminders, what citizens were told. The types are
a promise: none is taken away or means something else; a receiver ignores those that it does not know.
"""

from collections.abc import Collection, Mapping

from bot.status import Move

FILED, FORWARDED, CHANGED = "ticket.filed", "ticket.forwarded", "ticket.changed"
STATUS_CHANGED, REOPENED, CLOSED = "ticket.status_changed", "ticket.reopened", "ticket.closed"
# What everybody was told of and is nobody else's business any more: it was withdrawn, rejected, or told twice.
REMOVED = "ticket.removed"
# Sent by a button, so that somebody sees that it arrives.
PING = "ping"

# Kinds of the history: a ticket comes to its agency some minutes after it is filed, and until then nobody is told.
FILING, COMING = "filed", str(Move.FORWARD)
REMOVING = (str(Move.WITHDRAW), str(Move.REJECT), "duplicate")
TYPE_OF: Mapping[str, str] = {
    FILING: FILED,
    **dict.fromkeys((COMING, str(Move.REROUTE)), FORWARDED),
    **dict.fromkeys(
        map(str, (Move.ACCEPT, Move.SEND_BACK, Move.ASK, Move.ANSWER, Move.SET_DATE, Move.CLAIM)), STATUS_CHANGED
    ),
    **dict.fromkeys(("corrected", "deadline_moved"), CHANGED),
    **dict.fromkeys((str(Move.DENY), str(Move.REFUSE_CLAIM), "not_duplicate"), REOPENED),
    **dict.fromkeys(
        (*map(str, (Move.CONFIRM, Move.CLOSE_SILENT, Move.CLOSE_UNREACHABLE)), *REMOVING, "delivered"), CLOSED
    ),
}
KINDS = tuple(TYPE_OF)
TYPES = (FILED, FORWARDED, STATUS_CHANGED, CHANGED, REOPENED, CLOSED, REMOVED)


def kinds_of(types: Collection[str]) -> tuple[str, ...]:
    """The kinds in the history to look at for ``types``; all for none."""
    wanted = {kind for kind in KINDS if TYPE_OF[kind] in types}
    wanted |= {COMING} if FILED in types else set()
    wanted |= {*REMOVING} if REMOVED in types else set()
    return tuple(kind for kind in KINDS if kind in wanted) if types else KINDS

"""A ticket's life as a table: which move is possible in which status, and where it leads."""

from enum import StrEnum

from bot.errors import RefusedError


class Status(StrEnum):
    """Where a ticket stands."""

    RECEIVED = "received"
    NEEDS_INFO = "needs_info"
    WAITING = "waiting"
    COORDINATION = "coordination"
    IN_PROGRESS = "in_progress"
    SCHEDULED = "scheduled"
    CLAIMED_DONE = "claimed_done"
    DONE = "done"
    REOPENED = "reopened"
    NOT_OURS = "not_ours"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What can happen to a ticket."""

    FORWARD = "forward"
    REROUTE = "reroute"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    ASK = "ask"
    ANSWER = "answer"
    SET_DATE = "set_date"
    CLAIM = "claim"
    CONFIRM = "confirm"
    DENY = "deny"
    REFUSE_CLAIM = "refuse_claim"
    CLOSE_SILENT = "close_silent"
    CLOSE_UNREACHABLE = "close_unreachable"
    WITHDRAW = "withdraw"
    REJECT = "reject"


class Outcome(StrEnum):
    """How a closed ticket came to be closed; the kinds are never counted together."""

    CONFIRMED = "confirmed"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"
    DELIVERED = "delivered"
    DUPLICATE = "duplicate"


S, M = Status, Move
WITH_AGENCY = (S.WAITING, S.IN_PROGRESS, S.SCHEDULED, S.REOPENED)
OPEN = (S.RECEIVED, S.NEEDS_INFO, S.COORDINATION, *WITH_AGENCY, S.CLAIMED_DONE)

TRANSITIONS: dict[tuple[Status, Move], Status] = {
    (S.RECEIVED, M.FORWARD): S.WAITING,
    (S.COORDINATION, M.FORWARD): S.WAITING,
    (S.REOPENED, M.FORWARD): S.WAITING,
    # A coordinator takes it from one agency and gives it to another.
    **{(s, M.REROUTE): S.WAITING for s in (*WITH_AGENCY, S.NEEDS_INFO)},
    **{(s, M.ACCEPT): S.IN_PROGRESS for s in (S.WAITING, S.REOPENED)},
    **{(s, M.SEND_BACK): S.COORDINATION for s in (*WITH_AGENCY, S.NEEDS_INFO)},
    **{(s, M.ASK): S.NEEDS_INFO for s in WITH_AGENCY},
    (S.NEEDS_INFO, M.ANSWER): S.IN_PROGRESS,
    **{(s, M.SET_DATE): S.SCHEDULED for s in WITH_AGENCY},
    **{(s, M.CLAIM): S.CLAIMED_DONE for s in (*WITH_AGENCY, S.NEEDS_INFO)},
    # A citizen may say "it is fixed" before the agency does, and "it is not" after the closing.
    **{(s, M.CONFIRM): S.DONE for s in OPEN},
    **{(s, M.DENY): S.REOPENED for s in (S.CLAIMED_DONE, S.DONE)},
    # A coordinator who looked at a claim may say so too.
    **{(s, M.REFUSE_CLAIM): S.REOPENED for s in (S.CLAIMED_DONE, S.DONE)},
    (S.CLAIMED_DONE, M.CLOSE_SILENT): S.DONE,
    (S.CLAIMED_DONE, M.CLOSE_UNREACHABLE): S.DONE,
    **{(s, M.WITHDRAW): S.WITHDRAWN for s in OPEN},
    **{(s, M.REJECT): S.REJECTED for s in OPEN},
}

OUTCOMES: dict[Move, Outcome] = {
    M.CONFIRM: Outcome.CONFIRMED,
    M.CLOSE_SILENT: Outcome.SILENT,
    M.CLOSE_UNREACHABLE: Outcome.UNREACHABLE,
    M.WITHDRAW: Outcome.WITHDRAWN,
    M.REJECT: Outcome.REJECTED,
}

LABELS: dict[Status, str] = {
    S.RECEIVED: "Diterima",
    S.NEEDS_INFO: "Perlu data",
    S.WAITING: "Menunggu",
    S.COORDINATION: "Koordinasi",
    S.IN_PROGRESS: "Proses",
    S.SCHEDULED: "Dijadwalkan",
    S.CLAIMED_DONE: "Klaim selesai",
    S.DONE: "Selesai",
    S.REOPENED: "Dibuka kembali",
    S.NOT_OURS: "Bukan wewenang",
    S.DUPLICATE: "Duplikat",
    S.REJECTED: "Ditolak",
    S.WITHDRAWN: "Dicabut",
}


def is_open(status: str) -> bool:
    return status in OPEN


def moves_from(status: str) -> frozenset[Move]:
    """What may be done with a ticket in ``status``."""
    return frozenset(move for (start, move) in TRANSITIONS if start == status)


def after(status: str, move: Move) -> Status:
    """The status that ``move`` leads to; RefusedError where the table has no such move."""
    try:
        return TRANSITIONS[Status(status), move]
    except KeyError:
        label = LABELS[Status(status)]
        raise RefusedError(f"Laporan ini berstatus {label}; langkah itu tidak bisa dilakukan lagi.") from None

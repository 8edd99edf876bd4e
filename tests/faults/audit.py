"""The audit that ends every fault test: what must be true of the city, whatever was done to it.

    audited = audit(place, sent)

waits until all that is due is done and all that was sent is stored, and then asks both sides: our database, and
what Twilio and the mail server (the stand-ins) really got. The rules are the functions of ``RULES``, each yielding
one sentence for each thing that is wrong; all of them together are the AssertionError.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.delivery.failures import IN_DOUBT
from bot.history.verifying import Tally, Wanted, verify
from tests.faults import audit_steps, records
from tests.faults.records import Records
from tests.faults.waiting import settled, still_waiting
from tests.journeys.town import Town

SENT = ("accepted", "delivered", "read")
SHOWN = 20  # sentences; the rest is counted


@dataclass(frozen=True)
class Audited:
    """What was found when nothing was wrong. ``outcomes``: of the messages, by name; ``replies``: accepted by
    Twilio; ``in_doubt``: of which nobody knows; ``repeats``: second copies of what may be sent twice (letters,
    first replies to emergencies); ``steps``: follow-ups done."""

    messages: int
    outcomes: Counter[str]
    replies: int
    in_doubt: int
    letters: int
    repeats: int
    tickets: int
    steps: int

    def __str__(self) -> str:
        became = ", ".join(f"{name} {count}" for name, count in self.outcomes.most_common())
        sent = f"{self.replies:,} replies ({self.in_doubt} in doubt), {self.letters:,} letters"
        return f"{self.messages:,} messages stored once ({became}); {sent}, {self.steps:,} follow-ups, each once"


def audit(place: Town, sent: Collection[str], within_s: float = 900, ahead: timedelta = timedelta(0)) -> Audited:
    """Hold the city to every rule, once it has settled (``within_s`` seconds at most).

    ``sent``: the MessageSid of every message that reached us or that Twilio lists: those acknowledged, and those
    that the webhook refused and reconciliation must find. No others may be stored. ``ahead``: of the right
    time, by the clock of the town.
    """
    settled(place, within_s, sent, ahead)
    with place.database() as database, database.read() as session:
        found = records.read(place, session)
        waiting = still_waiting(session, datetime.now(UTC) + ahead - timedelta(seconds=5))
        wrong = [*_stored_once(found, sent), *(problem for rule in RULES for problem in rule(found))]
        wrong += [f"{count} {what} wait for ever." for what, count in waiting.items()]
        wrong += [f"A history was changed: {problem}" for problem in verify(database, Wanted(), Tally())]
    assert not wrong, "\n".join([f"{len(wrong)} things are wrong:", *wrong[:SHOWN]])
    return _counted(found)


def _stored_once(found: Records, sent: Collection[str]) -> Iterator[str]:
    stored = Counter(row.external_id for row in found.inbound)
    yield from (f"{sid} was sent in and is not stored." for sid in set(sent) - set(stored))
    yield from (f"{sid} is stored and nobody sent it." for sid in set(stored) - set(sent))
    yield from (f"{sid} is stored {count} times." for sid, count in stored.items() if count > 1)


def _one_outcome(found: Records) -> Iterator[str]:
    for row in found.inbound:
        if row.state != "done" or not row.outcome or row.outcome == "error":
            yield f"Message {row.id} is '{row.state}' with the outcome '{row.outcome}'."


def _filed_once(found: Records) -> Iterator[str]:
    """One text, one ticket: a turn that was carried out twice would file it twice."""
    said = Counter((row.conversation_id, row.text) for row in found.inbound)
    filed = Counter((row.conversation_id, row.masked_story) for row in found.tickets)
    for told, count in filed.items():
        if count > max(said[told], 1):
            yield f"Conversation {told[0]} has {count} tickets of one text."


def _accepted_once(found: Records) -> Iterator[str]:
    """What is said to be sent was accepted once, what stands in doubt at most once, and all else never."""
    for row in found.by_twilio:
        count = found.arrived(row)
        doubt = row.state == "in_doubt" or row.failure == IN_DOUBT
        least, most = (1, 1) if row.state in SENT else (0, int(doubt))
        if row.at_least_once and most:
            most = max(count, 1)
        if not least <= count <= most:
            yield f"Reply {row.id} is '{row.state}', and Twilio accepted it {count} times."


def _accepted_is_ours(found: Records) -> Iterator[str]:
    """Nothing was sent that the outbox does not have, nothing to somebody else, and we know under which id."""
    rows = {row.id: row for row in found.by_twilio}
    for number, messages in found.accepted.items():
        row = rows.get(number)
        if row is None:
            yield f"Twilio accepted a message for reply {number}, which is not in the outbox."
            continue
        if any(message["to"] != row.recipient for message in messages):
            yield f"Reply {number} went to somebody else."
        if row.state in SENT and row.provider_id not in {message["sid"] for message in messages}:
            yield f"Reply {number} is known by {row.provider_id}, which Twilio never gave it."


def _reports_kept(found: Records) -> Iterator[str]:
    """Where we told Twilio that we have heard its report, we have."""
    heard = {report["sid"] for report in found.callbacks if report["status"] == "delivered" and _is_ok(report)}
    rows = {message["sid"]: number for number, messages in found.accepted.items() for message in messages}
    arrived = {row.id for row in found.by_twilio if row.delivered_at}
    yield from (f"The delivery of reply {rows[sid]} was reported and forgotten." for sid in heard
                if rows.get(sid) not in arrived)  # fmt: skip


def _letters_arrived(found: Records) -> Iterator[str]:
    """At least once each, and none that nobody wrote."""
    for row in found.by_mail:
        if row.state in SENT and not found.arrived(row):
            yield f"Letter {row.id} is '{row.state}' and did not arrive."
    written = {row.body.get("message_id") for row in found.by_mail}
    yield from (f"A letter arrived that is not in the outbox: {one}." for one in set(found.letters) - written)


def _protocol_kept(found: Records) -> Iterator[str]:
    yield from (f"Not as Twilio's description has it: {violation}" for violation in found.violations)


RULES: tuple[Callable[[Records], Iterator[str]], ...] = (
    _one_outcome,
    _filed_once,
    _accepted_once,
    _accepted_is_ours,
    _reports_kept,
    _letters_arrived,
    *audit_steps.RULES,
    _protocol_kept,
)


def _is_ok(report: dict[str, object]) -> bool:
    return isinstance(report["outcome"], int) and 200 <= report["outcome"] < 300


def _counted(found: Records) -> Audited:
    again = sum(len(messages) - 1 for messages in found.accepted.values())
    return Audited(
        messages=len(found.inbound),
        outcomes=Counter(row.outcome for row in found.inbound),
        replies=sum(map(len, found.accepted.values())),
        in_doubt=sum(row.state == "in_doubt" or row.failure == IN_DOUBT for row in found.by_twilio),
        letters=len(set(found.letters)),
        repeats=again + len(found.letters) - len(set(found.letters)),
        tickets=len(found.tickets),
        steps=sum(row.state == "done" for row in found.steps),
    )

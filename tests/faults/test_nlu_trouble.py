"""The language model's server goes wrong in every way there is: nobody waits for an emergency, nobody hears
nothing.

By the word list alone emergencies are answered; everybody else is told once that the message is here, and is
answered by itself when the server is well again. What it says in words that nobody knows goes to people.
"""

import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.models import Handover, InboundMessage, OutboundMessage
from tests.faults import records
from tests.faults.asking import bad_parts
from tests.faults.audit import audit
from tests.faults.cost import cost_of, lateness, note
from tests.faults.posting import webhooks_of
from tests.faults.stream import Writing, writing_to
from tests.faults.troubled_nlu import MANNERS, WELL, Server, troubled_nlu
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town, wait_for

pytestmark = pytest.mark.processes

# Citizens who write while it is wrong in one way, and over how many seconds they do.
QUICK, LONG = (8, 1.0), (300, 30.0)
sizes = pytest.mark.parametrize(("citizens", "over_s"), [
    pytest.param(*QUICK, marks=pytest.mark.faults_quick, id="quick"),
    pytest.param(*LONG, marks=pytest.mark.faults, id="long"),
])  # fmt: skip
EMERGENCY_WITHIN_S = 8.0
ANYBODY_WITHIN_S = 120.0
EMERGENCY = "kebakaran besar di Jl. Kenanga nomor {n}, tolong cepat, api sudah ke atap"
REPORT = "jalan berlubang di Jl. Cempaka depan pasar nomor {n}, tolong diperbaiki"


@sizes
def test_the_model_goes_wrong_in_every_way(tmp_path: Path, citizens: int, over_s: float) -> None:
    with troubled_nlu() as nlu, town(tmp_path, specs=specs(), settings={"NLU_URL": nlu.url}) as place:
        with webhooks_of(place) as webhooks, writing_to(webhooks) as writing:
            first = {manner: _some_write(place, nlu, writing, manner, citizens, over_s) for manner in MANNERS}
            nlu.manner = WELL
        audited = audit(place, writing.sent)
        note(cost_of(place, "the model goes wrong in nine ways", webhooks, audited))
        _print(first)
        _emergencies_wait_for_no_model({manner: max(list(late.values())[-2:]) for manner, late in first.items()})
        assert set(nlu.asked) == set(MANNERS), "each of them was met"
        _each_has_one_answer(place, writing)
        wait_for(lambda: not bad_parts(place), 30, "all parts to be well")


def _some_write(
    place: Town, nlu: Server, writing: Writing, manner: str, citizens: int, over_s: float
) -> Mapping[str, float]:
    """Some seconds of it; how long each waited for the first word, by MessageSid. The last two are emergencies."""
    nlu.manner = manner
    since = len(writing.forms)
    for n in range(citizens):
        text = EMERGENCY if n >= citizens - 2 else REPORT
        writing.write(place.citizen().form(text.format(n=since + n + 1)))
        time.sleep(over_s / citizens)
    sids = [form["MessageSid"] for form in writing.forms[since:]]
    wait_for(
        lambda: manner in nlu.asked and set(sids) <= set(_lateness(place, writing)),
        ANYBODY_WITHIN_S,
        f"a word to everybody, and a look at the model ({manner})",
        0.5,
    )
    late = _lateness(place, writing)
    return {sid: late[sid] for sid in sids}


def _emergencies_wait_for_no_model(late: Mapping[str, float]) -> None:
    """Measured by how long they take on this machine while the model is well."""
    at_most = EMERGENCY_WITHIN_S + 3 * late[WELL]
    waited = {manner: round(seconds, 1) for manner, seconds in late.items() if seconds > at_most}
    assert waited == {}, f"Emergencies waited for a model; {late[WELL]:.1f} s is usual here."


def _lateness(place: Town, writing: Writing) -> dict[str, float]:
    with place.database() as database, database.read() as session:
        return lateness(records.read(place, session), writing.webhooks.first)


def _each_has_one_answer(place: Town, writing: Writing) -> None:
    """One word that it is here at most, and one answer, or a person who has it."""
    with place.database() as database, database.read() as session:
        told: dict[int, list[str]] = {id_: [] for id_ in session.scalars(select(InboundMessage.id))}
        for body, wording in session.execute(select(OutboundMessage.body, OutboundMessage.wording)):
            if body.get("trail") in told and not wording.startswith(("mail_", "duty_", "follow_")):
                told[body["trail"]].append(wording)
        handed = Counter(session.scalars(select(Handover.inbound_id)))
    for number, wordings in told.items():
        answers = [wording for wording in wordings if wording != "received_wait"]
        assert wordings.count("received_wait") <= 1, f"Message {number} was told twice that it is here: {wordings}"
        assert len(answers) == 1, f"Message {number} was answered {len(answers)} times: {wordings}"
        assert handed[number] <= 1


def _print(first: Mapping[str, Mapping[str, float]]) -> None:
    for line in _lines(first):
        print(line)  # noqa: T201


def _lines(first: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for manner, late in first.items():
        seconds = list(late.values())
        urgent = max(seconds[-2:])
        yield (
            f"the model {manner}: first word after {statistics.median(seconds):.1f} s, "
            f"{max(seconds):.1f} s at most; emergencies {urgent:.1f} s"
        )

"""Twilio is away while the city goes on writing: afterwards all that was said goes out once, at the pace agreed.

A short outage over real wires, and an hour of it in virtual time, of which the last half lies in the quiet hours.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.delivery.delivery import Courier
from bot.delivery.lines import SLOTS
from bot.messages import Outgoing, SendError, Sent
from bot.rulebook import Rulebook
from bot.words import EMERGENCY_LANE, NORMAL_LANE, UNASKED_LANE
from storage.database import Database
from storage.models import Citizen, Conversation
from tests.faults.audit import audit
from tests.faults.cost import cost_of, note
from tests.faults.posting import webhooks_of
from tests.faults.relay import Relay
from tests.faults.stream import stream
from tests.journeys.conftest import specs
from tests.journeys.town import town
from tests.standins import nlu_table
from tests.support.clock import MoveableClock, at
from tests.support.outbox import Post, Provider
from tests.support.processes import running
from tests.support.twilio import Twilio

QUICK, LONG = (8, 5), (60, 60)
sizes = pytest.mark.parametrize(("per_second", "away_s"), [
    pytest.param(*QUICK, marks=pytest.mark.faults_quick, id="quick"),
    pytest.param(*LONG, marks=pytest.mark.faults, id="long"),
])  # fmt: skip
TROUBLES = ("429", "500", "accept_then_500", "accept_then_reset")


@pytest.mark.processes
@sizes
def test_twilio_is_away_and_then_overloaded(tmp_path: Path, per_second: int, away_s: int) -> None:
    """First nobody listens, then a third of what we send is refused, fails, or is taken with the answer lost."""
    with Relay() as wire, running(nlu_table.__name__) as nlu:
        settings = {"NLU_URL": nlu.url, "TWILIO_API_BASE": wire.url}
        with town(tmp_path, specs=specs(), settings=settings) as place:
            wire.target = place.twilio.port
            twilio = Twilio(place.twilio)
            with webhooks_of(place) as webhooks, stream(place, webhooks, per_second) as writing:
                time.sleep(1)
                wire.refuses()
                time.sleep(away_s)
                wire.carries()
                for seed, trouble in enumerate(TROUBLES):
                    twilio.fails(trouble, share=0.3, seed=seed)
                    time.sleep(away_s / 5)
                twilio.fails("ok")
            twilio.close()
            audited = audit(place, writing.sent)
            assert webhooks.answers.keys() == {200}, "citizens' messages were taken all the time"
            assert audited.in_doubt == 0, "all of it was cleared up"
            note(cost_of(place, f"Twilio away for {away_s} s, then a third of it fails", webhooks, audited))


@pytest.mark.processes
@pytest.mark.faults
def test_twilio_takes_calls_and_says_nothing(tmp_path: Path) -> None:
    """Whether what was on its way went out can only be asked afterwards."""
    with Relay() as wire, running(nlu_table.__name__) as nlu:
        settings = {"NLU_URL": nlu.url, "TWILIO_API_BASE": wire.url}
        with town(tmp_path, specs=specs(), settings=settings) as place:
            wire.target = place.twilio.port
            with webhooks_of(place) as webhooks, stream(place, webhooks, 30) as writing:
                for _ in range(4):
                    time.sleep(3)
                    wire.hangs()
                    time.sleep(12)
                    wire.carries()
            audited = audit(place, writing.sent, within_s=400)
            note(cost_of(place, "Twilio hangs four times for 12 s", webhooks, audited))


# -- an hour, in virtual time -------------------------------------------------------------------------------------

DOWN_AT, NIGHT, UP_AT = (at(f"2026-11-25T{hour}+07:00") for hour in ("20:30", "21:00", "21:30"))
BETWEEN, MORNING, LATER = timedelta(minutes=1), at("2026-11-26T07:00+07:00"), timedelta(hours=1)
OPTED_OUT = 6


@dataclass
class Away(Provider):
    """A provider that nobody reaches until ``back_at``; ``taken_at``: when it took each text, by both clocks."""

    clock: MoveableClock = field(default_factory=lambda: MoveableClock(DOWN_AT))
    back_at: datetime = UP_AT
    taken_at: list[tuple[str, datetime, float]] = field(default_factory=list)

    def send(self, message: Outgoing) -> Sent:
        if self.clock.now() < self.back_at:
            raise SendError("later", "connect")
        self.taken_at.append((message.text, self.clock.now(), time.monotonic()))
        return super().send(message)


def test_an_hour_without_twilio(sqlite_database: Database, rulebook: Rulebook) -> None:
    clock = MoveableClock(DOWN_AT)
    office, away = Post(sqlite_database, clock), Away(clock=clock)
    office.rulebook, office.provider = rulebook, away
    courier = office.courier()
    written = _an_hour_of_writing(office, courier)
    _opt_out(office, OPTED_OUT)
    clock.at = UP_AT + LATER  # of each message an attempt is due by now
    began = time.monotonic()
    _all_that_is_due(office, courier)
    took = time.monotonic() - began
    clock.at = MORNING
    _all_that_is_due(office, courier)
    office.close()
    _went_out_as_it_should(away, written, rulebook)
    replies = written["Balasan"] + written["Darurat"]
    print(f"after an hour without Twilio {replies} replies go out within {took:.1f} s")  # noqa: T201


def _an_hour_of_writing(office: Post, courier: Courier) -> Counter[str]:
    """Replies all the time, some of them to emergencies; news while it is day. How many of each."""
    written: Counter[str] = Counter()
    while office.clock.now() < UP_AT:
        kinds = [("Balasan", NORMAL_LANE, "greeting")] * 2
        if written["Balasan"] % 20 == 0:
            kinds.append(("Darurat", EMERGENCY_LANE, "urgent_filed"))
        if office.clock.now() < NIGHT:
            kinds.append(("Kabar", UNASKED_LANE, "follow_progress"))
        for kind, lane, wording in kinds:
            written[kind] += 1
            _write(office, f"{kind} {written[kind]}", lane, wording)
        _all_that_is_due(office, courier)
        office.clock.at += BETWEEN
    return written


def _write(office: Post, text: str, lane: int, wording: str) -> None:
    """To somebody else each time."""
    phone = f"+6280007{len(office.rows()):05d}"
    office.write(text, lane=lane, wording=wording, conversation_id=office.conversation(phone),
                 recipient=f"whatsapp:{phone}")  # fmt: skip


def _opt_out(office: Post, count: int) -> None:
    """The citizens of the first news want no more of it."""
    news = [row.conversation_id for row in office.rows() if row.wording == "follow_progress"][:count]
    with office.database.begin() as session:
        for number in news:
            citizen = session.get_one(Conversation, number).citizen_id
            session.execute(update(Citizen).where(Citizen.id == citizen).values(opted_out_at=UP_AT))


def _all_that_is_due(office: Post, courier: Courier) -> None:
    """Rounds that send nothing are those in which the line has to wait for its turn."""
    while any(row.state == "waiting" and row.due_at <= office.clock.now() for row in office.rows()):
        courier.round()


def _went_out_as_it_should(away: Away, written: Counter[str], rulebook: Rulebook) -> None:
    taken = Counter(text for text, _, _ in away.taken_at)
    wanted = {f"{kind} {n}" for kind, count in written.items() for n in range(1, count + 1)}
    wanted -= {f"Kabar {n}" for n in range(1, OPTED_OUT + 1)}
    assert taken == Counter(wanted), "each once, and nothing to those who opted out"
    assert {at_ for text, at_, _ in away.taken_at if text.startswith("Kabar")} == {MORNING}, "no news at night"
    replies = [(text, moment) for text, at_, moment in away.taken_at if at_ < MORNING]
    urgent = [n for n, (text, _) in enumerate(replies) if text.startswith("Darurat")]
    assert max(urgent) < 2 * len(urgent) + SLOTS, "emergencies go first"
    rate = rulebook.city.rates.whatsapp
    moments = [moment for _, moment in replies]
    within = moments[-1] - moments[0]
    assert len(replies) <= rate.burst + len(urgent) + rate.per_second * (within + 0.1), "at the pace agreed"

"""The mail server is away, busy, hangs, or knows an address no more: each agency has its letter, once it can have
it.
"""

import time
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.messages import EMAIL
from storage.models import OutboundMessage
from tests.faults.audit import audit
from tests.faults.cost import cost_of, note
from tests.faults.posting import webhooks_of
from tests.faults.relay import Relay
from tests.faults.stream import Writing, writing_to
from tests.faults.troubled_smtp import BUSY, DROPS, HANGS, MANNERS, TAKES_AND_HANGS, WELL, troubled_smtp
from tests.journeys.conftest import specs
from tests.journeys.town import Town, town, wait_for
from tests.standins import nlu_table
from tests.support.processes import running

pytestmark = pytest.mark.processes

# Reports in each trouble, and seconds that it lasts.
QUICK, LONG = (10, 1.0), (400, 15.0)
sizes = pytest.mark.parametrize(("reports", "lasts_s"), [
    pytest.param(*QUICK, marks=pytest.mark.faults_quick, id="quick"),
    pytest.param(*LONG, marks=pytest.mark.faults, id="long"),
])  # fmt: skip
TROUBLES = (BUSY, DROPS, HANGS, TAKES_AND_HANGS)
TO_ROADS = "jalan berlubang di Jl. Kenanga nomor {n} RT {n}, tolong diperbaiki"
TO_PARKS = "pohon hampir tumbang di Jl. Cempaka nomor {n} RT {n}, tolong dipangkas"
ROADS, PARKS = "bina.marga@jakarta.example", "tamhut@jakarta.example"
COORDINATORS = "koordinator.pengaduan@jakarta.example"
SETTLES_WITHIN_S = 600  # a letter of the first trouble may have its next attempt five minutes after the last one
TOLD_WITHIN_S = 90  # it is looked up every half minute


@sizes
def test_letters_through_a_bad_mail_server(tmp_path: Path, reports: int, lasts_s: float) -> None:
    with Relay() as wire, troubled_smtp(tmp_path / "mails") as mail, running(nlu_table.__name__) as nlu:
        wire.target = mail.port
        settings = {"NLU_URL": nlu.url, "SMTP_URL": f"smtp://127.0.0.1:{wire.port}"}
        with town(tmp_path, specs=specs(), settings=settings) as place:
            with webhooks_of(place) as webhooks, writing_to(webhooks) as writing:
                wire.refuses()
                _report(place, writing, reports, lasts_s)
                wire.carries()
                for trouble in TROUBLES:
                    mail.manner = trouble
                    _report(place, writing, reports, lasts_s)
                mail.manner = WELL
                _report(place, writing, 5, 1)
            wait_for(lambda: not _waiting(place), SETTLES_WITHIN_S, "the last attempts", 1)
            audited = audit(place, writing.sent, SETTLES_WITHIN_S)
            note(cost_of(place, "mail server away, busy, hanging, dropping", webhooks, audited))
            assert set(MANNERS) >= mail.asked.keys() >= {DROPS, WELL}
            assert audited.letters >= audited.tickets, "every report reached its agency"


@pytest.mark.faults
@pytest.mark.parametrize(("reports", "lasts_s"), [pytest.param(*LONG, id="long")])
def test_an_agency_whose_address_is_gone(tmp_path: Path, reports: int, lasts_s: float) -> None:
    """The others have their letters; this one's are for a person, who is told of each."""
    with troubled_smtp(tmp_path / "mails") as mail, running(nlu_table.__name__) as nlu:
        mail.unknown = ROADS
        with town(tmp_path, specs=specs(), settings={"NLU_URL": nlu.url, "SMTP_URL": mail.url}) as place:
            with webhooks_of(place) as webhooks, writing_to(webhooks) as writing:
                _report(place, writing, 2 * reports, lasts_s)
            audited = audit(place, writing.sent, SETTLES_WITHIN_S)
            note(cost_of(place, "an agency's address is gone", webhooks, audited))
            refused = _letters_to(place, ROADS)
            wait_for(lambda: _arrived(place).count(COORDINATORS) >= len(refused), TOLD_WITHIN_S, "word of each", 1)
            arrived = _arrived(place)
    assert refused
    assert set(refused) == {("failed", "smtp_550", 1)}, (
        "each was tried once, and is on the list of undelivered ones"
    )
    assert ROADS not in arrived
    assert PARKS in arrived
    assert arrived.count(COORDINATORS) >= len(refused), "told once a ticket, and once that there are so many"


def _arrived(place: Town) -> list[str]:
    return [letter["To"] for letter in place.letters()]


def _waiting(place: Town) -> list[int]:
    """Letters that are on their way, or wait for another attempt, however long."""
    with place.database() as database, database.read() as session:
        unsent = OutboundMessage.state.in_(("waiting", "sending"))
        return list(session.scalars(select(OutboundMessage.id).where(OutboundMessage.channel == EMAIL, unsent)))


def _letters_to(place: Town, address: str) -> list[tuple[str, str | None, int]]:
    rows = select(
        OutboundMessage.recipient, OutboundMessage.state, OutboundMessage.error, OutboundMessage.attempts
    )
    with place.database() as database, database.read() as session:
        return [(state, error, tries) for to, state, error, tries in session.execute(rows) if to == address]


def _report(place: Town, writing: Writing, count: int, over_s: float) -> None:
    """Half of them about roads, half about trees."""
    for n in range(count):
        told = (TO_ROADS, TO_PARKS)[n % 2].format(n=len(writing.forms) + 1)
        writing.write(place.citizen().form(told))
        time.sleep(over_s / count)
    writing.acknowledged()

"""What the clock has to do in the midst of a storm: follow-ups of every kind, a list, and whom alarms reach.

Their citizens have telephones that write nothing; what they are told goes out by the Twilio stand-in as all else.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.city.ladder import AGENCY
from bot.messages import WHATSAPP
from storage import keyring
from storage.models import Citizen, Conversation, Digest, User
from tests.journeys.town import Town
from tests.standins.citizen import invented_number
from tests.support import downtime
from tests.support.settings import OUR_WHATSAPP

SOON = timedelta(seconds=2)


def fall_due(place: Town, of_each: int, within: timedelta) -> int:
    """So many follow-ups of each kind fall due from now on, spread over ``within``; how many there are."""
    since = datetime.now(UTC) + SOON
    with place.database() as database:
        with database.begin() as session:
            _can_be_alarmed(session)
            session.add(Digest(kind=AGENCY, target="bina_marga", due_at=since + within))
        return downtime.fill(database, of_each * downtime.STEPS, since, within, _telephone)


def _telephone(person: Citizen) -> Conversation:
    """Somebody who has just written, so that every sentence may be sent."""
    address = f"whatsapp:{invented_number()}"
    return Conversation(
        channel=WHATSAPP,
        address=address,
        address_hash=keyring.current().lookup(address),
        our_address=OUR_WHATSAPP,
        last_inbound_at=datetime.now(UTC),
    )


def _can_be_alarmed(session: Session) -> None:
    """The one account of a new city has a telephone."""
    phone = invented_number()
    session.execute(update(User).values(phone=phone, phone_hash=keyring.current().lookup(phone)))

"""With whom we talk: many at once come to the same as one after the other."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.intake.senders import Sender, conversation_of, conversations_of
from storage.database import Database
from storage.models import Citizen, Conversation

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ANI = Sender("whatsapp", "whatsapp:+62800000101", "ani at whatsapp", "ani", name="Ani")
ANI_BY_SMS = Sender("sms", "+62800000101", "ani at sms", "ani")
BUDI = Sender("sms", "+62800000102", "budi at sms", "budi")
DESK = Sender("desk", "desk:7", "visitor 7")


def test_new_people_and_known_ones_in_their_order(database: Database) -> None:
    with database.begin() as session:
        known = conversation_of(session, BUDI, NOW).id
    with database.begin() as session:
        talks = conversations_of(session, [ANI, BUDI, DESK], NOW)
        assert [talk.channel for talk in talks] == ["whatsapp", "sms", "desk"]
        assert talks[1].id == known
        assert [talk.citizen.name for talk in talks] == ["Ani", None, None]
        assert len({talk.citizen_id for talk in talks}) == 3


def test_two_addresses_of_a_telephone_are_one_citizen(database: Database) -> None:
    with database.begin() as session:
        by_whatsapp, by_sms = conversations_of(session, [ANI, ANI_BY_SMS], NOW)
        assert by_whatsapp.id != by_sms.id
        assert by_whatsapp.citizen_id == by_sms.citizen_id


def test_who_has_come_twice_is_one(database: Database) -> None:
    again = Sender(ANI.channel, ANI.address, ANI.address_hash, "ani", name="Ani lagi")
    with database.begin() as session:
        first, second = conversations_of(session, [ANI, again], NOW)
        assert first is second
    with database.begin() as session:
        assert conversations_of(session, [again], NOW)[0].id == first.id
        assert session.scalar(select(func.count()).select_from(Conversation)) == 1
        assert session.scalar(select(func.count()).select_from(Citizen)) == 1


def test_one_address_on_two_channels(database: Database) -> None:
    """A gateway and Twilio may both bring the bare number of somebody, who then talks with us in two places."""
    by_gateway = Sender("gateway", BUDI.address, BUDI.address_hash, "budi")
    with database.begin() as session:
        talks = conversations_of(session, [BUDI, by_gateway], NOW)
        assert [talk.channel for talk in talks] == ["sms", "gateway"]
        assert talks[0].citizen_id == talks[1].citizen_id


def test_nobody(database: Database) -> None:
    with database.begin() as session:
        assert conversations_of(session, [], NOW) == []

"""Somebody whose every column holds something to be found again, and somebody else who is left alone."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.personal import inventory
from storage import keyring
from storage.models import (
    Attachment,
    Base,
    Citizen,
    Claim,
    Consent,
    Conversation,
    Example,
    Handover,
    InboundMessage,
    MediaFile,
    Notice,
    OutboundMessage,
    PhotoPrint,
    Quarantine,
    Recheck,
    RequestToken,
    RightsRequest,
    SavedView,
    SimulatedFile,
    StandingAnswer,
    Ticket,
    TicketEvent,
    User,
)

MARK = "RAHASIA"
NAME = "Zubaidah Rahasiawati"
PHONE = "+6281290909090"
STORY = f"{MARK} pipa bocor di depan rumah saya yang bercat hijau"
PLACE = f"{MARK} Gang Kemuning 4 RT 02"
QUESTION = f"{MARK} apakah rumah saya kena gusur"


class Filling:
    """Rows of one citizen, with ``mark`` in every column that the inventory has about citizens."""

    def __init__(self, session: Session, now: datetime, mark: str, phone: str, name: str) -> None:
        self.session, self.now, self.mark, self.phone, self.name = session, now, mark, phone, name
        self.user = self._user()

    def _user(self) -> int:
        found = self.session.scalar(select(User.id))
        if found is None:
            user = User(email="rina@jakarta.example", password_hash="-", role="coordinator", created_at=self.now)
            self.session.add(user)
            self.session.flush()
            found = user.id
        return found

    def fill(self) -> int:
        """Every table; the citizen's id."""
        citizen = self.add(Citizen, created_at=self.now, name=self.name, phone_hash=self.hash())
        talks = [self._talk(citizen, channel) for channel in ("whatsapp", "sms")]
        ticket = self._ticket(citizen, talks[0])
        message = self._message(talks[0], ticket, "wamid.")
        self._message(talks[1], None, "SM" + "0" * 31 + str(citizen)[-1])
        self._files(message, ticket)
        self._words(talks[0], message, ticket)
        self._letters(talks[0], ticket)
        self._rights(citizen, message)
        return citizen

    def add(self, model: type[Base], **values: Any) -> Any:
        row = self.session.scalars(
            insert(model).returning(next(iter(model.__table__.primary_key))), [values]
        ).one()
        self.session.flush()
        return row

    def hash(self) -> str:
        return keyring.current().lookup(self.phone)

    def _talk(self, citizen: int, channel: str) -> int:
        address = f"whatsapp:{self.phone}" if channel == "whatsapp" else self.phone
        return int(
            self.add(
                Conversation,
                channel=channel,
                address=address,
                address_hash=keyring.current().lookup(address),
                citizen_id=citizen,
                created_at=self.now,
                language="id",
                dialogue={"draft": {"kind": "lapor", "story": f"{self.mark} dialogue"}},
            )
        )

    def _ticket(self, citizen: int, talk: int) -> int:
        number = f"JK-{self.mark[:1]}{citizen:05d}-X"
        due = {name: self.now + timedelta(days=5) for name in ("verify_by", "answer_by", "solve_by")}
        ticket = self.add(
            Ticket,
            number=number,
            citizen_id=citizen,
            conversation_id=talk,
            kind="lapor",
            service="jalan_rusak",
            agency="bina_marga",
            status="waiting",
            story=f"{self.mark} pipa bocor di depan rumah saya yang bercat hijau",
            masked_story=f"{self.mark} pipa bocor di depan rumah saya yang bercat hijau",
            place=f"{self.mark} Gang Kemuning 4 RT 02",
            area="Cikini",
            latitude=-6.123456,
            longitude=106.123456,
            source=f"https://x.example/{self.mark}",
            created_at=self.now,
            forward_at=self.now,
            forwarded_at=self.now,
            version=1,
            moves=1,
            **due,
        )
        for actor, note in (
            ("citizen", "tambahan"),
            ("agency:bina_marga", f"kami ke rumah Bu {self.name.split()[0]}"),
        ):
            self.add(
                TicketEvent,
                ticket_id=ticket,
                at=self.now,
                kind="added",
                actor=actor,
                status="waiting",
                note=f"{self.mark} {note}",
                salt=b"salt of a note 16",
                data={},
            )
        self.add(
            Claim,
            ticket_id=ticket,
            round=1,
            agency="bina_marga",
            claimed_at=self.now,
            flags=[],
            note=f"{self.mark} claim",
        )
        return int(ticket)

    def _message(self, talk: int, ticket: int | None, external: str) -> int:
        external_id = external if external.startswith("SM") else f"{external}{self.mark}{self.phone}"
        return int(
            self.add(
                InboundMessage,
                channel="whatsapp",
                external_id=external_id,
                address_hash=keyring.current().lookup(f"whatsapp:{self.phone}"),
                phone_hash=self.hash(),
                address=f"whatsapp:{self.phone}",
                received_at=self.now,
                state="new",
                text=f"{self.mark} pipa bocor di depan rumah saya yang bercat hijau",
                content={"text": f"{self.mark} content", "profile_name": self.name},
                raw={"From": f"whatsapp:{self.phone}", "Body": f"{self.mark} raw"},
                conversation_id=talk,
                ticket_id=ticket,
            )
        )

    def _files(self, message: int, ticket: int) -> None:
        photo = f"{self.mark.lower()}-photo"
        self.add(
            SimulatedFile, id=photo, content_type="image/jpeg", content=self.mark.encode(), created_at=self.now
        )
        where = {"latitude": -6.123456, "longitude": 106.123456, "taken_at": self.now}
        media = self.add(
            MediaFile,
            inbound_id=message,
            position=0,
            url=f"/simulator/{photo}",
            claimed_type="image/jpeg",
            store_key=f"key-{message}",
            created_at=self.now,
            due_at=self.now,
            state="kept",
            perceptual_hash="f" * 15 + str(message % 10),
            transcript=f"{self.mark} voice",
            **where,
        )
        pieces = {f"piece_{n}": n for n in range(8)}
        self.add(PhotoPrint, media_id=media, perceptual_hash="f" * 16, **pieces)
        for actor in ("citizen", "agency:bina_marga"):
            photo_id = self.add(
                Attachment,
                ticket_id=ticket,
                actor=actor,
                content_type="image/jpeg",
                content=f"{self.mark if actor == 'citizen' else 'aspal'}".encode(),
                created_at=self.now,
                perceptual_hash="e" * 16,
                **where,
            )
            self.add(PhotoPrint, attachment_id=photo_id, perceptual_hash="e" * 16, **pieces)

    def _words(self, talk: int, message: int, ticket: int) -> None:
        self.add(
            Handover,
            conversation_id=talk,
            inbound_id=message,
            reason="question",
            text=f"{self.mark} apakah rumah saya kena gusur",
            answer=f"{self.mark} answer",
            created_at=self.now,
            due_at=self.now,
        )
        self.add(
            Example,
            inbound_id=message,
            text=f"{self.mark} example",
            place=f"{self.mark} place",
            intent="lapor",
            created_by=self.user,
            created_at=self.now,
        )
        self.add(
            Recheck, conversation_id=talk, inbound_id=message, topic="ktp_baru", due_at=self.now, state="waiting"
        )
        self.add(
            Notice,
            key=f"n:{talk}",
            conversation_id=talk,
            ticket_id=ticket,
            wording="follow_waiting",
            more={"note": f"{self.mark} more"},
            created_at=self.now,
            due_at=self.now,
            state="waiting",
        )
        self.add(
            StandingAnswer,
            question=f"{self.mark} apakah rumah saya kena gusur",
            text_id="Belum.",
            owner="citata",
            source="https://jakarta.example",
            valid_until=self.now.date(),
            created_by=self.user,
            updated_at=self.now,
        )
        self.add(
            SavedView,
            user_id=self.user,
            name=f"view {talk}",
            query=f"service=jalan_rusak&q={self.name.replace(' ', '+')}",
            created_at=self.now,
        )
        self.add(SavedView, user_id=self.user, name=self.name, query="q=banjir", created_at=self.now)
        self.add(
            Quarantine,
            channel="whatsapp",
            external_id=f"q{self.mark}{talk}",
            reason="unknown_number",
            raw={"From": f"whatsapp:{self.phone}", "Body": f"{self.mark} quarantine"},
            received_at=self.now,
        )

    def _letters(self, talk: int, ticket: int) -> None:
        said = f"{self.mark} pipa bocor di depan rumah saya yang bercat hijau"
        for n, state in enumerate(
            ("delivered", "accepted", "waiting", "failed", "cancelled", "sending", "in_doubt")
        ):
            body = {"text": f"{said} {state}", "tried": [f"wamid.{self.mark}"]}
            self._out(f"c{n}", state, f"whatsapp:{self.phone}", body, talk=talk, ticket=ticket)
            self._out(
                f"a{n}",
                state,
                "bm@jakarta.example",
                {"text": said, "html": said, "subject": self.mark},
                ticket=ticket,
            )
        self._out(
            "list:7:",
            "delivered",
            "bm@jakarta.example",
            {"text": f"- JK-1 Jalan rusak, {self.mark} Gang Kemuning 4 RT 02 (tenggat"},
        )

    def _out(
        self,
        key: str,
        state: str,
        to: str,
        body: dict[str, Any],
        talk: int | None = None,
        ticket: int | None = None,
    ) -> None:
        channel = "whatsapp" if talk else "email"
        self.add(
            OutboundMessage,
            key=f"{key}:{self.mark[:3].lower()}{talk}{ticket}",
            channel=channel,
            recipient=to,
            conversation_id=talk,
            ticket_id=ticket,
            wording="x",
            body=body,
            created_at=self.now,
            due_at=self.now,
            state=state,
            sent_at=self.now,
            provider_id=f"wamid.{self.mark}.{key}",
        )

    def _rights(self, citizen: int, message: int) -> None:
        self.add(Consent, citizen_id=citizen, about="news", given=True, at=self.now, inbound_id=message)
        self.add(
            RightsRequest,
            citizen_id=citizen,
            kind="correction",
            asked_at=self.now,
            due_at=self.now,
            via="desk",
            note=f"{self.mark} note",
        )
        key = self._key()
        self.add(
            RequestToken,
            token=f"t{message}",
            api_key_id=key,
            inbound_id=message,
            digest=f"{self.mark}",
            created_at=self.now,
        )

    def _key(self) -> int:
        from storage.models import ApiKey

        found = self.session.scalar(select(ApiKey.id))
        return found or int(
            self.add(ApiKey, name="JAKI", prefix="x", key_hash="y", scopes=[], created_at=self.now)
        )


def values(session: Session) -> list[tuple[str, str]]:
    """Every value of every row as a program reads it, with its table and column."""
    found = []
    for name, table in Base.metadata.tables.items():
        for row in session.execute(select(table)).mappings():
            found += [(f"{name}.{column}", repr(value)) for column, value in row.items()]
    return found


def about_citizens() -> set[str]:
    """The columns of which nothing may be left."""
    return {f"{fact.table}.{fact.column}" for fact in inventory.facts() if fact.whose == "citizen" and fact.goes}

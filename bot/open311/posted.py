"""A report as another system sends it, checked field by field before anything is kept."""

import json
from dataclasses import dataclass

import phonenumbers

from bot.city.city import City
from bot.city.geography import is_abroad
from bot.desk_intake.taken import WIRED, link_of
from bot.duty.roster import e164
from bot.errors import RefusedError
from bot.messages import LONGEST_TEXT, Location
from bot.open311.documents import LONGEST_ANSWER, QUESTION
from bot.open311.reading import Fields
from storage import keyring

LONGEST_ADDRESS, LONGEST_NAME, LONGEST_PHONE = 300, 40, 40
ATTRIBUTE = f"attribute[{QUESTION}]"


@dataclass(frozen=True)
class Posted:
    """What was sent, as far as it is kept. ``answer``: to the service's own question; ``media_url``: a link.

    ``phone`` is E.164; of a number that may not be left here, and its name, nothing is kept.
    """

    service: str
    description: str
    address: str = ""
    location: Location | None = None
    answer: str = ""
    media_url: str = ""
    phone: str = ""
    name: str = ""

    @property
    def digests(self) -> tuple[str, ...]:
        """Keyed hashes of all of it, one for each secret: equal where everything is."""
        place = [self.location.latitude, self.location.longitude] if self.location else []
        told = [self.service, self.description, self.address, place, self.answer, self.media_url, self.phone]
        return keyring.current().lookups(f"open311:{json.dumps([*told, self.name])}")


def read(fields: Fields, city: City, *, with_contact: bool) -> Posted:
    """What POST requests brings; UnfitError with a sentence for each field that is wrong.

    ``with_contact``: the citizen's number may be left, for news by SMS.
    """
    code = fields.text("service_code", 100)
    if code not in city.services:
        fields.wrong("service_code", "is one of GET services")
    description = fields.text("description", LONGEST_TEXT, lines=True)
    if not fields.sentences and not description:
        fields.wrong("description", "is needed: what is the matter, in the citizen's words")
    phone = _phone(fields, city) if with_contact else ""
    posted = Posted(
        service=code,
        description=description,
        address=fields.text("address_string", LONGEST_ADDRESS),
        location=_location(fields, city),
        answer=fields.text(ATTRIBUTE, LONGEST_ANSWER),
        media_url=_link(fields),
        phone=phone,
        name=_name(fields) if phone else "",
    )
    _check_place(fields, city, posted)
    fields.check()
    return posted


def _location(fields: Fields, city: City) -> Location | None:
    latitude, longitude = fields.decimal("lat", -90, 90), fields.decimal("long", -180, 180)
    if fields.is_given("lat") != fields.is_given("long"):
        fields.wrong("lat", "and long are given together")
    if latitude is None or longitude is None:
        return None
    if is_abroad(latitude, longitude, city.calendar.country):
        fields.wrong("lat", "and long lie in another country")
        return None
    return Location(latitude, longitude)


def _check_place(fields: Fields, city: City, posted: Posted) -> None:
    service = city.services.get(posted.service)
    if service and service.needs_place and not (posted.address or posted.location) and not fields.sentences:
        fields.wrong("address_string", "is needed for this service, or lat and long")


def _phone(fields: Fields, city: City) -> str:
    typed = fields.text("phone", LONGEST_PHONE)
    if not typed:
        return ""
    try:
        number = e164(typed, city.calendar.country)
    except RefusedError:
        fields.wrong("phone", "is a telephone number as +6281234567890")
        return ""
    parsed = phonenumbers.parse(number)
    is_here = phonenumbers.region_code_for_number(parsed) == city.calendar.country
    if phonenumbers.number_type(parsed) in WIRED or not is_here:
        fields.wrong("phone", "is a mobile number of this country: news go there by SMS")
        return ""
    return number


def _name(fields: Fields) -> str:
    parts = (fields.text(name, LONGEST_NAME) for name in ("first_name", "last_name"))
    return " ".join(part for part in parts if part)


def _link(fields: Fields) -> str:
    typed = fields.text("media_url", LONGEST_TEXT)
    try:
        return link_of(typed)
    except RefusedError:
        fields.wrong("media_url", "is one https address of at most 500 characters; nothing is fetched from there")
        return ""

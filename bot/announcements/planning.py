"""What an announcement would be: to how many people by which way, how it reads, what it costs, how long it takes.

Pure: who they are is counted by the database (``storage.queries.announcements``).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.city.rates import Rates
from bot.messages import CHANNELS, WHATSAPP
from bot.rulebook import Rulebook
from bot.segments import segments
from bot.wording.forms import TEMPLATE, TEXT
from bot.wording.plain_text import as_sms
from bot.wording.templates import content_sid
from storage.queries.announcements import Group, LeftOut

WORDING = "follow_announcement"
# The field of that sentence which holds the coordinator's text.
FIELD = "note"


@dataclass(frozen=True)
class Way:
    """One way to people who write in ``language``. ``form`` as in ``bot.wording.forms``.

    ``instead``: they write by WhatsApp, whose window is shut to them and which has no approved template.
    """

    channel: str
    language: str
    form: str = TEXT
    instead: bool = False


@dataclass(frozen=True)
class Share:
    """Those who are reached by one way.

    ``segments``: of each message, 0 where nobody counts them; ``amount``: of all together in ``currency``, None
    where the city names no price.
    """

    way: Way
    people: int
    text: str
    segments: int
    amount: Decimal | None
    currency: str


@dataclass(frozen=True)
class Plan:
    """The whole of it.

    ``unreachable``: no address of theirs works, or there is no way to them now; ``without_area``: tickets that may
    lie there or not, and do not count; ``seconds``: at the rates of the city.
    """

    shares: tuple[Share, ...]
    opted_out: int
    blocked: int
    unreachable: int
    without_area: int
    seconds: float

    @property
    def people(self) -> int:
        return sum(share.people for share in self.shares)

    @property
    def by_template(self) -> int:
        return sum(share.people for share in self.shares if share.way.form == TEMPLATE)

    @property
    def by_sms_instead(self) -> int:
        return sum(share.people for share in self.shares if share.way.instead)

    @property
    def outside_window(self) -> int:
        """On WhatsApp, and their last message is more than a day old."""
        return self.by_template + self.by_sms_instead

    @property
    def costs(self) -> dict[str, Decimal]:
        """Estimated, by currency."""
        found: dict[str, Decimal] = {}
        for share in self.shares:
            if share.amount is not None:
                found[share.currency] = found.get(share.currency, Decimal(0)) + share.amount
        return found

    @property
    def unpriced(self) -> int:
        """People whose message has no price in the city's configuration."""
        return sum(share.people for share in self.shares if share.amount is None)


def plan_of(rulebook: Rulebook, note: str, groups: Iterable[Group], left: LeftOut, without_area: int = 0) -> Plan:
    """The plan for these people; ``note`` is what the coordinator wrote."""
    people: Counter[Way] = Counter()
    lost = 0
    for group in groups:
        way = way_to(rulebook, group)
        if way is None:
            lost += group.people
        else:
            people[way] += group.people
    shares = tuple(_share(rulebook, note, way, count) for way, count in people.items())
    seconds = _seconds(rulebook, shares)
    return Plan(shares, left.opted_out, left.blocked, left.unreachable + lost, without_area, seconds)


def way_to(rulebook: Rulebook, group: Group) -> Way | None:
    """By which way they are reached; None where there is none. When it is sent that is judged once more."""
    if group.channel != WHATSAPP or group.is_open:
        return Way(group.channel, group.language)
    template = rulebook.wording.sentences[group.language][WORDING].template
    if template and content_sid(rulebook.city, template, group.language):
        return Way(WHATSAPP, group.language, TEMPLATE)
    if rulebook.sms_line and group.has_phone:
        return Way(rulebook.sms_line, group.language, instead=True)
    return None


def text_of(rulebook: Rulebook, note: str, way: Way) -> str:
    """What is read there."""
    values = {FIELD: note, "city": rulebook.city.name}
    if way.form == TEMPLATE:
        sentence = rulebook.wording.sentences[way.language][WORDING]
        return (sentence.template_text or sentence.text).strip().format_map(values)
    said = rulebook.wording.say(WORDING, way.language, values)
    return as_sms(said, ()) if _is_sms(way.channel) else said


def _share(rulebook: Rulebook, note: str, way: Way, people: int) -> Share:
    text, price = text_of(rulebook, note, way), rulebook.city.costs.get(way.channel)
    return Share(
        way=way,
        people=people,
        text=text,
        segments=segments(text) if _is_sms(way.channel) else 0,
        amount=people * price.of_sent(text, template=way.form == TEMPLATE) if price else None,
        currency=price.currency if price else "",
    )


def _seconds(rulebook: Rulebook, shares: Iterable[Share]) -> float:
    """The longest of the channels, which send side by side."""
    rates: Rates = getattr(rulebook.city, "rates", Rates())
    taken: dict[str, float] = {}
    for share in shares:
        rate = rates.of(share.way.channel)
        if rate is not None:
            units = share.people * (segments(share.text) if rate.unit == "segment" else 1)
            taken[share.way.channel] = taken.get(share.way.channel, 0.0) + units / rate.per_second
    return max(taken.values(), default=0.0)


def _is_sms(channel: str) -> bool:
    manners = CHANNELS.get(channel)
    return manners is not None and manners.is_sms

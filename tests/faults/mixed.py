"""What a city writes in a bad hour: forms of webhooks of every kind, the same ones for the same seed."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from bot.settings import ROOT
from tests.journeys.town import Town
from tests.standins.citizen import Citizen
from tests.support.pictures import jpeg
from tests.support.settings import OUR_SMS, OUR_WHATSAPP
from tests.support.twilio import Twilio

Form = dict[str, str]
# The city's limit is 20 messages a minute from one number: with so many each, nobody comes near it.
EACH_WRITES = 5
PLACES = ("Jl. Kenanga", "Jl. Cempaka", "Jl. Melati", "Gang Kober", "Jl. Anggrek", "Jl. Dahlia", "Gang Mawar")
AREAS = ("Duri Kepa", "Cipinang", "Tebet Barat", "Kebon Jeruk", "Pegangsaan", "Sunter Agung", "Ragunan")
QUESTIONS = (
    "KTP saya hilang, cara urusnya gimana ya?",
    "jam buka puskesmas hari sabtu?",
    "cara cek KJP anak saya",
)
TALK = ("halo selamat pagi", "terima kasih banyak", "ok", "\U0001f64f\U0001f64f", "saya mau bicara dengan petugas")
TRASH = ("pinjaman cepat cair tanpa jaminan hubungi kami sekarang", "qwe rty uio", "\U0001f600" * 30, "a" * 1500)
ALARMS = (
    "kebakaran di {place} {area} tolong cepat",
    "ada orang hanyut di kali {area} tolong",
    "tolong ada perampokan",
)
BUTTONS = (("ya", "Ya"), ("tidak", "Belum"), ("1", "1"), ("sampah", "Sampah"))


@dataclass(frozen=True)
class City:
    """Who writes, and what about. ``photos``: addresses of pictures at Twilio."""

    dice: random.Random
    by_whatsapp: Sequence[Citizen]
    by_sms: Sequence[Citizen]
    photos: Sequence[str]
    stories: Sequence[str]

    def anybody(self) -> Citizen:
        return self.dice.choice(self.by_whatsapp)

    def story(self, *, with_place: bool = True) -> str:
        """A report in somebody's words; its number makes each another one."""
        told = self.dice.choice(self.stories)
        where = f" di {self.dice.choice(PLACES)} nomor {self.dice.randint(1, 999)}, {self.dice.choice(AREAS)}"
        return told + (where if with_place else f" sejak {self.dice.randint(2, 99)} hari")

    def picture(self) -> str:
        return self.dice.choice(self.photos)


def _alarm(city: City) -> Form:
    words = city.dice.choice(ALARMS).format(place=city.dice.choice(PLACES), area=city.dice.choice(AREAS))
    return city.anybody().form(words)


def _pin(city: City) -> Form:
    latitude, longitude = city.dice.uniform(-6.3, -6.1), city.dice.uniform(106.7, 106.95)
    return city.anybody().pin_form(round(latitude, 6), round(longitude, 6))


# Of a hundred messages so many are of this kind.
KINDS: Mapping[str, tuple[int, Callable[[City], Form]]] = {
    "report": (30, lambda city: city.anybody().form(city.story())),
    "report without a place": (10, lambda city: city.anybody().form(city.story(with_place=False))),
    "report by SMS": (12, lambda city: city.dice.choice(city.by_sms).form(city.story())),
    "photo with a report": (8, lambda city: city.anybody().photo_form(city.story(), city.picture())),
    "photo": (4, lambda city: city.anybody().photo_form("", city.picture())),
    "pin": (5, _pin),
    "button": (5, lambda city: city.anybody().button_form(*city.dice.choice(BUTTONS))),
    "emergency": (3, _alarm),
    "question": (8, lambda city: city.anybody().form(city.dice.choice(QUESTIONS))),
    "status": (4, lambda city: city.anybody().form("laporan saya sudah sampai mana ya")),
    "talk": (7, lambda city: city.anybody().form(city.dice.choice(TALK))),
    "stop": (1, lambda city: city.anybody().form("BERHENTI")),
    "trash": (3, lambda city: city.anybody().form(city.dice.choice(TRASH))),
}


def forms_of(place: Town, count: int, seed: int = 12) -> list[Form]:
    """``count`` messages, all different, in the order in which they are written; their pictures lie at Twilio."""
    dice = random.Random(seed)
    writers = max(count // EACH_WRITES, 20)
    phones = [
        [place.citizen(ours) for _ in range(n)] for ours, n in ((OUR_WHATSAPP, writers), (OUR_SMS, writers // 4))
    ]
    city = City(dice, *phones, photos_at(place), _stories())
    makers = [make for weight, make in KINDS.values() for _ in range(weight)]
    return [dice.choice(makers)(city) for _ in range(count)]


def with_repeats(forms: Sequence[Form], share: float = 0.05, seed: int = 12) -> Iterator[Form]:
    """The same, of which ``share`` come again: half of those at once, the others much later."""
    dice, late = random.Random(seed), Counter[int]()
    again = dice.sample(range(len(forms)), round(len(forms) * share))
    at_once = set(again[::2])
    for number in again[1::2]:
        late[min(number + len(forms) // 2, len(forms) - 1)] += 1
    waiting = iter([forms[number] for number in sorted(again[1::2])])
    for number, form in enumerate(forms):
        yield from [form] * (2 if number in at_once else 1)
        yield from (next(waiting) for _ in range(late[number]))


def photos_at(place: Town) -> list[str]:
    """Addresses of some pictures at Twilio, as webhooks name them."""
    account = Twilio(place.twilio)
    try:
        return [account.puts(jpeg((64 + n, 48)), content_type="image/jpeg") for n in range(8)]
    finally:
        account.close()


def _stories() -> list[str]:
    """Sentences about every service, as the simulated year tells them."""
    services = yaml.safe_load((ROOT / "benchmarks" / "year" / "stories.yml").read_text(encoding="utf-8"))
    return [text for service in services.values() for text in service["texts"]]

"""What an officer writes down of a person's words, checked before anything is done with it."""

import hashlib
import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import phonenumbers

from bot.citizen_web.pins import read_place
from bot.city.city import City
from bot.conversation.meaning import EMERGENCY, QUESTION
from bot.duty.roster import e164
from bot.errors import RefusedError
from bot.messages import LONGEST_TEXT, SMS, WHATSAPP, Location, legible

VISIT, TELEPHONE, LETTER, SOCIAL = "visit", "telephone", "letter", "social"
CAME_BY = (VISIT, TELEPHONE, LETTER, SOCIAL)
REPORT = "lapor"
KINDS = (REPORT, EMERGENCY, "saran", "apresiasi", QUESTION)
WAYS = (WHATSAPP, SMS)
LONGEST_WORDS = LONGEST_TEXT
LONGEST_PLACE, LONGEST_AREA, LONGEST_NAME, LONGEST_LINK = 300, 80, 80, 500
ONCE = re.compile(r"[\w-]{8,64}", re.ASCII)
# Numbers that nothing can be sent to.
WIRED = (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.TOLL_FREE)


@dataclass(frozen=True)
class Taken:
    """One report as an officer took it; ``once`` names the form, so that it is filed once.

    ``came_by``: one of :data:`CAME_BY`. ``kind``: one of :data:`KINDS`. ``consent``: the person wants news at
    ``phone`` by ``way``; ``safe``: nobody else reads that telephone, which matters for what is sealed. ``city``:
    the municipality that the model found with the area. ``link``: of a post.
    """

    words: str
    came_by: str
    kind: str = REPORT
    service: str = ""
    place: str = ""
    area: str = ""
    city: str | None = None
    location: Location | None = None
    name: str = ""
    phone: str = ""
    way: str = WHATSAPP
    consent: bool = False
    safe: bool = False
    link: str = ""
    once: str = ""

    @property
    def occasion(self) -> str:
        """One form with these words: whoever goes back in the browser and takes down something else files that."""
        told = "\n".join((self.words, self.phone, self.name, self.came_by))
        return f"{self.once}:{hashlib.sha256(told.encode()).hexdigest()[:16]}"

    @property
    def is_checked_first(self) -> bool:
        """Whether somebody asks the unit before an agency has it; danger does not wait for that."""
        return self.came_by == SOCIAL and self.kind != EMERGENCY


def tidy(taken: Taken, city: City, *, pictures: int = 0) -> Taken:
    """What can be filed, with the number in its international form. RefusedError says what is missing or wrong."""
    if not ONCE.fullmatch(taken.once):
        raise RefusedError("Formulir ini tidak lengkap. Tulisan Anda masih ada; simpan sekali lagi.")
    said = replace(
        taken,
        words=_bounded(taken.words, LONGEST_WORDS, "Isi", needed="Tulis dulu apa yang disampaikan."),
        place=_line(taken.place, LONGEST_PLACE, "Tempat"),
        area=_line(taken.area, LONGEST_AREA, "Kelurahan"),
        name=_line(taken.name, LONGEST_NAME, "Nama"),
        phone=_phone(taken, city),
        link=link_of(taken.link) if taken.came_by == SOCIAL else "",
    )
    _check_choices(said, city)
    if said.came_by == SOCIAL and not said.link and not pictures:
        raise RefusedError("Tempel tautan kirimannya atau lampirkan tangkapan layarnya. Belum ada yang tersimpan.")
    return said


def pin_of(typed: str, city: City) -> Location | None:
    """A point pasted from a map, as coordinates or as a link; None for nothing, RefusedError for anything else."""
    if not typed.strip():
        return None
    found = read_place(typed, city.calendar.country).location
    if found is None:
        raise RefusedError("Titik di peta ditulis seperti -6.1754, 106.8272. Belum ada yang tersimpan.")
    return found


def link_of(typed: str) -> str:
    """The address of a post, by https only; empty for nothing, RefusedError for anything else."""
    text = legible(typed).strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        is_address = parts.scheme == "https" and "." in (parts.hostname or "") and parts.username is None
    except ValueError:
        is_address = False
    if not is_address or len(text) > LONGEST_LINK or re.search(r"[\s<>\"'`\\]", text):
        raise RefusedError("Tautan harus lengkap dan diawali https://. Belum ada yang tersimpan.")
    return text


def _check_choices(taken: Taken, city: City) -> None:
    if taken.came_by not in CAME_BY:
        raise RefusedError("Pilih lewat apa laporan ini datang.")
    if taken.kind not in KINDS:
        raise RefusedError("Pilih maksudnya dari daftar.")
    if taken.kind != QUESTION and taken.service not in city.services:
        raise RefusedError("Pilih layanannya dulu. Belum ada yang tersimpan.")
    if taken.kind == QUESTION and not taken.phone:
        raise RefusedError(
            "Jawab pertanyaan itu langsung. Untuk dijawab nanti perlu nomor HP dan persetujuan dikirimi kabar."
        )


def _phone(taken: Taken, city: City) -> str:
    """E.164, or empty; without consent no number is kept at all."""
    if not taken.phone.strip():
        if taken.consent:
            raise RefusedError("Tulis nomor HP-nya, atau hapus centang kabar. Belum ada yang tersimpan.")
        return ""
    if not taken.consent:
        raise RefusedError(
            "Centang bahwa warga setuju dikirimi kabar, atau kosongkan nomornya. Belum ada yang tersimpan."
        )
    if taken.way not in WAYS:
        raise RefusedError("Pilih kabar lewat WhatsApp atau SMS.")
    number = e164(taken.phone, city.calendar.country)
    _check_reached(number, taken.way, city)
    return number


def _check_reached(number: str, way: str, city: City) -> None:
    parsed = phonenumbers.parse(number)
    if phonenumbers.number_type(parsed) in WIRED:
        raise RefusedError(
            "Telepon rumah tidak bisa dikabari; minta nomor HP atau kosongkan. Belum ada yang tersimpan."
        )
    is_abroad = phonenumbers.region_code_for_number(parsed) != city.calendar.country
    if is_abroad and way == SMS:
        raise RefusedError("Nomor luar negeri hanya bisa dikabari lewat WhatsApp. Belum ada yang tersimpan.")


def _line(text: str, most: int, what: str) -> str:
    return _bounded(" ".join(legible(text).split()), most, what)


def _bounded(text: str, most: int, what: str, needed: str = "") -> str:
    said = legible(text).strip()
    if needed and not said:
        raise RefusedError(needed)
    if len(said) > most:
        limit, length = (f"{n:,}".replace(",", ".") for n in (most, len(said)))
        raise RefusedError(
            f"Terlalu panjang: {what} paling banyak {limit} huruf, ini {length}. Belum ada yang tersimpan."
        )
    return said

"""How the page of unsure messages says what the model made of one: intents, services and how sure it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.city.city import City
from bot.conversation.meaning import EMERGENCY, QUESTION
from bot.desk.readings import NOT_OURS, Reading
from handlers.i18n import N_, translated
from nlu.client import Guess

SPAM, ELSEWHERE = "spam", "elsewhere"
# What a coordinator can decide, in the order of the page.
DECISIONS = {
    "lapor": N_("Laporan"),
    EMERGENCY: N_("Darurat"),
    "apresiasi": N_("Pujian"),
    "saran": N_("Usul"),
    QUESTION: N_("Pertanyaan"),
    ELSEWHERE: N_("Bukan urusan kota"),
    SPAM: N_("Spam"),
}
INTENTS = {
    "lapor": N_("melaporkan masalah"),
    "apresiasi": N_("memuji"),
    "saran": N_("mengusulkan sesuatu"),
    EMERGENCY: N_("keadaan darurat"),
    QUESTION: N_("bertanya"),
    "cek_status": N_("menanyakan laporannya"),
    "bantuan": N_("menanyakan cara memakai nomor ini"),
    "tambah_info": N_("menambah keterangan"),
    "setuju": N_("mengiyakan"),
    "tolak": N_("menyangkal"),
    "batal": N_("mencabut laporan"),
    "salam": N_("memberi salam"),
    "terima_kasih": N_("berterima kasih"),
    "marah": N_("marah"),
    "bicara_petugas": N_("minta bicara dengan petugas"),
    "berhenti": N_("tidak ingin dikirimi pesan"),
    "hapus_data": N_("menanyakan atau menghapus datanya"),
    NOT_OURS: N_("di luar urusan kota"),
}
# How sure, from which confidence on.
SURE = (
    (0.9, N_("hampir pasti")),
    (0.7, N_("cukup yakin")),
    (0.5, N_("agak yakin")),
    (0.3, N_("ragu")),
    (0.0, N_("sangat ragu")),
)
ALTERNATIVES = 5


@dataclass(frozen=True)
class Choice:
    """One thing that it can be, and how sure the model is: as a word and in per cent."""

    code: str
    name: str
    sure: str
    percent: int


@dataclass(frozen=True)
class Read:
    """A reading in words. ``decision``: what the page proposes; ``others``: the next services."""

    decision: str
    intent: Choice | None
    service: Choice | None
    others: tuple[Choice, ...]
    place: str


def read(reading: Reading | None, city: City) -> Read:
    """What the page says of a reading; without one nothing is proposed but that it reports something."""
    if reading is None:
        return Read("lapor", None, None, (), "")
    known = [_choice(g, city.services[g.label].name) for g in reading.services if g.label in city.services]
    kind = ELSEWHERE if reading.kind == NOT_OURS else reading.kind
    place = reading.place
    written = (place.text or place.kelurahan or "") if place else ""
    intent = next(iter(_intents(reading.intents)), None)
    return Read(kind, intent, next(iter(known), None), tuple(known[1 : 1 + ALTERNATIVES]), written)


def decisions() -> dict[str, str]:
    """What can be decided, by code, in the words of the page."""
    return {code: translated(name) for code, name in DECISIONS.items()}


def _intents(guesses: Iterable[Guess]) -> Iterable[Choice]:
    return (_choice(guess, translated(INTENTS.get(guess.label, guess.label))) for guess in guesses)


def _choice(guess: Guess, name: str) -> Choice:
    sure = next(word for least, word in SURE if guess.confidence >= least)
    return Choice(guess.label, name, translated(sure), round(100 * guess.confidence))

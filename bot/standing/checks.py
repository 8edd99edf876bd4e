"""What a standing answer that somebody types must be like; each refusal is one sentence in Indonesian."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.city.city import COORDINATORS, City
from bot.conversation.advice import HELPED_OR_NOT
from bot.errors import RefusedError
from bot.rulebook import Rulebook
from bot.segments import segments
from bot.wording.plain_text import MOST_SEGMENTS, as_sms

LONGEST_SOURCE, LONGEST_QUESTION = 500, 1_000
# An answer that nobody has to look at again for longer than this is a slip of the pen, or will be wrong.
MOST_YEARS = 5
NAMES = {"id": "Indonesia", "en": "Inggris"}


@dataclass(frozen=True)
class Kept:
    """A standing answer as somebody typed it: for ``topic``, or to ``question`` where no topic fits.

    ``owner``: code of the agency that answers for it, or ``coordinators``; ``valid_until``: the last local day.
    ``verified``: whoever typed it has checked it against ``source``.
    """

    text_id: str
    owner: str
    source: str
    valid_until: date
    topic: str | None = None
    question: str | None = None
    text_en: str | None = None
    verified: bool = False


def as_sent(rulebook: Rulebook, topic: str | None, text: str, language: str) -> str:
    """The SMS in which ``text`` answers a question about ``topic``, with what is asked behind it."""
    say, filed = rulebook.wording.say, rulebook.wording.answers.get(topic or "")
    answer = say("answer", language, {"answer": text})
    if filed is None or not filed.helped:
        return as_sms(answer, [])
    titles = [say(title, language, {}) for _, title in HELPED_OR_NOT]
    return as_sms(f"{answer}\n{say('ask_helped', language, {})}", titles, say("number_hint", language, {}))


def check(rulebook: Rulebook, kept: Kept, today: date) -> None:
    """RefusedError with the first thing that is wrong with ``kept``."""
    if problem := next(_problems(rulebook, kept, today), None):
        raise RefusedError(problem)


def _problems(rulebook: Rulebook, kept: Kept, today: date) -> Iterator[str]:
    yield from _of_subject(rulebook, kept)
    yield from _of_texts(rulebook, kept)
    if not kept.source or len(kept.source) > LONGEST_SOURCE:
        yield f"Tulis sumbernya, paling panjang {LONGEST_SOURCE} huruf: di mana isi jawaban ini bisa dibaca."
    if not is_owner(rulebook.city, kept.owner):
        yield "Pilih instansi yang bertanggung jawab atas jawaban ini."
    if kept.valid_until < today:
        yield "Tanggal berlakunya sudah lewat; pilih hari ini atau sesudahnya."
    if kept.valid_until.year > today.year + MOST_YEARS:
        yield f"Jawaban perlu diperiksa lagi paling lama {MOST_YEARS} tahun lagi; pilih tanggal yang lebih dekat."


def _of_subject(rulebook: Rulebook, kept: Kept) -> Iterator[str]:
    if bool(kept.topic) == bool(kept.question):
        yield "Simpan jawaban untuk satu topik, atau untuk satu pertanyaan; pilih salah satu."
    if kept.topic and kept.topic not in rulebook.wording.answers:
        yield f"Topik „{kept.topic}” tidak ada; pilih dari daftar."
    if len(kept.question or "") > LONGEST_QUESTION:
        yield f"Pertanyaannya paling panjang {LONGEST_QUESTION} huruf; ringkas dulu."


def _of_texts(rulebook: Rulebook, kept: Kept) -> Iterator[str]:
    if not kept.text_id:
        yield "Tulis jawabannya dalam bahasa Indonesia."
    for language, text in (("id", kept.text_id), ("en", kept.text_en)):
        sent = as_sent(rulebook, kept.topic, text or "", language)
        if text and (count := segments(sent)) > MOST_SEGMENTS:
            yield (
                f"Jawaban bahasa {NAMES[language]} menjadi {count} SMS, paling banyak {MOST_SEGMENTS}; "
                "ringkaslah, atau sebut di mana selengkapnya bisa dibaca."
            )


def is_owner(city: City, code: str) -> bool:
    """Whether ``code`` can answer for an answer."""
    return code == COORDINATORS or code in city.agencies

"""What a coordinator may announce: one paragraph that fits into few SMS and into a WhatsApp template. Pure."""

from bot.announcements.planning import Way, text_of
from bot.errors import RefusedError
from bot.messages import SMS, WHATSAPP, legible
from bot.rulebook import Rulebook
from bot.segments import foreign_characters, segments
from bot.wording.forms import TEMPLATE, TEXT
from bot.wording.templates import LONGEST_BODY

MOST_SEGMENTS = 3
# Longer than anything that fits; what is pasted by mistake need not be counted.
LONGEST_TYPED = 5_000
EMPTY = "Tulis dulu isi pengumumannya."


def one_paragraph(typed: str) -> str:
    """``typed`` as everybody can be sent it: one line, single spaces, nothing unseen.

    WhatsApp takes neither line breaks nor runs of spaces in a template's values, and all are to read the same.
    """
    return legible(" ".join(legible(typed).split()))


def check(rulebook: Rulebook, note: str) -> None:
    """RefusedError for an empty text and for one that is too long in any of the city's languages."""
    if not note:
        raise RefusedError(EMPTY)
    if len(note) > LONGEST_TYPED:
        raise RefusedError(f"Pengumuman paling panjang {MOST_SEGMENTS} SMS; pendekkan dulu.")
    for language in rulebook.wording.sentences:
        _check_sms(text_of(rulebook, note, Way(SMS, language, TEXT)))
        if len(text_of(rulebook, note, Way(WHATSAPP, language, TEMPLATE))) > LONGEST_BODY:
            raise RefusedError(f"Pengumuman di WhatsApp paling panjang {LONGEST_BODY} huruf; pendekkan dulu.")


def _check_sms(text: str) -> None:
    count = segments(text)
    if count <= MOST_SEGMENTS:
        return
    foreign = foreign_characters(text)
    hint = f" Tanpa {' '.join(foreign[:5])} ia lebih pendek." if foreign else ""
    raise RefusedError(f"Tulisan ini {count} SMS per warga, paling panjang {MOST_SEGMENTS}; pendekkan dulu.{hint}")

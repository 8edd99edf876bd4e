"""How many SMS a text takes: the GSM 7-bit alphabet (3GPP TS 23.038), else UCS-2."""

import re
import unicodedata

PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€\f")  # an escape character goes before each
GSM = PLAIN | DOUBLE
LOOKALIKES = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "•": "-", "…": "...", "\u00a0": " ", "\t": " "}
)
# Pictures and what belongs to them: the mark that makes a character one, joiners, colours of skin.
PICTURES = ("So", "Sk", "Cf")
PICTURE_MARK = "\ufe0f"


def foreign_characters(text: str) -> str:
    """The characters that turn the whole message into UCS-2."""
    return "".join(sorted(set(text) - PLAIN - DOUBLE))


def segments(text: str) -> int:
    """The number of SMS, 160 or 153 characters each in GSM-7, 70 or 67 in UCS-2."""
    if foreign_characters(text):
        return _parts(len(text.encode("utf-16-le", "surrogatepass")) // 2, 70, 67)
    return _parts(sum(2 if character in DOUBLE else 1 for character in text), 160, 153)


def simplified(text: str) -> str:
    """``text`` with GSM-7 characters where nothing that can be read is lost: no curly quotes, accents, emoji.

    What is written in another script stays as it is; it takes more segments.
    """
    plain = "".join(map(_simpler, text.translate(LOOKALIKES)))
    return plain if plain == text else re.sub(r" +$", "", re.sub(r" {2,}", " ", plain), flags=re.MULTILINE).strip()


def _simpler(character: str) -> str:
    if character in GSM:
        return character
    if character == PICTURE_MARK or unicodedata.category(character) in PICTURES:
        return ""
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base in GSM and base.isalpha() else character


def _parts(length: int, alone: int, joined: int) -> int:
    return 1 if length <= alone else -(-length // joined)

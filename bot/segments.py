"""How many SMS a text takes: the GSM 7-bit alphabet (3GPP TS 23.038), else UCS-2."""

PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€\f")  # an escape character goes before each


def foreign_characters(text: str) -> str:
    """The characters that turn the whole message into UCS-2."""
    return "".join(sorted(set(text) - PLAIN - DOUBLE))


def segments(text: str) -> int:
    """The number of SMS, 160 or 153 characters each in GSM-7, 70 or 67 in UCS-2."""
    if foreign_characters(text):
        return _parts(len(text.encode("utf-16-le", "surrogatepass")) // 2, 70, 67)
    return _parts(sum(2 if character in DOUBLE else 1 for character in text), 160, 153)


def _parts(length: int, alone: int, joined: int) -> int:
    return 1 if length <= alone else -(-length // joined)

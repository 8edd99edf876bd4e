"""Masks what identifies a person before text is searched, shown to a model or put into a subject line.

Customer and tax-object numbers are a service's own fields and stay: an agency cannot work without them.
"""

import re

from bot.messages import legible

# Groups of a NIK have even lengths however it is written; those of a tax-object number (18 digits) have not.
NIK = re.compile(r"(?<!\d)(?:1[1-9]|[2-9]\d)(?:[ .-]?\d\d){7}(?!\d)")
# Not after "106.": those are decimals of a coordinate.
PHONE = re.compile(
    r"(?<!\d)(?<!\d\.)(?:(?:\+|00)?62[ .()-]{0,2}0?[ .()-]{0,2}|0)8\d{1,2}(?:[ .()-]{0,2}\d){6,9}(?!\d)"
)
CARD = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w")


def mask(text: str) -> str:
    """``text``, made legible, with NIK, card and phone numbers and e-mail addresses replaced by what they are."""
    text = legible(text)
    text = CARD.sub(lambda m: "[kartu]" if _luhn(m[0]) else m[0], text)
    text = NIK.sub("[NIK]", text)
    text = PHONE.sub("[telepon]", text)
    return EMAIL.sub("[email]", text)


def _luhn(number: str) -> bool:
    digits = [int(d) for d in number if d.isdigit()]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0

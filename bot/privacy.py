"""Masks what identifies a person before text is searched, shown to a model or put into a subject line.

Customer and tax-object numbers are a service's own fields and stay: an agency cannot work without them.
"""

import re

NIK = re.compile(r"(?<!\d)(?:1[1-9]|[2-9]\d)\d{2}[ .-]?\d{2}[ .-]?\d{2}\d{4}[ .-]?\d{4}(?!\d)")
PHONE = re.compile(r"(?<![\d.])(?:\+?62[ .-]?|0)8\d{1,2}(?:[ .-]?\d){6,9}(?!\d)")
CARD = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")


def mask(text: str) -> str:
    """``text`` with NIK, card and phone numbers and e-mail addresses replaced by what they are."""
    text = CARD.sub(lambda m: "[kartu]" if _luhn(m[0]) else m[0], text)
    text = NIK.sub("[NIK]", text)
    text = PHONE.sub("[telepon]", text)
    return EMAIL.sub("[email]", text)


def _luhn(number: str) -> bool:
    digits = [int(d) for d in number if d.isdigit()]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0

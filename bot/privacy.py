"""Masks what identifies a person before text is searched, shown to a model or put into a subject line.

Customer and tax-object numbers are a service's own fields and stay: an agency cannot work without them. So do
licence plates, addresses, dates of birth, names and what somebody says of their health: no plain rule tells
those of the sender from those that a report is about. ``tests/security/test_leaks.py`` says where they may stand.
"""

import re

from bot.messages import legible

# Groups of a NIK have even lengths however it is written; those of a tax-object number (18 digits) have not.
NIK = re.compile(r"(?<!\d)(?:1[1-9]|[2-9]\d)(?:[ .-]?\d\d){7}(?!\d)")
# Not after "106.": those are decimals of a coordinate.
PHONE = re.compile(
    r"(?<!\d)(?<!\d\.)(?:(?:\+|00)?62[ .()-]{0,2}0?[ .()-]{0,2}|0)8\d{1,2}(?:[ .()-]{0,2}\d){6,9}(?!\d)"
)
CARD = re.compile(r"(?<!\d)(?:\d{4}(?:[ .-]?\d{4}){3}|3[47]\d\d[ .-]?\d{6}[ .-]?\d{5})(?!\d)")
# What is called so is masked however it is mistyped. Within a mask nothing is called anything.
NAMED_NIK = re.compile(
    r"(?<![\w\[])((?:nik|no\.?\s?kk|nokk|ktp|kk)\b[^\d\n\[]{0,12})\d(?:[ .-]?\d){12,18}(?!\d)", re.I
)
# A house's telephone; the short numbers of services begin with no 0.
NAMED_PHONE = re.compile(
    r"(?<![\w\[])((?:telp?|tlp|telepon|telpon|hp|wa|hub|hubungi|kontak|rumah)\b[^\d\n\[]{0,12})"
    r"0[2-9]\d{1,2}[ )-]{0,2}\d{3,4}[ -]?\d{3,4}(?!\d)",
    re.I,
)
# An account's number behind its bank or "rekening"; that of electricity and water is a customer's, and stays.
_BANK = r"(?:no)?rek(?:ening)?|bca|bri|bni|bsi|btn|cimb|bank\s[a-z]{2,12}"
_NO_ACCOUNT = r"listrik|air\b|pln|pam\b|pdam|pelanggan|meter|telkom|gas\b|bpjs|rp\b|\["
ACCOUNT = re.compile(
    rf"(?<![\w\[])((?:{_BANK})\b(?:(?!{_NO_ACCOUNT})[^\d\n]){{0,30}})"
    r"(?!\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d)\d(?:[ .-]?\d){8,16}(?!\d)",
    re.I,
)
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w")


def mask(text: str) -> str:
    """``text``, made legible, with NIK, card, phone and account numbers and e-mail addresses replaced by what they
    are."""
    text = legible(text)
    text = CARD.sub(lambda m: "[kartu]" if _luhn(m[0]) else m[0], text)
    text = NIK.sub("[NIK]", text)
    text = NAMED_NIK.sub(r"\1[NIK]", text)
    text = PHONE.sub("[telepon]", text)
    text = NAMED_PHONE.sub(r"\1[telepon]", text)
    text = ACCOUNT.sub(r"\1[rekening]", text)
    return EMAIL.sub("[email]", text)


def _luhn(number: str) -> bool:
    digits = [int(d) for d in number if d.isdigit()]
    doubled = (sum(divmod(2 * d, 10)) for d in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0

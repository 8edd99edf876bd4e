"""Ten kinds of personal data, each invented, each known again wherever it turns up in whatever spelling."""

import html
import json
import re
import urllib.parse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

SEP = r"[ .()-]{0,2}"


@dataclass(frozen=True)
class Kind:
    """One kind. ``write``: how a citizen writes number ``n``; ``sought``: what it is found by."""

    name: str
    write: Callable[[int], str]
    sought: str

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.sought, re.IGNORECASE)


def _spaced(digits: str) -> str:
    """Those digits, with whatever people put between them."""
    return SEP.join(digits)


def _nik(n: int) -> str:
    digits = f"317101450399{n:04d}"
    return (digits, " ".join(re.findall("....", digits)), f"{digits[:6]}.{digits[6:12]}.{digits[12:]}")[n % 3]


def _phone(n: int) -> str:
    return (f"08997654{n:04d}", f"0899-7654-{n:04d}", f"+62 899 7654 {n:04d}")[n % 3]


def _card(n: int) -> str:
    digits = f"41117788{n:07d}"
    doubled = sum(sum(divmod(2 * int(d), 10)) for d in digits[::2]) + sum(int(d) for d in digits[1::2])
    digits += str(-doubled % 10)
    return (digits, " ".join(re.findall("....", digits)))[n % 2]


KINDS = (
    Kind("NIK", lambda n: f"NIK saya {_nik(n)}", _spaced("317101450399")),
    Kind("family card", lambda n: f"no KK 317101120688{n:04d}", _spaced("317101120688")),
    Kind("telephone", lambda n: f"hubungi {_phone(n)}", _spaced("8997654")),
    Kind("e-mail", lambda n: f"email warga.{n}@surat-rahasia.example", "surat-rahasia"),
    Kind("card", lambda n: f"kartu {_card(n)}", _spaced("41117788")),
    Kind("account", lambda n: f"rekening BCA 52790{n:05d}", _spaced("52790") + r"[ .-]?\d{5}(?!\d)"),
    Kind("plate", lambda n: f"mobil B {1_000 + n % 9_000} ZQX", r"\bB[ +]?(?:%20)?\d{4}[ +]?(?:%20)?ZQX"),
    Kind("address", lambda n: f"rumah saya No. {n} RT 07 RW 09 Gang Kenangaungu", "kenangaungu"),
    Kind("name", lambda n: f"nama saya Zulkaedah Sukarnoputri {n}", "zulkaedah"),
    Kind("health", lambda n: f"saya penderita lupus, lahir 14 Februari 19{n % 50 + 45}", "penderita lupus"),
)
MASKED = frozenset(kind.name for kind in KINDS[:6])
NAMES = frozenset(kind.name for kind in KINDS)
# The number that somebody writes from, and the name in their telephone: they say neither, and nobody is shown it.
SENDERS = Kind("sender's number", lambda n: f"+62811770{n:04d}", _spaced("811770") + r"\d{4}(?!\d)")
PROFILES = Kind("profile name", lambda n: f"Ondelbetawi {n}", "ondelbetawi")
ALL = (*KINDS, SENDERS, PROFILES)


def found_in(content: bytes | str, *, spelt: bool = True) -> Counter[str]:
    """How often each kind stands in ``content``; where it may be ``spelt`` otherwise, in JSON, HTML, URLs too."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    found: Counter[str] = Counter()
    spellings = _spellings(text) if spelt else (text,)
    for kind in ALL:
        count = max(len(kind.pattern.findall(each)) for each in spellings)
        if count:
            found[kind.name] = count
    return found


def _spellings(text: str) -> tuple[str, ...]:
    """Undone what hides a word; each only where there is any of it."""
    spelt = [text]
    if "&" in text:
        spelt.append(html.unescape(text))
    if "%" in text:
        spelt.append(urllib.parse.unquote_plus(text))
    if "\\u" in text:
        spelt.append(re.sub(r"\\u([0-9a-f]{4})", lambda m: json.loads(f'"{m[0]}"'), text, flags=re.I))
    return tuple(spelt)

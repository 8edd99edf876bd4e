"""WhatsApp templates made of the sentences that are sent unasked, ready to be submitted for approval.

Rules for a body (Meta and Twilio, November 2026): at most 1,024 characters; it neither begins nor ends with a
value; no value follows another directly; n different values need at least 2n+1 words around them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.city.city import City
from bot.wording.wording import Wording, say_day

CATEGORY = "UTILITY"
LONGEST_BODY = 1_024
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
FIELD = re.compile(r"\{(\w+)\}")
# What a reviewer sees in place of a value; the rest of the samples comes from the city itself.
SAMPLES: Mapping[str, Mapping[str, str]] = {
    "id": {
        "note": "Lubang sudah ditambal tadi pagi.",
        "follow_question.note": "Lubangnya di depan rumah nomor berapa?",
        "follow_question_again.note": "Lubangnya di depan rumah nomor berapa?",
        "announcement.note": "Air di RW 03 Manggarai dimatikan Kamis 08.00-16.00 untuk perbaikan pipa.",
        "answer": "Kartu keluarga diurus di kelurahan, gratis.",
        "agency_case.place": "Jalan Kebon Kacang 12",
        "agency_case.link": "agency/Zm9vYmFyYmF6cXV4MTIzNA",
        "link": "https://lapor.jakarta.example/t/JK-7Q2M9X-4/0123456789abcdef012345",
    },
    "en": {
        "note": "The hole was filled this morning.",
        "follow_question.note": "In front of which house number is the hole?",
        "follow_question_again.note": "In front of which house number is the hole?",
        "announcement.note": "Water in RW 03 Manggarai is off on Thursday 08:00-16:00 for pipe repairs.",
        "answer": "Family cards are issued at the kelurahan, free of charge.",
        "agency_case.place": "Jalan Kebon Kacang 12",
        "agency_case.link": "agency/Zm9vYmFyYmF6cXV4MTIzNA",
        "link": "https://lapor.jakarta.example/t/JK-7Q2M9X-4/0123456789abcdef012345",
    },
}
AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Template:
    """One template as it is submitted. ``samples``: each value's name and a sample, in the order of numbers."""

    name: str
    language: str
    body: str
    samples: tuple[tuple[str, str], ...]

    @property
    def variables(self) -> dict[str, str]:
        """The samples by number, as Twilio's Content API takes them."""
        return {str(number): sample for number, (_, sample) in enumerate(self.samples, 1)}


def key_of(name: str, language: str, city: City) -> str:
    """Where a template stands in ``config.yml``: under its name; in a further language under ``name_en``."""
    return name if language == city.languages[0] else f"{name}_{language}"


def content_sid(city: City, name: str, language: str) -> str | None:
    """The approved template for this language, else the first language's; None where there is neither."""
    return city.templates.get(key_of(name, language, city)) or city.templates.get(name)


def templates(city: City, wording: Wording, language: str, now: datetime) -> list[Template]:
    """All templates of ``language``, in the order of the file."""
    samples = _samples(city, language, now)
    return [
        Template(
            key_of(sentence.template, language, city),
            language,
            _numbered((sentence.template_text or sentence.text).strip(), sentence.variables),
            tuple((name, _sample(samples, sentence.template, name)) for name in sentence.variables),
        )
        for sentence in wording.sentences[language].values()
        if sentence.template
    ]


def refusals(template: Template) -> Iterator[str]:
    """Why WhatsApp would refuse ``template``; nothing where it would not."""
    body, count = template.body, len(template.samples)
    words = len(re.findall(r"\w+", PLACEHOLDER.sub(" ", body)))
    if not re.fullmatch(r"[a-z0-9_]{1,512}", template.name):
        yield "its name may have small letters, digits and underscores only"
    if PLACEHOLDER.match(body) or re.search(r"\}\}$", body):
        yield "it begins or ends with a value; put words around it"
    if re.search(r"\}\}\s*\{\{", body):
        yield "one value follows another; put words between them"
    if words < 2 * count + 1:
        yield f"{words} words are too few for {count} values; {2 * count + 1} are needed"
    if len(body) > LONGEST_BODY:
        yield f"it has {len(body)} characters; {LONGEST_BODY} are allowed"
    if set(PLACEHOLDER.findall(body)) != set(template.variables) or FIELD.search(PLACEHOLDER.sub("", body)):
        yield "the values in its text and those under `variables` differ; name the same"


def _numbered(text: str, variables: tuple[str, ...]) -> str:
    """``{agency}`` becomes ``{{1}}`` where agency is the first variable; what is no variable stays."""
    numbers = {name: number for number, name in enumerate(variables, 1)}
    return FIELD.sub(lambda m: f"{{{{{numbers[m[1]]}}}}}" if m[1] in numbers else m[0], text)


def _sample(samples: Mapping[str, str], template: str, name: str) -> str:
    """A sample for this very template, else one for the value's name, else the name."""
    return samples.get(f"{template}.{name}") or samples.get(name, name)


def _samples(city: City, language: str, now: datetime) -> dict[str, str]:
    service = next(iter(city.services.values()))
    day = say_day(now + AHEAD, language, city.zone)
    return {
        **SAMPLES.get(language, SAMPLES["en"]),
        "number": f"{city.ticket_prefix}-7Q2M9X-4",
        "service": service.name,
        "agency": city.agencies[service.agency].name,
        "close_on": day,
        "expected_on": day,
        "solve_by": day,
    }

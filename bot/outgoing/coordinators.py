"""A letter to each coordinator that says how many of something wait: what they are stands behind the log-in."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing import outbox
from bot.outgoing.agency_mail import layouts
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook


def tell(
    session: Session,
    rulebook: Rulebook,
    wording: str,
    values: Mapping[str, object],
    page: str,
    key: str,
    now: datetime,
    sections: Sequence[tuple[str, Sequence[str]]] = (),
) -> None:
    """Write ``wording`` to them, with a link to ``page`` and lines under headings; once for each ``key``."""
    say, layout = rulebook.wording.say, layouts(rulebook.texts)
    subject = say(f"{wording}_subject", rulebook.language, values)
    parts = {
        "city": rulebook.city.name,
        "subject": subject,
        "lead": say(wording, rulebook.language, values),
        "sections": sections,
        "link": f"{rulebook.base_url}{page}",
    }
    for number, address in enumerate(rulebook.city.people.coordinators):
        text, html = (layout.get_template(f"list.{form}").render(parts) for form in ("txt", "html"))
        outbox.by_mail(session, rulebook, Letter(f"{key}:{number}", address, subject, text, html), now)

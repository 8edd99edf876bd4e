"""Letters to whoever owns an account when the ways into it changed: another did it, if they did not."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.outgoing import outbox
from bot.outgoing.agency_mail import layouts
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from storage.models import User

PASSWORD, FACTOR_ON, FACTOR_OFF = "mail_account_password", "mail_account_factor_on", "mail_account_factor_off"
FORGOTTEN = "/login/forgot"


def changed(session: Session, rulebook: Rulebook, user: User, what: str, now: datetime) -> None:
    """Tell ``user`` that ``what`` (one of the constants above) has happened to their account."""
    language = user.language if user.language in rulebook.city.languages else rulebook.language
    say = rulebook.wording.say
    at = f"{now.astimezone(rulebook.city.zone):%d-%m-%Y %H:%M}"
    values = {"city": rulebook.city.name, "what": say(what, language, {}), "at": at}
    parts = {
        "city": rulebook.city.name,
        "subject": say("mail_account_changed_subject", language, values),
        "lead": say("mail_account_changed", language, values),
        "rest": say("mail_account_changed_why", language, values),
        "link": f"{rulebook.base_url}{FORGOTTEN}",
        "button": say("mail_account_button", language, values),
    }
    text, html = (layouts(rulebook.texts).get_template(f"list.{form}").render(parts) for form in ("txt", "html"))
    key = f"account:{user.id}:{what}:{now.isoformat()}"
    outbox.by_mail(session, rulebook, Letter(key, user.email, parts["subject"], text, html), now)

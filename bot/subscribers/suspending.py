"""Stopping a subscription, and taking it up again from where it stood or from now."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.outgoing import outbox
from bot.outgoing.agency_mail import layouts
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from storage.models import Subscription, User
from storage.queries import subscriptions as queries
from storage.queries.subscriptions import sender_of

log = structlog.get_logger()

# Why: nothing got through for days, the receiver said that it is gone (410), a person wanted it.
FAILING, GONE, PERSON = "failing", "gone", "person"
PAGE = "/console/subscriptions"


def suspend(
    session: Session, rulebook: Rulebook | None, subscription: Subscription, why: str, now: datetime
) -> None:
    """Post nothing more until it is taken up; what waits is kept. Where no person did it, people are told."""
    subscription.suspended_at, subscription.suspended_for = now, why
    queries.park(session, sender_of(subscription.id))
    log.warning("subscription_suspended", subscription=subscription.id, why=why)
    if why != PERSON and rulebook is not None:
        _tell(session, rulebook, subscription, now)


def resume(session: Session, subscription: Subscription, now: datetime, *, from_now: bool) -> int:
    """Post again, all that happened since or only what happens ``from_now``; how many are sent at once."""
    subscription.suspended_at = subscription.suspended_for = None
    subscription.failing_since = subscription.error = None
    sender = sender_of(subscription.id)
    log.info("subscription_resumed", subscription=subscription.id, from_now=from_now)
    if not from_now:
        return queries.take_up(session, sender, now)
    subscription.through = queries.newest_event(session)
    queries.cancel_waiting(session, sender)
    queries.settle_dead(session, sender, now)
    return 0


def _tell(session: Session, rulebook: Rulebook, subscription: Subscription, now: datetime) -> None:
    """Whoever made it, and all coordinators, by e-mail; its address and secret are in no letter."""
    owner = session.get(User, subscription.created_by) if subscription.created_by else None
    mailboxes = dict.fromkeys((*([owner.email] if owner else ()), *rulebook.city.people.coordinators))
    since = (subscription.failing_since or now).astimezone(rulebook.city.zone)
    values = {"name": subscription.name, "since": f"{since:%d-%m-%Y %H:%M}", "code": subscription.error or "-"}
    say, layout = rulebook.wording.say, layouts(rulebook.texts)
    subject = say("mail_subscription_subject", rulebook.language, values)
    parts = {
        "city": rulebook.city.name,
        "subject": subject,
        "lead": say("mail_subscription", rulebook.language, values),
        "sections": (),
        "link": f"{rulebook.base_url}{PAGE}",
    }
    text, html = (layout.get_template(f"list.{form}").render(parts) for form in ("txt", "html"))
    for number, address in enumerate(mailboxes):
        key = f"subscription:{subscription.id}:{now:%Y%m%d%H%M%S}:{number}"
        outbox.by_mail(session, rulebook, Letter(key, address, subject, text, html), now)

"""What the agency and the coordinators are written about an incident: a counter that grows, not every report."""

from datetime import datetime
from html import escape

from sqlalchemy.orm import Session

from bot.outgoing import agency_mail, outbox
from bot.outgoing.outbox import Letter
from bot.rulebook import Rulebook
from storage.models import Incident, Ticket
from storage.queries import incidents as queries


def tell_agency(
    session: Session, rulebook: Rulebook, incident: Incident, now: datetime, *, urgent: bool = False
) -> None:
    """Write to the agency that more people report it, where the number has come to a step of the policy.

    Of an emergency it hears every time, until there are so many that it is a flood. Before the lead itself has
    gone out nothing is written: the letter about it will have the number.
    """
    lead = session.get_one(Ticket, incident.lead_id)
    further = incident.members - 1
    steps = [step for step in rulebook.city.incidents.tell_agency_at if step <= further]
    is_due = bool(steps) and steps[-1] > incident.told
    if lead.forwarded_at is None or not (is_due or (urgent and incident.flood_at is None)):
        return
    key = f"incident:{incident.id}:{further}"
    agency_mail.about_incident(session, rulebook, lead, "mail_incident", key, now, {"count": str(further)})


def tell_new_lead(
    session: Session, rulebook: Rulebook, incident: Incident, lead: Ticket, before: Ticket, now: datetime
) -> None:
    """The report that the agency knew stands for the others no more; another does."""
    extra, key = {"before": before.number, "count": str(incident.members)}, f"lead:{incident.id}:{lead.id}"
    agency_mail.about_incident(session, rulebook, lead, "mail_new_lead", key, now, extra)


def tell_merged(
    session: Session, rulebook: Rulebook, incident: Incident, numbers: str, key: str, now: datetime
) -> None:
    """Reports that the agency had as cases of their own are part of this one now."""
    lead = session.get_one(Ticket, incident.lead_id)
    if lead.forwarded_at is not None:
        extra = {"numbers": numbers}
        agency_mail.about_incident(session, rulebook, lead, "mail_merged", f"merged:{key}", now, extra)


def tell_flood(session: Session, rulebook: Rulebook, incident: Incident, now: datetime) -> None:
    """The agency and the coordinators learn once that there is a flood of reports."""
    lead = session.get_one(Ticket, incident.lead_id)
    values = flood_values(rulebook, incident)
    if lead.forwarded_at is not None:
        agency_mail.about_incident(session, rulebook, lead, "mail_flood", f"flood:{incident.id}", now, values)
    subject = rulebook.wording.say("mail_flood_city_subject", rulebook.language, values)
    text = rulebook.wording.say("mail_flood_city", rulebook.language, values)
    for address in _coordinators(session, rulebook):
        key = f"flood-city:{incident.id}:{address}"
        outbox.by_mail(session, rulebook, Letter(key, address, subject, text, f"<p>{escape(text)}</p>"), now)


def flood_values(rulebook: Rulebook, incident: Incident) -> dict[str, str]:
    """What sentences about a flood mention."""
    return {
        "city": rulebook.city.name,
        "service": rulebook.city.services[incident.service].name,
        "count": str(incident.members),
        "area": incident.area or rulebook.city.name,
        "link": f"{rulebook.base_url}/console/incidents/{incident.id}",
    }


def _coordinators(session: Session, rulebook: Rulebook) -> list[str]:
    """Those whom the configuration names, else everybody with such an account."""
    named = rulebook.city.people.coordinators
    return list(dict.fromkeys(named or (user.email for user in queries.coordinators(session))))

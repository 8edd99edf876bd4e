"""``flask doctor``: is a live configuration right, here and at Twilio?"""

import sys
from collections.abc import Callable, Iterator

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from bot.casework.choice_templates import choice_templates
from bot.standing.kept import with_kept
from bot.wording.templates import templates
from bot.wording.wording import Wording
from handlers.channels.registry import PROVIDERS
from handlers.doctor import installation, provider
from handlers.doctor.account import TwilioAccount
from handlers.doctor.findings import Finding, Mark, Unknown, not_checked, report
from handlers.doctor.outside import Outside
from handlers.edge import Edge, edge
from storage.queries import standing


def doctor_command(surroundings: Callable[[Edge], Outside] = Outside) -> click.Command:
    """The command; ``surroundings`` gives what the facts are asked of."""

    @click.command("doctor")
    @with_appcontext
    def doctor() -> None:
        """Check settings, database, NLU, mail server and Twilio; exit code 1 when something is wrong."""
        findings = list(examine(edge(), surroundings(edge())))
        for line in report(findings):
            click.echo(line)
        if any(finding.mark is Mark.WRONG for finding in findings):
            sys.exit(1)

    return doctor


def _wording(here: Edge) -> Wording:
    """The city's sentences with the answers that people keep; as filed where the database cannot be asked."""
    try:
        with here.database.read() as session:
            return with_kept(here.rulebook, standing.for_topics(session)).wording
    except SQLAlchemyError:
        return here.rulebook.wording


def examine(here: Edge, outside: Outside) -> Iterator[Finding]:
    """Everything that there is to say, from the inside out."""
    settings, rulebook = here.settings, here.rulebook
    today = here.clock.now().astimezone(rulebook.city.zone).date()
    yield from installation.settings_findings(settings)
    yield from installation.city_findings(settings, rulebook.city, _wording(here), today)
    yield from installation.store_findings(outside.store())
    yield from installation.files_findings(outside.files())
    yield from installation.nlu_findings(settings, outside.nlu_ready())
    yield from installation.mail_findings(settings, outside.mail())
    yield from installation.public_findings(settings, outside.public())
    if settings.has_twilio and settings.twilio_auth_token:
        yield from _twilio_findings(here, outside.twilio())
    for provider_of_ours in PROVIDERS:
        yield from provider_of_ours.doctor(here)


def _twilio_findings(here: Edge, account: TwilioAccount) -> Iterator[Finding]:
    settings, city = here.settings, here.rulebook.city
    known = account.account()
    yield provider.account_finding(known)
    if isinstance(known, Unknown):
        yield not_checked("Senders and templates could not be checked, because the account could not be read.")
        return
    urls = provider.Urls.of(settings)
    for address in filter(None, (settings.twilio_whatsapp_from, settings.twilio_sms_from)):
        sender = account.whatsapp_sender(address) if address.startswith("whatsapp:") else account.number(address)
        service = account.service_of(address)
        yield from provider.sender_findings(address, sender, service, urls)
    if settings.twilio_whatsapp_from:
        now = here.clock.now()
        wording = here.rulebook.wording
        wanted = {language: templates(city, wording, language, now) for language in city.languages}
        choices = [made for language in city.languages for made in choice_templates(city, wording, language)]
        yield from provider.template_findings(city, wanted, account.contents(), choices)

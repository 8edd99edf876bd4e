"""Judges what Twilio knows of us: account, senders with their hooks, templates. No I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from bot.casework.choice_templates import ChoiceTemplate
from bot.city.city import City
from bot.settings import Settings
from bot.wording.templates import Template
from handlers.doctor.facts import Account, Content, Hooks, Sender, Service
from handlers.doctor.findings import Finding, Unknown, not_checked, ok, wrong

MESSAGES, STATUS = "/webhooks/twilio/messages", "/webhooks/twilio/status"
RETRY = "rc=5&rp=all&rt=2500"
INDONESIA = "+62"
SANDBOX = "whatsapp:+14155238886"
WHERE = "Messaging > Senders in Twilio's console"
REFUSED = (401, 403)


@dataclass(frozen=True)
class Urls:
    """The addresses that Twilio must have."""

    messages: str
    status: str

    @classmethod
    def of(cls, settings: Settings) -> "Urls":
        return cls(settings.base_url + MESSAGES, settings.base_url + STATUS)


def account_finding(account: Account | Unknown) -> Finding:
    """Whether account and token work."""
    if isinstance(account, Unknown):
        if account.status in REFUSED:
            return wrong(
                f"Twilio refuses account and token ({account.reason}); check TWILIO_ACCOUNT_SID and "
                "TWILIO_AUTH_TOKEN."
            )
        return not_checked(f"Twilio's API could not be asked ({account.reason}); run this again later.")
    if account.status != "active":
        return wrong(f"The Twilio account is {account.status}; see the console for what Twilio wants.")
    if account.type == "Trial":
        return wrong("The Twilio account is a trial, which reaches verified numbers only; upgrade it.")
    return ok("The Twilio account is active.")


def sender_findings(
    address: str, sender: Sender | Unknown | None, service: Service | Unknown | None, urls: Urls
) -> Iterator[Finding]:
    """Whether ``address`` is ours at Twilio and what comes to it comes to us."""
    if isinstance(sender, Unknown):
        yield not_checked(f"{address} could not be checked ({sender.reason}); look at it under {WHERE}.")
        return
    if sender is None:
        yield wrong(_not_ours(address))
        return
    if not sender.online:
        yield wrong(f"{address} is not online ({sender.state}); see what it lacks under {WHERE}.")
    yield from _hook_findings(sender, service, urls)


def template_findings(
    city: City,
    wanted: Mapping[str, list[Template]],
    contents: Mapping[str, Content] | Unknown,
    choices: Sequence[ChoiceTemplate] = (),
) -> Iterator[Finding]:
    """Whether every sentence that is sent unasked has an approved template. ``wanted`` by language.

    ``choices`` are those for buttons and lists, of which any may be missing: then choices are numbered.
    """
    first, *others = city.languages
    missing = [t.name for t in wanted[first] if t.name not in city.templates]
    if missing:
        yield wrong(
            f"config.yml: templates: there is no ContentSid for {', '.join(missing)}; submit what "
            "`flask --app app templates` prints and enter their sids."
        )
    known = {template.name: template for language in (first, *others) for template in wanted[language]}
    shown = {template.name: template for template in choices}
    for key in city.templates:
        if key not in known and key not in shown:
            yield wrong(
                f"config.yml: templates.{key}: no sentence has this template; correct the name or drop it."
            )
    if isinstance(contents, Unknown):
        yield not_checked(f"The templates could not be checked ({contents.reason}); look at them in the console.")
        return
    entered = {key: sid for key, sid in city.templates.items() if key in known}
    verdicts = [_template(key, sid, known[key], contents.get(sid)) for key, sid in entered.items()]
    yield from _choice_findings({key: sid for key, sid in city.templates.items() if key in shown}, shown, contents)
    yield from (verdict for verdict in verdicts if verdict)
    yield from _good_templates(verdicts.count(None))


def _good_templates(count: int) -> Iterator[Finding]:
    if count:
        yield ok(f"{count} templates are approved and have the values that our sentences have.")


def _not_ours(address: str) -> str:
    if address == SANDBOX:
        return f"{address} is Twilio's sandbox, for people who joined it only; register a sender of your own."
    if address.startswith(INDONESIA):
        return (
            f"{address} is no number of this account, and Twilio has no two-way SMS on Indonesian numbers; "
            "unset TWILIO_SMS_FROM and use another gateway for SMS."
        )
    return f"{address} is no sender of this account; register it or correct the setting."


def _hook_findings(sender: Sender, service: Service | Unknown | None, urls: Urls) -> Iterator[Finding]:
    where, hooks = sender.address, sender.hooks
    if isinstance(service, Unknown):
        yield not_checked(
            f"Whether a Messaging Service takes what comes to {where} could not be checked ({service.reason})."
        )
    elif service and service.overrides:
        where, hooks = f"The Messaging Service {service.name} of {where}", service.hooks
    elif sender.application:
        yield wrong(f"The application {sender.application} takes what comes to {where}; take it off the number.")
        return
    problems = list(_hook_problems(where, hooks, urls))
    yield from map(wrong, problems)
    if not problems:
        yield ok(f"{where} hands incoming messages and reports to us.")


def _hook_problems(where: str, hooks: Hooks, urls: Urls) -> Iterator[str]:
    ours = f"{urls.messages}#{RETRY}"
    url, _, fragment = hooks.url.partition("#")
    if url != urls.messages:
        yield f"{where} hands incoming messages to {url or 'nobody'}; set the address to {ours}"
    elif not _tries_again(fragment):
        yield f"{where} does not try again when we do not answer; put #{RETRY} behind the address."
    if hooks.fallback_url.partition("#")[0] != urls.messages:
        yield f"{where} has the fallback address {hooks.fallback_url or '(none)'}; set it to {urls.messages}"
    if "GET" in (hooks.method, hooks.fallback_method):
        yield f"{where} uses GET; set both methods to POST."
    if hooks.status_url and hooks.status_url.partition("#")[0] != urls.status:
        yield f"{where} reports to {hooks.status_url}; set the status callback to {urls.status}"


def _tries_again(fragment: str) -> bool:
    """Whether connection overrides ask for retries after every kind of failure."""
    options = parse_qs(fragment)
    count, policy = options.get("rc", ["0"])[0], options.get("rp", [""])[0]
    return count.isdecimal() and int(count) >= 1 and "all" in policy.split(",")


def _template(key: str, sid: str, template: Template, content: Content | None) -> Finding | None:
    place, numbers = f"config.yml: templates.{key}: {sid}", frozenset(template.variables)
    if content is None:
        return wrong(f"{place} does not exist in this account; copy the ContentSid from the console.")
    if content.status != "approved":
        reason = f" ({content.reason})" if content.reason else ""
        return wrong(f"{place} is {content.status}{reason} at WhatsApp; {_advice(content.status)}.")
    if content.placeholders != numbers:
        has = ", ".join(sorted(content.placeholders)) or "none"
        return wrong(
            f"{place} has the values {has} where our sentence has {len(numbers)}; submit it anew as "
            "`flask --app app templates` prints it."
        )
    return None


def _choice_findings(
    entered: Mapping[str, str], shown: Mapping[str, ChoiceTemplate], contents: Mapping[str, Content]
) -> Iterator[Finding]:
    """Buttons and lists must be there and take our values; nobody approves them."""
    for key, sid in entered.items():
        content = contents.get(sid)
        if content is None or content.placeholders != frozenset(shown[key].variables):
            yield wrong(
                f"config.yml: templates.{key}: {sid} is not what `flask --app app templates --choices` prints; "
                "create it anew and enter its sid."
            )


def _advice(status: str) -> str:
    if status in ("received", "pending"):
        return "wait for the verdict"
    return "submit it" if status == "unsubmitted" else "mend it and submit it under a new name"

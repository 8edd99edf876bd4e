"""What ``flask doctor`` says about WhatsApp through Meta: settings, token and number, verification, templates."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from bot.settings import Settings
from bot.wording.templates import PLACEHOLDER, Template, templates
from handlers.channels.meta_cloud import TEMPLATE
from handlers.channels.meta_cloud_settings import MetaSettings
from handlers.doctor.findings import Finding, Unknown, not_checked, ok, wrong
from handlers.edge import Edge

TIMEOUT_S = 10.0
PATH = "/webhooks/meta"
CHALLENGE = "doctor"
REFUSED = (400, 401, 403)
PAGES = 20  # of a hundred templates
Answer = dict[str, Any] | Unknown


def findings(here: Edge) -> Iterator[Finding]:
    """Everything about this provider; nothing where it is not set up."""
    own = here.settings.of(MetaSettings)
    if not own.is_live:
        return
    yield from setting_findings(own)
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
        if own.meta_verify_token:
            yield _verified(client, here.settings, own)
        if own.can_send:
            yield from _at_meta(client, here, own)


def setting_findings(own: MetaSettings) -> Iterator[Finding]:
    """What the settings alone tell."""
    if not own.meta_token:
        yield wrong("META_TOKEN is not set, so nothing is sent; make a token of a system user at Meta.")
    if not own.meta_app_secret:
        yield wrong("META_APP_SECRET is not set, so the webhook is closed; copy it from the app's basic settings.")
    if not own.meta_verify_token:
        yield wrong("META_VERIFY_TOKEN is not set, so Meta cannot check our address; choose a long random text.")
    if own.meta_api_base:
        yield wrong(f"META_API_BASE is {own.meta_api_base}, which is for tests; unset it.")


def _verified(client: httpx.Client, settings: Settings, own: MetaSettings) -> Finding:
    """Whether our own public address answers as Meta wants it, and refuses what Meta did not sign."""
    address = settings.base_url + PATH
    asked = {"hub.mode": "subscribe", "hub.challenge": CHALLENGE, "hub.verify_token": own.meta_verify_token}
    try:
        answer = client.get(address, params=asked)
        forged = client.post(address, json={}).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return wrong(f"{address} cannot be reached ({type(error).__name__}); check DNS, certificate and proxy.")
    if (answer.status_code, answer.text) != (200, CHALLENGE):
        return wrong(f"{address} answers {answer.status_code} to Meta's verification; let the proxy pass it on.")
    if forged != 403:
        return wrong(f"{address} answers {forged} to an unsigned request instead of 403; check the proxy.")
    return ok(f"{address} answers Meta's verification and refuses what Meta did not sign.")


def _at_meta(client: httpx.Client, here: Edge, own: MetaSettings) -> Iterator[Finding]:
    fields = "display_phone_number,verified_name,quality_rating,code_verification_status,name_status,platform_type"
    number = _ask(client, own, own.meta_phone_number_id, fields=fields)
    yield from number_findings(number, own)
    if isinstance(number, Unknown):
        return
    yield from _name_findings(here)
    if not own.meta_account_id:
        yield not_checked("Templates and subscription could not be checked; set META_ACCOUNT_ID.")
        return
    yield subscription_finding(_ask(client, own, f"{own.meta_account_id}/subscribed_apps"), own)
    city = here.rulebook.city
    for language in city.languages:
        wanted = templates(city, here.rulebook.wording, language, here.clock.now())
        yield from template_findings(city.templates, wanted, _templates(client, own))


def number_findings(number: Answer, own: MetaSettings) -> Iterator[Finding]:
    """Whether token and number work, and whether it is the number that we say it is."""
    if isinstance(number, Unknown):
        if number.status in REFUSED:
            yield wrong(f"Meta refuses token or number ({number.reason}); check META_TOKEN, META_PHONE_NUMBER_ID.")
        else:
            yield not_checked(f"Meta could not be asked ({number.reason}); run this again later.")
        return
    shown = "+" + "".join(filter(str.isdecimal, str(number.get("display_phone_number") or "")))
    if shown != own.meta_number:
        yield wrong(f"META_NUMBER is {own.meta_number}, but META_PHONE_NUMBER_ID is that of {shown}; mend one.")
    elif number.get("platform_type") not in (None, "CLOUD_API"):
        yield wrong(f"{shown} is not registered for the Cloud API; register it (docs/meta.md).")
    elif number.get("quality_rating") == "RED":
        yield wrong(f"Meta rates {shown} as RED: people block it; see WhatsApp Manager before it is limited.")
    else:
        yield ok(f"{shown} is ours at Meta, and the token may use it.")


def subscription_finding(subscribed: Answer, own: MetaSettings) -> Finding:
    """Whether Meta sends us what comes to the account."""
    if isinstance(subscribed, Unknown):
        return not_checked(f"The subscription could not be checked ({subscribed.reason}).")
    if not subscribed.get("data"):
        return wrong(
            f"No app is subscribed to the account {own.meta_account_id}, so nothing comes in; subscribe it "
            "(docs/meta.md)."
        )
    return ok("An app is subscribed to the account.")


def template_findings(
    named: Mapping[str, str], wanted: list[Template], there: Mapping[tuple[str, str], Mapping[str, Any]] | Unknown
) -> Iterator[Finding]:
    """Whether every sentence that is sent unasked has an approved template. ``named``: by ``config.yml``."""
    if isinstance(there, Unknown):
        yield not_checked(f"The templates could not be checked ({there.reason}); see WhatsApp Manager.")
        return
    missing = [template.name for template in wanted if template.name not in named]
    if missing:
        yield wrong(f"config.yml: templates: there is none for {', '.join(missing)}; submit and name them.")
    problems = [problem for template in wanted if (problem := _problem(template, named, there))]
    yield from map(wrong, problems)
    good = len(wanted) - len(missing) - len(problems)
    if good:
        yield ok(f"{good} templates are approved and have the values that our sentences have.")


def _problem(
    template: Template, named: Mapping[str, str], there: Mapping[tuple[str, str], Mapping[str, Any]]
) -> str | None:
    written = TEMPLATE.fullmatch(named.get(template.name, ""))
    if written is None:
        return None  # missing, or told by its form
    place = f"config.yml: templates.{template.name}: {named[template.name]}"
    found = there.get((written[1], written[2]))
    if found is None:
        return f"{place} does not exist in this account; copy name and language from WhatsApp Manager."
    if found.get("status") != "APPROVED":
        return f"{place} is {found.get('status')} at Meta; wait for the verdict, or mend it and submit it anew."
    if len(set(PLACEHOLDER.findall(_body(found)))) != len(template.variables):
        return f"{place} has another number of values than our sentence; submit it as `templates` prints it."
    return None


def _body(template: Mapping[str, Any]) -> str:
    """The text with its placeholders."""
    parts = [part for part in template.get("components") or () if isinstance(part, dict)]
    return next((str(part.get("text")) for part in parts if part.get("type") == "BODY"), "")


def _name_findings(here: Edge) -> Iterator[Finding]:
    """Templates must be named as Meta names them."""
    for key, named in here.rulebook.city.templates.items():
        if not TEMPLATE.fullmatch(named) and not key.startswith(("buttons_", "list_")):
            yield wrong(f"config.yml: templates.{key}: {named} is no template of Meta's; write it as name/id.")


def _templates(client: httpx.Client, own: MetaSettings) -> Mapping[tuple[str, str], Mapping[str, Any]] | Unknown:
    """All templates of the account by name and language."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    after = ""
    for _ in range(PAGES):
        more = {"after": after} if after else {}
        page = _ask(client, own, f"{own.meta_account_id}/message_templates", limit="100", **more)
        if isinstance(page, Unknown):
            return page
        listed = [one for one in page.get("data") or () if isinstance(one, dict)]
        found |= {(str(one.get("name")), str(one.get("language"))): one for one in listed}
        paging = page.get("paging") or {}
        after = str((paging.get("cursors") or {}).get("after") or "") if paging.get("next") else ""
        if not after:
            break
    return found


def _ask(client: httpx.Client, own: MetaSettings, path: str, **params: str) -> Answer:
    """What Meta answers, else why it does not."""
    try:
        token = {"Authorization": f"Bearer {own.meta_token}"}
        response = client.get(f"{own.base}/{path}", params=params, headers=token)
        found = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return Unknown(type(error).__name__)
    if not isinstance(found, dict):
        return Unknown("the answer has another shape than expected")
    if not response.is_success:
        told = found.get("error")
        code = told.get("code") if isinstance(told, dict) else None
        return Unknown(f"HTTP {response.status_code}, code {code}", response.status_code)
    return found

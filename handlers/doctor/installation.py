"""Judges what is on our side: settings, database, NLU, mail server, public address. No I/O."""

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from bot.city.city import City
from bot.settings import Settings
from bot.wording.wording import Wording
from handlers.doctor.facts import Answers, Kept, Store
from handlers.doctor.findings import Finding, Unknown, ok, wrong

SHORTEST_SECRET = 32
WORKER_SILENT_S = 30
SAMPLE_DOMAIN = ".example"
LEDGER = {
    "well": ok("The erasure ledger and the database agree."),
    "none": wrong("ERASURE_LEDGER is not set, so a restored backup would know erased people; name a file."),
    "behind": wrong("erasures_not_replayed: a backup was restored; run `flask --app app personal replay`."),
    "cut": wrong("The erasure ledger has lost lines; run `flask --app app personal ledger --complete`."),
    "damaged": wrong(
        "The erasure ledger was changed; take it from a copy, then `flask --app app personal ledger`."
    ),
}


def settings_findings(settings: Settings) -> Iterator[Finding]:
    """What the settings alone tell."""
    yield _secret(settings)
    yield _public_url(settings)
    yield (
        wrong("The simulator is on and lets anyone pose as a citizen; set SIMULATOR=off.")
        if settings.simulator_enabled
        else ok("The simulator is off.")
    )
    if settings.trial:
        yield wrong(
            f"Trial mode is on: only {len(settings.trial)} numbers are sent messages; "
            "unset TRIAL_NUMBERS to write to everybody."
        )
    if settings.has_twilio:
        yield from _twilio(settings)
    elif not settings.is_live:
        yield wrong(
            "TWILIO_ACCOUNT_SID is not set, so citizens cannot write; set it and the other Twilio settings."
        )
    if settings.has_gateway:
        yield from _gateway(settings)


def city_findings(settings: Settings, city: City, wording: Wording, today: date) -> Iterator[Finding]:
    """Samples that must not go live: addresses and answers that nobody has checked."""
    addresses = [address for agency in city.agencies.values() for address in _addresses(agency.model_dump())]
    samples = sum(address.endswith(SAMPLE_DOMAIN) for address in [*addresses, settings.mail_from])
    yield (
        wrong(
            f"{samples} e-mail addresses end in {SAMPLE_DOMAIN}; put real ones into MAIL_FROM and "
            f"{settings.config_file.name}."
        )
        if samples
        else ok(f"{len(city.agencies)} agencies have e-mail addresses.")
    )
    given = wording.answerable(today, unverified=settings.gives_unverified)
    unverified = sum(not wording.answers[topic].verified for topic in given)
    held = len(wording.answers) - len(given)
    yield (
        wrong(f"{unverified} answers that nobody checked are given; verify them or set UNVERIFIED_ANSWERS=hold.")
        if unverified
        else ok(f"{len(given)} verified answers are given, {held} unverified or outdated ones are held back.")
    )


def public_findings(settings: Settings, answers: Answers | Unknown) -> Iterator[Finding]:
    """Whether the web process answers under its public address, and refuses what Twilio did not sign."""
    page = f"{settings.base_url}/healthz"
    if isinstance(answers, Unknown):
        yield wrong(f"{page} cannot be reached ({answers.reason}); check DNS, certificate, proxy and web process.")
        return
    if answers.health != 200 or not answers.is_ours:
        yield wrong(
            f"{page} answers {answers.health}, not as it should; let the proxy pass it to the web process."
        )
        return
    yield ok(f"{page} answers.")
    yield (
        ok("The webhook refuses what Twilio did not sign.")
        if answers.forged == 403
        else wrong(f"The webhook answers {answers.forged} to an unsigned request instead of 403; check the proxy.")
    )


def store_findings(store: Store | Unknown) -> Iterator[Finding]:
    """Whether messages can be stored, people can log in, and a worker is at it."""
    if isinstance(store, Unknown):
        yield wrong(f"The database cannot be reached ({store.reason}); check DATABASE_URL and the server.")
        return
    if not store.migrated:
        yield wrong("The database lacks migrations; run `flask --app app db upgrade`.")
        return
    alone = "; with it everything must run on this machine" if store.kind == "sqlite" else ""
    yield ok(f"The database ({store.kind}{alone}) has all migrations.")
    yield (
        ok(f"{store.accounts} console accounts exist.")
        if store.accounts
        else wrong("There is no console account; run `flask --app app create-user EMAIL --role administrator`.")
    )
    silent = store.worker_silent_s
    yield (
        ok("A worker is running.")
        if silent is not None and silent <= WORKER_SILENT_S
        else wrong("No worker is running, so nobody is answered; start `flask --app app worker`.")
    )
    yield LEDGER[store.ledger]
    if store.unknown_services:
        yield wrong(
            f"Open tickets have services that the city has no more ({', '.join(store.unknown_services)}), "
            "and nothing follows them up; put these back until the tickets are closed."
        )


def files_findings(kept: Kept | Unknown) -> Iterator[Finding]:
    """Whether photos and files of citizens can be kept, shown and erased."""
    if isinstance(kept, Unknown):
        yield wrong(kept.reason)
        return
    yield ok(f"{kept.where} takes files, gives them back and lets go of them.")
    if kept.moving:
        yield wrong("Files are left in MEDIA_FOLDER; bring them over with `flask --app app media move`.")


def nlu_findings(settings: Settings, ready: bool) -> Iterator[Finding]:
    """Whether messages are understood."""
    if not settings.nlu_url:
        yield wrong("NLU_URL is not set, so people must read every message; start the NLU server and name it.")
    elif not ready:
        yield wrong(f"The NLU server at {settings.nlu_url} is not ready; train a model and start it.")
    else:
        yield ok("The NLU server is ready.")


def mail_findings(settings: Settings, trouble: Unknown | None) -> Iterator[Finding]:
    """Whether agencies can be written to."""
    if not settings.smtp_url:
        yield wrong("SMTP_URL is not set, so agencies get no e-mail; name a mail server.")
    elif trouble:
        yield wrong(f"The mail server does not take us ({trouble.reason}); check SMTP_URL.")
    else:
        yield ok("The mail server takes us.")


def _secret(settings: Settings) -> Finding:
    newest = next(iter(settings.secret_key), "")
    if not newest:
        return wrong("SECRET_KEY is not set; set it to a long random text and keep a copy elsewhere.")
    if len(newest) < SHORTEST_SECRET:
        return wrong(
            f"SECRET_KEY has {len(newest)} characters; put a random one of {SHORTEST_SECRET} or more and a comma "
            "in front of it."
        )
    return ok("SECRET_KEY is set and long enough.")


def _public_url(settings: Settings) -> Finding:
    parts = urlsplit(settings.base_url)
    if not settings.public_url:
        return wrong("PUBLIC_URL is not set; set it to the https address under which Twilio reaches us.")
    if parts.scheme != "https":
        return wrong(f"PUBLIC_URL is {settings.base_url}; messages must come over https.")
    if parts.query or parts.fragment or not parts.hostname:
        return wrong(f"PUBLIC_URL is {settings.base_url}; write it as https://lapor.jakarta.go.id.")
    return ok(f"PUBLIC_URL is {settings.base_url}.")


def _twilio(settings: Settings) -> Iterator[Finding]:
    whatsapp, sms = settings.twilio_whatsapp_from, settings.twilio_sms_from
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", settings.twilio_account_sid):
        yield wrong("TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits; copy it from the console.")
    if not settings.twilio_auth_token:
        yield wrong("TWILIO_AUTH_TOKEN is not set, so the webhooks are closed; set it.")
    if not whatsapp and not sms:
        yield wrong("Neither TWILIO_WHATSAPP_FROM nor TWILIO_SMS_FROM is set; name at least one sender.")
    if whatsapp and not re.fullmatch(r"whatsapp:\+[1-9]\d{6,14}", whatsapp):
        yield wrong(f"TWILIO_WHATSAPP_FROM is {whatsapp}; write it as whatsapp:+62...")
    if sms and not re.fullmatch(r"\+[1-9]\d{6,14}", sms):
        yield wrong(f"TWILIO_SMS_FROM is {sms}; write it as +62...")
    if settings.twilio_api_base:
        yield wrong(f"TWILIO_API_BASE is {settings.twilio_api_base}, which is for tests; unset it.")


def _gateway(settings: Settings) -> Iterator[Finding]:
    """Half a gateway asks and never hears the answer, or hears and never answers."""
    if not settings.gateway_secret:
        yield wrong("GATEWAY_SECRET is not set, so nothing comes in by SMS; agree on one with the gateway.")
    elif len(settings.gateway_secret[0]) < SHORTEST_SECRET:
        yield wrong(
            f"GATEWAY_SECRET is shorter than {SHORTEST_SECRET} characters; put a longer one in front of it."
        )
    if not settings.gateway_from:
        yield wrong("GATEWAY_FROM is not set, so every SMS is put aside; name our number at the gateway.")
    if not settings.gateway_url.startswith("https://"):
        yield wrong(f"GATEWAY_URL is {settings.gateway_url or 'not set'}; name the gateway's https address.")
    if settings.gateway_repeatable == "no" and not settings.gateway_lookup_url:
        yield wrong(
            "After a time-out nobody can tell whether an SMS went out; ask the gateway for GATEWAY_LOOKUP_URL, or "
            "to drop repeated ids and set GATEWAY_REPEATABLE=yes."
        )


def _addresses(agency: dict[str, object]) -> Iterator[str]:
    units = agency["units"]
    values = [agency["email"], agency["head_email"], *(units.values() if isinstance(units, dict) else ())]
    yield from (str(value) for value in values if value)

"""``flask templates``: what to submit to WhatsApp for the sentences that are sent unasked."""

import json
from collections.abc import Iterator

import click
from flask.cli import with_appcontext

from bot.templates import CATEGORY, Template, refusals, templates
from handlers.edge import edge


@click.command("templates")
@click.option("--language", help="Another than the city's first language.")
@click.option("--json", "as_json", is_flag=True, help="One line a template, as Twilio's Content API takes it.")
@with_appcontext
def list_templates(language: str | None, as_json: bool) -> None:
    """Print every WhatsApp template: name, text, samples, category. Fails when WhatsApp would refuse one."""
    here = edge()
    city = here.rulebook.city
    language = language or city.languages[0]
    if language not in city.languages:
        raise click.ClickException(f"The city's languages are {', '.join(city.languages)}; name one of them.")
    found = templates(city, here.rulebook.wording, language, here.clock.now())
    for template in found:
        click.echo(_payload(template) if as_json else "\n".join(_block(template)))
    problems = [f"{template.name}: {problem}." for template in found for problem in refusals(template)]
    if problems:
        raise click.ClickException("WhatsApp would refuse this:\n" + "\n".join(problems))


def _block(template: Template) -> Iterator[str]:
    yield f"{template.name}  (language {template.language}, category {CATEGORY})"
    yield from (f"    {line}" for line in template.body.splitlines())
    for number, (name, sample) in enumerate(template.samples, 1):
        yield f"    {{{{{number}}}}} {name}: {sample}"
    yield ""


def _payload(template: Template) -> str:
    content = {
        "friendly_name": template.name,
        "language": template.language,
        "variables": template.variables,
        "types": {"twilio/text": {"body": template.body}},
    }
    return json.dumps(content, ensure_ascii=False)

"""``flask templates``: what to submit to WhatsApp for the sentences that are sent unasked, and what to create for
buttons and lists."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import click
from flask.cli import with_appcontext

from bot.casework.choice_templates import ChoiceTemplate, choice_templates
from bot.wording.templates import CATEGORY, Template, refusals, templates
from handlers.edge import edge

ADDRESS = "PUBLIC_URL"  # in a template: the installation's own address


@click.command("templates")
@click.option("--language", help="Another than the city's first language.")
@click.option("--json", "as_json", is_flag=True, help="One line a template, as Twilio's Content API takes it.")
@click.option("--meta", "for_meta", is_flag=True, help="One line a template, as Meta's Graph API takes it.")
@click.option("--choices", is_flag=True, help="Those for buttons and lists, which nobody has to approve.")
@with_appcontext
def list_templates(language: str | None, as_json: bool, for_meta: bool, choices: bool) -> None:
    """Print every WhatsApp template: name, text, samples, category. Fails when WhatsApp would refuse one."""
    here = edge()
    city = here.rulebook.city
    language = language or city.languages[0]
    if language not in city.languages:
        raise click.ClickException(f"The city's languages are {', '.join(city.languages)}; name one of them.")
    if choices:
        for created in choice_templates(city, here.rulebook.wording, language):
            click.echo(_choice_payload(created) if as_json else "\n".join(_choice_block(created)))
        return
    written = templates(city, here.rulebook.wording, language, here.clock.now())
    found = [
        replace(template, body=template.body.replace(ADDRESS, here.rulebook.base_url)) for template in written
    ]
    for template in found:
        if for_meta:
            click.echo(_meta(template))
        else:
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


def _choice_block(template: ChoiceTemplate) -> Iterator[str]:
    yield f"{template.name}  (language {template.language}, {template.kind}, needs no approval)"
    shape = template.types[template.kind]
    for row in shape.get("actions") or shape["items"]:
        yield "    " + ", ".join(f"{name} {value}" for name, value in row.items())
    yield ""


def _choice_payload(template: ChoiceTemplate) -> str:
    return _content(template.name, template.language, template.variables, template.types)


def _payload(template: Template) -> str:
    text = {"twilio/text": {"body": template.body}}
    return _content(template.name, template.language, template.variables, text)


def _meta(template: Template) -> str:
    body: dict[str, Any] = {"type": "BODY", "text": template.body}
    if template.samples:
        body["example"] = {"body_text": [[sample for _, sample in template.samples]]}
    told = {"name": template.name, "language": template.language, "category": CATEGORY, "components": [body]}
    return json.dumps(told, ensure_ascii=False)


def _content(name: str, language: str, variables: Mapping[str, str], types: Mapping[str, Any]) -> str:
    content = {"friendly_name": name, "language": language, "variables": variables, "types": types}
    return json.dumps(content, ensure_ascii=False)

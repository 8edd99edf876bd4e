"""``flask check-config``: is the city's configuration right as a whole?"""

import click
from flask.cli import with_appcontext

from handlers.edge import edge


@click.command("check-config")
@with_appcontext
def check_config() -> None:
    """Check config.yml, the sentences and the standing answers; mistakes stop every command with a list."""
    rulebook = edge().rulebook
    city, wording = rulebook.city, rulebook.wording
    click.echo(
        f"{city.name}: {len(city.agencies)} agencies, {len(city.services)} services, "
        f"{len(city.routing)} routing rules, {len(wording.answers)} standing answers, "
        f"{len(wording.sentences[rulebook.language])} sentences in {len(city.languages)} languages. All is well."
    )

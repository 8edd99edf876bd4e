"""``flask nlu promote`` and ``rollback``: another model goes live, while messages are understood."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from bot.learning.comparison import Answer, Figure, compare, objections
from handlers.edge import edge
from nlu import environment, live, models, wishes


@click.command("promote")
@click.argument("model", required=False)
@click.option(
    "--margin", type=click.FloatRange(0, 1), default=0.03, show_default=True, help="What an agency may lose."
)
@with_appcontext
def promote(model: str | None, margin: float) -> None:
    """Put MODEL (default: the newest) live if it beats the live one on the evaluation set."""
    folder = live.folder_of(edge().settings.port, environment.city_data())
    try:
        present, wanted = wishes.running(folder), models.find(model)
        if Path(present.model) == wanted:
            raise models.ModelError(f"{wanted.name} is live already.")
        figures = _figures(Path(present.model), wanted)
        _show(figures)
        reasons = objections(figures, margin)
        if reasons:
            raise models.ModelError(f"{wanted.name} stays out: {' '.join(reasons)}")
        click.echo("Better. Starting it beside the live one ...")
        wishes.put_live(folder, wanted)
    except (models.ModelError, environment.EnvironmentMissingError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{wanted.name} is live; 'nlu rollback' returns to {Path(present.model).name}.")


@click.command("rollback")
@with_appcontext
def rollback() -> None:
    """Return to the model that was live before."""
    folder = live.folder_of(edge().settings.port, environment.city_data())
    try:
        present = wishes.running(folder)
        if present.former is None:
            raise models.ModelError(
                f"{Path(present.model).name} has been live from the start; there is none before it."
            )
        former = models.find(present.former)
        wishes.put_live(folder, former)
    except models.ModelError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{former.name} is live again.")


def _figures(present: Path, wanted: Path) -> list[Figure]:
    click.echo(f"Asking {wanted.name} and {present.name} about the evaluation set ...")
    new, old = ([Answer(**row) for row in models.answers(path)] for path in (wanted, present))
    city = edge().rulebook.city
    agency_of = {code: service.agency for code, service in city.services.items()}
    return compare(old, new, agency_of, {code: agency.name for code, agency in city.agencies.items()})


def _show(figures: list[Figure]) -> None:
    click.echo(f"{'':<52}{'messages':>10}{'live':>10}{'new':>10}")
    for figure in figures:
        click.echo(f"{figure.name[:52]:<52}{figure.count:>10}{figure.live:>10.3f}{figure.new:>10.3f}")

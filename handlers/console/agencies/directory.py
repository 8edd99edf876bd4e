"""Agencies and services as ``config.yml`` has them: to look up, not to change."""

from flask import render_template, request

from bot.accounts.roles import READERS
from handlers.console.agencies.directory_rows import directory as rows_of
from handlers.console.agencies.directory_rows import said
from handlers.console.room import blueprint
from handlers.edge import edge
from handlers.guards import seen_by

LONGEST_SEARCH = 100


@blueprint.get("/directory")
@seen_by(*READERS)
def directory() -> str:
    """Who answers for what, how they are reached and how long they have; what is missing is marked."""
    city, text = edge().rulebook.city, request.args.get("text", "").strip()[:LONGEST_SEARCH]
    agencies = rows_of(city, text)
    usual = {name: said(getattr(city.deadlines, name)) for name in ("verify", "answer", "solve")}
    return render_template(
        "console/directory.html",
        text=text,
        agencies=agencies,
        services=sum(len(agency.services) for agency in agencies),
        lacking=sum(bool(agency.missing) for agency in agencies),
        usual=usual,
        config=edge().settings.config_file.name,
    )

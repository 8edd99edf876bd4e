"""Alembic's entry: runs the migrations on the connection that ``storage.migrate`` hands in."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from storage.models import Base
from storage.queries.search import is_of_search


def plain_type(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are in the database: a migration must outlive the code."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl!r}"
    return False


def is_of_models(name: str | None, _kind: str, _parents: object) -> bool:
    """What texts are searched by is made by its migration alone."""
    return not is_of_search(name)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=plain_type,
    include_name=is_of_models,
    render_as_batch=True,
    transaction_per_migration=True,
    transactional_ddl=True,  # SQLite as well, which Alembic does not think of
)
with context.begin_transaction():
    context.run_migrations()

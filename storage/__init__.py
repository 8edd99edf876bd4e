"""What is kept: models, queries, migrations. Nothing here decides anything."""

"""``flask --app app ...``: what an operator does by hand."""

"""``python -m benchmarks.sizing FIGURES.json``: from what a message costs here to what a city or a country needs.

``costs`` reads what was measured; ``life`` says what becomes of a message in a year of a city, and when most of
them come; ``steps`` is the arithmetic; ``tables`` writes it into ``docs/sizing.md``.
"""

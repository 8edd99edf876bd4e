"""A ticket's life and history: filing, moves, who holds it, its clocks and planned follow-ups."""

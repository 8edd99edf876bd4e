"""One text to everybody concerned: its areas, plan, text, progress and report."""

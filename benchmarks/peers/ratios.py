"""Ours over Rasa's connector, from figures of one run: what the comparison is held to."""

from collections.abc import Iterator, Sequence

from benchmarks.load.figures import OURS, PROCESSED, Figure, Goal, ratio

RASA = "Rasa's connector"
AT_ONCE, REAL, TWO = "Twilio answers at once", "real Twilio", "two servers, "
AT_LEAST = Goal(5, at_most=False)


def ratios(figures: Sequence[Figure]) -> Iterator[Figure]:
    """Ours without callbacks, which Rasa does not have, beside each of theirs.

    The limit holds where both wait for the same Twilio; the others tell what is left of it when only ours waits.
    """
    processed = [figure for figure in figures if figure.measure == PROCESSED]
    ours = [figure for figure in processed if figure.system == OURS and "callbacks" not in figure.setup]
    for theirs in (figure for figure in processed if figure.system == RASA):
        goal = AT_LEAST if theirs.setup == REAL else None
        for mine in ours:
            name = f"{PROCESSED}, times {RASA} ({theirs.setup})"
            yield Figure(name, ratio(mine, theirs), "x", OURS, mine.setup, goal=goal)

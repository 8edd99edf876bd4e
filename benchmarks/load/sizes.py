"""How much is measured: enough to be sure of, or as much as five minutes allow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of messages, seconds, and rates of one run over one database."""

    idle: int
    paced_s: dict[float, float]  # messages a second -> for how many seconds
    processed: int
    backlog: int
    mixed_s: float
    understood: int
    letters: int


FULL = Sizes(
    idle=60,
    paced_s={20: 60, 80: 120},
    processed=4_000,
    backlog=20_000,
    mixed_s=60,
    understood=20_000,
    letters=2_000,
)
QUICK = Sizes(idle=8, paced_s={20: 5, 80: 5}, processed=250, backlog=500, mixed_s=5, understood=2_000, letters=100)
MIXED_RATE = 180.0
CONNECTIONS = 16  # as many as web has threads

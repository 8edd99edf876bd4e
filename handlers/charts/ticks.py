"""Where an axis has its marks, and how much room what is written there takes."""

import math
from collections.abc import Sequence

ROUND = (1, 2, 5, 10)
# Of a character in the font of the charts, on average.
CHARACTER = 6.4


def ticks(highest: float, most: int = 4) -> list[float]:
    """Round values from zero to the first that is not below ``highest``, in at most ``most`` steps."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in ROUND if power * factor >= rough * (1 - 1e-9))
    return [step * n for n in range(math.ceil(highest / step - 1e-9) + 1)]


def whole_ticks(highest: float, most: int = 4) -> list[float]:
    """The same for what is counted: there is no half ticket."""
    return ticks(max(highest, most), most)


def written_every(labels: Sequence[str], room: float) -> int:
    """Of how many labels one is written, so that none touches the next; ``room`` is what each one has."""
    longest = max((len(label) for label in labels), default=1) * CHARACTER + CHARACTER
    return max(1, math.ceil(longest / room))

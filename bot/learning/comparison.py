"""Whether a new model is better than the live one: by what both make of the same labelled messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

FEWEST = 30
EMERGENCY = "darurat"
WITH_SERVICE = ("lapor", "apresiasi", "saran", EMERGENCY)
ALL = "handled right"
EMERGENCIES = "emergencies seen"
_ROUNDING = 1e-9

Names = Mapping[str, str | None]


@dataclass(frozen=True)
class Answer:
    """One message: its labels (intent, service, faq), and those that a model gave it."""

    truth: Names
    guess: Names

    @property
    def is_handled_right(self) -> bool:
        """The intent, and with it the service of a report or the topic of a question that has one."""
        heads = ["intent"]
        if self.truth["intent"] in WITH_SERVICE:
            heads.append("service")
        if self.truth["faq"]:
            heads.append("faq")
        return all(self.guess[head] == self.truth[head] for head in heads)


@dataclass(frozen=True)
class Figure:
    """The share that is right of ``count`` messages, by the live model and by the new one."""

    name: str
    count: int
    live: float
    new: float


def compare(
    live: Sequence[Answer], new: Sequence[Answer], agency_of: Mapping[str, str], names: Mapping[str, str]
) -> list[Figure]:
    """All messages first, then emergencies, then each agency by the number of its messages."""

    def right_agency(answer: Answer) -> bool:
        return _agency(answer.guess, agency_of) == _agency(answer.truth, agency_of)

    figures = [_figure(ALL, live, new, lambda _: True, lambda answer: answer.is_handled_right)]
    urgent = _figure(EMERGENCIES, live, new, _is_urgent, lambda answer: answer.guess["intent"] == EMERGENCY)
    agencies = {agency for answer in live if (agency := _agency(answer.truth, agency_of))}
    by_agency = [
        _figure(
            names.get(agency, agency),
            live,
            new,
            lambda answer, agency=agency: _agency(answer.truth, agency_of) == agency,  # type: ignore[misc]
            right_agency,
        )
        for agency in agencies
    ]
    return [*figures, urgent, *sorted(by_agency, key=lambda figure: (-figure.count, figure.name))]


def objections(figures: Sequence[Figure], margin: float) -> list[str]:
    """Why the new model must not go live, a sentence each; none when it may."""
    whole = figures[0]
    reasons = []
    if whole.new <= whole.live:
        reasons.append(f"It handles {whole.new:.1%} of the messages right, the live model {whole.live:.1%}.")
    for figure in figures[1:]:
        if figure.count >= FEWEST and figure.live - figure.new > margin + _ROUNDING:
            loss = f"from {figure.live:.1%} to {figure.new:.1%} of {figure.count}"
            reasons.append(f"{figure.name} would fall {loss}, by more than {margin:.1%}.")
    return reasons


def _figure(
    name: str,
    live: Sequence[Answer],
    new: Sequence[Answer],
    belongs: Callable[[Answer], bool],
    is_right: Callable[[Answer], bool],
) -> Figure:
    pairs = [(a, b) for a, b in zip(live, new, strict=True) if belongs(a)]
    count = len(pairs)
    live_right, new_right = (sum(is_right(pair[side]) for pair in pairs) for side in (0, 1))
    return Figure(name, count, live_right / max(1, count), new_right / max(1, count))


def _is_urgent(answer: Answer) -> bool:
    return answer.truth["intent"] == EMERGENCY


def _agency(names: Names, agency_of: Mapping[str, str]) -> str | None:
    return agency_of.get(names["service"] or "")

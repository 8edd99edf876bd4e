"""Past complaints become training messages: checked, masked, each once, in the order of time."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.learning.labels import Labels, Target
from bot.learning.tables import Entry, TableError
from bot.learning.times import parse_time
from bot.messages import legible
from bot.privacy import mask

LONGEST = 20_000
RARE = 20
LABELS_NAMED = 8
TELL_EVERY = 500


@dataclass(frozen=True)
class Past:
    """One past complaint, masked. ``at`` is None where the file has no times and its order counts."""

    text: str
    target: Target
    at: datetime | None = None


@dataclass(frozen=True)
class History:
    """What can be learned from, oldest first, and what was left out or is rare."""

    complaints: list[Past]
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def rare(self) -> dict[str, int]:
        """Services or agencies that fewer complaints than RARE speak of."""
        counts = Counter(_name(past.target) for past in self.complaints)
        return {name: count for name, count in sorted(counts.items()) if count < RARE}


@dataclass(frozen=True)
class Reading:
    """How a file is to be read. With ``lenient`` bad rows are left out and counted, else they end it."""

    labels: Labels
    zone: ZoneInfo
    timed: bool
    lenient: bool = False
    most: int = 20_000


def read_history(entries: Sequence[Entry], how: Reading, tell: Callable[[int], None] = lambda _: None) -> History:
    """TableError, one sentence, for the first kind of bad row there is; nothing is kept then."""
    left_out: Counter[str] = Counter()
    sound = _sound(entries, how, left_out)
    complaints = []
    for number, entry in enumerate(sound, start=1):
        target = how.labels.target(entry.label)
        if target:
            at = parse_time(entry.time, how.zone) if how.timed else None
            complaints.append(Past(mask(entry.text).strip(), target, at))
        if number % TELL_EVERY == 0 or number == len(sound):
            tell(number)
    complaints.sort(key=lambda past: past.at.timestamp() if past.at else 0)
    newest = _once(complaints, left_out)
    left_out["older than the newest that are used"] = max(0, len(newest) - how.most)
    if not newest:
        raise TableError("The file holds no complaint that can be learned from; see its labels and texts.")
    return History(newest[-how.most :], +left_out)


def _sound(entries: Sequence[Entry], how: Reading, left_out: Counter[str]) -> list[Entry]:
    """The rows with nothing wrong; one kind of mistake after the other, so that each is told in full."""
    checks: Sequence[tuple[str, Callable[[Entry], bool], Callable[[Sequence[Entry]], str] | None]] = (
        ("empty texts", lambda e: not legible(e.text[:LONGEST]).strip(), _told_empty),
        (f"texts over {LONGEST} characters", lambda e: len(e.text) > LONGEST, _told_long),
        ("labels the map leaves out", lambda e: how.labels.is_left_out(e.label), None),
        ("unknown labels", lambda e: how.labels.target(e.label) is None, _told_labels),
        ("times that are none", lambda e: how.timed and not _is_time(e.time, how.zone), _told_times),
    )
    sound = list(entries)
    for what, is_bad, sentence in checks:
        bad = [entry for entry in sound if is_bad(entry)]
        if bad and sentence and not how.lenient:
            raise TableError(sentence(bad))
        left_out[what] = len(bad)
        lines = {entry.line for entry in bad}
        sound = [entry for entry in sound if entry.line not in lines]
    return sound


def _once(complaints: Sequence[Past], left_out: Counter[str]) -> list[Past]:
    """Of complaints in the same words the latest stays: it has the label that was right in the end."""
    latest = {_key(past.text): past for past in complaints}
    kept = [past for past in complaints if latest[_key(past.text)] is past]
    left_out["duplicates"] = len(complaints) - len(kept)
    return kept


def _told_empty(bad: Sequence[Entry]) -> str:
    return f"{_rows(bad)} no text; fill it in, or leave such rows out with --skip-bad."


def _told_long(bad: Sequence[Entry]) -> str:
    return f"{_rows(bad)} a text of more than {LONGEST} characters; shorten it, or leave it out with --skip-bad."


def _told_labels(bad: Sequence[Entry]) -> str:
    counts = Counter(entry.label.strip() for entry in bad).most_common()
    named = ", ".join(f"'{label[:60]}' ({count})" for label, count in counts[:LABELS_NAMED])
    more = f" and {len(counts) - LABELS_NAMED} more" if len(counts) > LABELS_NAMED else ""
    return (
        f"No service or agency in config.yml is called {named}{more}; say what they mean in a CSV with columns "
        "label,to (to: a service or agency of config.yml, or - to leave out) and name it with --map."
    )


def _told_times(bad: Sequence[Entry]) -> str:
    return (
        f"{_rows(bad)} a time that is none, such as '{bad[0].time[:30]}'; write 2026-01-31 14:05 or 31/01/2026, "
        "or leave such rows out with --skip-bad."
    )


def _rows(bad: Sequence[Entry]) -> str:
    if len(bad) == 1:
        return f"The row that ends in line {bad[0].line} has"
    return f"{len(bad)} rows, the first ending in line {bad[0].line}, have"


def _is_time(text: str, zone: ZoneInfo) -> bool:
    try:
        parse_time(text, zone)
    except (ValueError, OverflowError):
        return False
    return True


def _key(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _name(target: Target) -> str:
    return target.services[0] if len(target.services) == 1 else target.agency

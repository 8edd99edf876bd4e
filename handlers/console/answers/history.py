"""What was done about a standing answer, from the audit: who, when, and what it was changed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.standing import standing
from handlers import spoken
from handlers.i18n import N_, translated
from storage.models import AuditEntry

DONE = {
    standing.KEPT: N_("Disimpan"),
    standing.CHANGED: N_("Diubah"),
    standing.VERIFIED: N_("Diperiksa dengan sumbernya"),
    standing.RETIRED: N_("Tidak dipakai lagi"),
}


@dataclass(frozen=True)
class Change:
    """One line of the history; of the texts and facts only what was new then."""

    at: datetime
    who: str
    what: str
    verified: bool
    texts: tuple[str, ...]
    owner: str
    source: str
    until: str


def changes_of(rows: Sequence[tuple[AuditEntry, str | None]]) -> list[Change]:
    """``rows`` of the audit, the latest first, each beside the one before it in time."""
    entries = [entry for entry, _ in rows]
    pairs = zip(rows, [*entries[1:], None], strict=False)
    return [_change(entry, who or "", earlier.data if earlier else {}) for (entry, who), earlier in pairs]


def _change(entry: AuditEntry, who: str, before: dict[str, Any]) -> Change:
    data = entry.data
    new = {name: str(value) for name, value in data.items() if value and value != before.get(name)}
    if entry.action == standing.RETIRED:
        new = {}
    return Change(
        at=entry.at,
        who=who,
        what=translated(DONE.get(entry.action, entry.action)),
        verified=bool(data.get("verified")) and entry.action in (standing.KEPT, standing.CHANGED),
        texts=tuple(new[name] for name in ("text_id", "text_en") if name in new),
        owner=new.get("owner", ""),
        source=new.get("source", ""),
        until=spoken.day(date.fromisoformat(new["valid_until"])) if "valid_until" in new else "",
    )

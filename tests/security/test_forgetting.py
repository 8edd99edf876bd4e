"""After HAPUS DATA nothing that somebody left is found any more, and a restored backup forgets it again."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.figures import counting
from bot.figures.warehouse import Warehouse
from bot.rulebook import Rulebook
from bot.settings import ROOT
from handlers.edge import Edge
from tests.security import erased, outputs, tally
from tests.security.erased import Known, words_in
from tests.security.place import Place
from tests.security.sizes import FULL, many
from tests.support.databases import opened
from tests.support.folders import short_lived_folder
from tests.support.settings import isolated_settings

pytestmark = pytest.mark.processes
JAKARTA = ZoneInfo("Asia/Jakarta")
ASKED = 2  # HAPUS DATA, and YA
Counts = dict[tuple[str, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Forgotten:
    """A city that has forgotten somebody, what it knew before, and a backup from then."""

    here: Place
    known: Known
    before: Counts
    after: Counts
    backup: Path


@pytest.fixture(scope="module")
def forgotten(the_place: Place, rulebook: Rulebook) -> Iterator[Forgotten]:
    with short_lived_folder() as folder:
        known = erased.leave_words_everywhere(the_place)
        before = _counted(the_place, rulebook)
        erased.copy_of(the_place, folder / "backup")
        erased.ask_to_be_forgotten(the_place)
        yield Forgotten(the_place, known, before, _counted(the_place, rulebook), folder / "backup")


def test_they_had_left_a_word_everywhere(forgotten: Forgotten) -> None:
    """Else there were nothing to be forgotten."""
    lost = {f"qorvex{place}" for place in erased.PLACES} - forgotten.known.words
    assert lost <= {"qorvexexif", "qorvexcard"}, "they stand within files"
    assert len(forgotten.known.tickets) >= 2
    with forgotten.here.database():
        assert any(words_in(content) for content in erased.in_media(forgotten.backup / "media")), (
            "their contact card"
        )


def test_nothing_of_them_is_in_the_database(forgotten: Forgotten) -> None:
    with forgotten.here.database() as database:
        assert words_in(erased.dump(database)) == set()
    raw = {path.name: words_in(path.read_bytes()) for path in forgotten.here.database_files}
    assert not any(raw.values()), raw
    size = sum(path.stat().st_size for path in forgotten.here.database_files)
    _noted("tables in clear, and the files' bytes", len(forgotten.known.words), f"{size // 1024} KB searched")


def test_nothing_of_them_is_among_the_files(forgotten: Forgotten) -> None:
    with forgotten.here.database():
        kept = list(erased.in_media(forgotten.here.media))
    assert [content for content in kept if words_in(content)] == []
    with_card = [content for content in kept if b"BEGIN:VCARD" in content and b"Qorvex" in content]
    assert with_card == []
    _noted("media folder, in clear", len(kept), "files searched")


def test_nothing_of_them_is_on_any_page_or_in_any_export(forgotten: Forgotten, rulebook: Rulebook) -> None:
    here, searched = forgotten.here, Counter[str]()
    with here.database() as database:
        app = outputs.url_map(Edge(isolated_settings(), rulebook, database, None, None))  # type: ignore[arg-type]
        later = datetime.now(UTC) + timedelta(days=2)
        Warehouse(database, rulebook, here.folder / "again").write(datetime.now(JAKARTA).date(), later, full=True)
        for output in outputs.pages(here, app, forgotten.known.tickets[: many(1, 99)]):
            assert words_in(output.content) <= set(), f"{output.name}: {words_in(output.content)}"
            searched["pages, tables and pictures"] += 1
    for path in (here.folder / "again").rglob("*"):
        assert not path.is_file() or not words_in(path.read_bytes()), path.name
    assert not words_in(here.log.read_bytes())
    _noted("pages, tables, export, logs", searched.total(), "pages searched")


def test_the_counts_stay_right(forgotten: Forgotten) -> None:
    """All that was filed stays counted where it was; what they wrote last came in as well."""
    filed = [{key: counts[:2] for key, counts in each.items()} for each in (forgotten.before, forgotten.after)]
    assert filed[0] == filed[1]
    came = [
        sum(c[2] for key, c in each.items() if key[:2] == ("day", "all"))
        for each in (forgotten.before, forgotten.after)
    ]
    assert came[1] - came[0] == ASKED
    _noted("counts of the figures", len(forgotten.before), "as before, and the two messages that asked for it")


def test_a_restored_backup_forgets_again(forgotten: Forgotten, rulebook: Rulebook) -> None:
    backup, ledger = forgotten.backup, erased.ledger_of(forgotten.here)
    url = f"sqlite:///{backup / 'place.db'}"
    env = forgotten.here.environment() | {"DATABASE_URL": url, "MEDIA_FOLDER": str(backup / "media")}
    with forgotten.here.database():  # its keys
        with opened(url) as database:
            assert words_in(erased.dump(database)) == forgotten.known.words, "the backup is from before"
        command = [str(ROOT / ".venv/bin/flask"), "--app", "app", "personal", "replay", str(ledger)]
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        assert "Erased again: 1." in done.stdout
        if FULL:
            again = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
            assert "Erased again: 0." in again.stdout
        with opened(url) as database:
            assert words_in(erased.dump(database)) == set()
            erased.worker_of_files(database, rulebook, backup / "media")
        assert not any(words_in(content) for content in erased.in_media(backup / "media"))
    raw = {path.name: words_in(path.read_bytes()) for path in backup.glob("place.db*")}
    assert not any(raw.values()), raw
    _noted(
        "a restored backup, after replay",
        len(forgotten.known.words),
        "words of theirs, none found",
    )


def _counted(here: Place, rulebook: Rulebook) -> Counts:
    with here.database() as database:
        today = datetime.now(JAKARTA).date()
        for _ in counting.recount(database, rulebook, today - timedelta(days=1), today, datetime.now(UTC)):
            pass
        return erased.figures(database)


def _noted(what: str, count: int, outcome: str) -> None:
    tally.note("forgetting", what, count, outcome)

"""Brings the catalogues of the pages' sentences up to date: ``python -m handlers.catalogues [folder of .po]``.

What is translated stays, new sentences come in without a translation, those that no page says any more go. A
folder that is named gives translations to sentences that have none. Written without paths and dates, so that a
catalogue changes only where a sentence does.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.settings import ROOT
from handlers.bot_sentences import sentences

HANDLERS = ROOT / "handlers"
FOLDER = HANDLERS / "translations"
LANGUAGES = ("en",)
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"encoding": "utf-8", "trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "N_": None,
    "translated": None,
    "ngettext": (1, 2),
    "counted": (1, 2),
}
SKIPPED = {"static", "frontend", "translations", "node_modules", "__pycache__"}
HEADER = (
    "# What the pages say, in another language than Indonesian. Written by `make messages`; translate in here."
)


def extracted() -> Catalog:
    """Every sentence that a page may say, in the order of the alphabet."""
    found = Catalog(fuzzy=False)
    for name, _, said, _, _ in extract_from_dir(
        str(HANDLERS), METHODS, OPTIONS, KEYWORDS, directory_filter=_is_ours
    ):
        found.add(said, context=None) if name else None
    for sentence in sentences():
        found.add(sentence)
    return found


def path_of(language: str) -> Path:
    """Where the catalogue of a language is kept."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(path: Path) -> Catalog:
    """A catalogue; an empty one where there is none yet."""
    with path.open("rb") if path.exists() else BytesIO() as file:
        return read_po(file, ignore_obsolete=True)


def brought_up_to_date(kept: Catalog, wanted: Catalog, others: list[Catalog], language: str) -> Catalog:
    """``wanted`` with the translations of ``kept``, or of ``others`` where that has none."""
    fresh = Catalog(locale=language, fuzzy=False)
    for message in sorted(_messages(wanted), key=lambda message: _key(message).casefold()):
        added = fresh.add(message.id)
        for source in (kept, *others):
            if translation := _translation(source, message):
                added.string = translation
                break
    return fresh


def missing(catalogue: Catalog) -> list[str]:
    """The sentences that have no translation."""
    return [_key(message) for message in _messages(catalogue) if not _is_whole(message.string)]


def write(catalogue: Catalog, path: Path) -> None:
    """Keep ``catalogue``, under a header without a date."""
    out = BytesIO()
    write_po(out, catalogue, width=0, no_location=True, omit_header=True)
    plural = catalogue.plural_forms
    header = (
        f'{HEADER}\nmsgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {plural}\\n"\n\n'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + out.getvalue().decode(), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Bring the catalogues up to date; 1 where something is not translated."""
    wanted = extracted()
    others = [read(path) for folder in arguments for path in sorted(Path(folder).glob("*.po"))]
    left = 0
    for language in LANGUAGES:
        fresh = brought_up_to_date(read(path_of(language)), wanted, others, language)
        write(fresh, path_of(language))
        untranslated = missing(fresh)
        left += len(untranslated)
        sys.stdout.write(f"{language}: {len(fresh)} sentences, {len(untranslated)} without a translation\n")
        sys.stdout.writelines(f"  {sentence}\n" for sentence in untranslated)
    return 1 if left else 0


def _is_ours(folder: str) -> bool:
    return Path(folder).name not in SKIPPED


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else message.id


def _translation(source: Catalog, message: Message) -> str | tuple[str, ...] | list[str] | None:
    found = source.get(message.id)
    if found is None or not _is_whole(found.string):
        return None
    return found.string if isinstance(found.id, str) == isinstance(message.id, str) else None


def _is_whole(string: object) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

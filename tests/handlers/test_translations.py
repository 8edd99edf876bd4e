"""The pages speak English where they are switched to it: every sentence is marked, translated and compiled."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import update

from bot.announcements.areas import areas_of
from bot.messages import CHANNELS
from bot.settings import ROOT
from handlers import catalogues, refusals
from handlers.edge import KEY
from handlers.i18n import LANGUAGES
from handlers.phrases import Phrases
from handlers.refusals import in_words
from storage.models import Conversation, User
from tests.handlers.city_hall import CityHall, csrf_of, said_on
from tests.handlers.page_text import FILLED, read, templates, without_expressions
from tests.handlers.walking import pages

PLACES = re.compile(r"%\(\w+\)[sd]")
HANDLERS = ROOT / "handlers"
# What is called alike in both languages.
NAMES = {"Pengaduan Warga", "E-mail", "SMS", "CSV", "JSON Lines", "WhatsApp", "RT", "RW", "Enter", "Esc", "Shift",
         "Ctrl", "JK", "API", "UTC", "SHA-256", "openapi.json", "openapi.yml", "https://",
         *(manners.label for manners in CHANNELS.values())}  # fmt: skip
WORD = re.compile(r"[^\W\d_]{2,}")
INDONESIAN = re.compile(
    r"\b(yang|tidak|belum|sudah|dari|untuk|dengan|dan|atau|anda|warga|laporan|pesan|nomor|dulu|lagi|ini|itu)\b",
    re.I,
)
# Not pages: the command line, ways in and out, the simulator, and what is read by machines.
NOT_PAGES = {"commands", "channels", "doctor", "simulator", "catalogues.py", "bot_sentences.py"}
MARKS = {"N_", "translated", "counted", "gettext", "ngettext", "_"}
# Their sentences are found for the catalogue by themselves (``handlers.bot_sentences``).
ERRORS = {"RefusedError", "NotFoundError", "LinkExpiredError", "abort", "refused"}


@pytest.fixture(scope="module")
def english() -> Catalog:
    return catalogues.read(catalogues.path_of("en"))


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return catalogues.extracted()


def keys(catalogue: Catalog) -> set[str]:
    return {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id}


def forms(message: object) -> list[str]:
    return list(message) if isinstance(message, (tuple, list)) else [str(message)]


def said_by(catalogue: Catalog) -> dict[str, list[str]]:
    """The translations by sentence."""
    found = {forms(message.id)[0]: forms(message.string) for message in catalogue if message.id and message.string}
    return {sentence: said for sentence, said in found.items() if all(said)}


def test_every_sentence_of_the_pages_is_translated(english: Catalog, wanted: Catalog) -> None:
    assert not catalogues.missing(english), "translate them in handlers/translations/en/LC_MESSAGES/messages.po"
    assert keys(english) == keys(wanted), "run `make messages`"


def test_a_translation_has_the_places_of_its_sentence(english: Catalog) -> None:
    for sentence, translations in said_by(english).items():
        assert set(PLACES.findall(translations[-1])) == set(PLACES.findall(sentence)), sentence
        for said in translations:
            # Of one thing one may say "once".
            assert set(PLACES.findall(said)) <= set(PLACES.findall(sentence)), said
            assert not re.search(r"[<>\"]", said), "it may stand in an attribute"


def test_the_compiled_catalogue_is_the_present_one(english: Catalog) -> None:
    """It is not committed: `make translations` makes it, and without it every page would be Indonesian."""
    compiled = catalogues.path_of("en").with_suffix(".mo")
    assert compiled.exists(), "run `make translations`"
    with compiled.open("rb") as file:
        in_use = read_mo(file)
    assert said_by(in_use) == said_by(english), "run `make translations`"


def test_bringing_up_to_date_keeps_adds_and_drops(tmp_path: Path) -> None:
    kept, other, new = Catalog(locale="en"), Catalog(locale="en"), Catalog()
    kept.add("Satu", "One")
    kept.add("Tidak ada lagi", "No more")
    other.add("Satu", "Uno")
    other.add("Dua", "Two")
    for sentence in ("Satu", "Dua", "Tiga"):
        new.add(sentence)
    merged = catalogues.brought_up_to_date(kept, new, [other], "en")
    assert said_by(merged) == {"Satu": ["One"], "Dua": ["Two"]}
    assert catalogues.missing(merged) == ["Tiga"]
    catalogues.write(merged, tmp_path / "first.po")
    catalogues.write(catalogues.read(tmp_path / "first.po"), tmp_path / "second.po")
    assert (tmp_path / "first.po").read_text() == (tmp_path / "second.po").read_text()
    assert str(tmp_path) not in (tmp_path / "first.po").read_text()


# -- every sentence is marked


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_a_template_says_nothing_past_the_catalogue(path: Path) -> None:
    found = read(without_expressions(path))
    said = [re.sub(FILLED, " ", text) for text in (*found.words, *found.said)]
    unmarked = [text for text in said if WORD.search(without_names(text)) and not is_example(text)]
    assert not unmarked, f"write them as _('...'): {unmarked}"


def without_names(text: str) -> str:
    return re.sub("|".join(sorted(map(re.escape, NAMES), key=len, reverse=True)), "", text)


def is_example(text: str) -> bool:
    """Something to type, as a placeholder shows it: an address, or what a citizen would read."""
    return bool(re.fullmatch(r"\S+@\S+|https?://\S+|config\.yml|Air di RW 03 Manggarai .*", text))


def code() -> list[Path]:
    return [path for path in sorted(HANDLERS.rglob("*.py")) if not NOT_PAGES & {*path.parts}]


@pytest.mark.parametrize("path", code(), ids=lambda path: str(path.relative_to(HANDLERS)))
def test_code_says_nothing_past_the_catalogue(path: Path, wanted: Catalog) -> None:
    unmarked = list(unmarked_in(ast.parse(path.read_text()), keys(wanted)))
    assert not unmarked, "write it as N_('...') or translated('...')"


def unmarked_in(tree: ast.AST, known: set[str]) -> Iterator[str]:
    if isinstance(tree, ast.Assign) and is_reason(tree, known):
        return
    if isinstance(tree, ast.Call) and called(tree) in MARKS | ERRORS:
        return
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return  # a docstring
    said = tree.value if isinstance(tree, ast.Constant) and isinstance(tree.value, str) else ""
    if " " in said and INDONESIAN.search(said):
        yield said
    for child in ast.iter_child_nodes(tree):
        yield from unmarked_in(child, known)


def is_reason(constant: ast.Assign, known: set[str]) -> bool:
    """Whether it is a constant for an error to say, which is found for the catalogue by itself."""
    name, value = constant.targets[0], constant.value
    is_constant = isinstance(name, ast.Name) and name.id.isupper()
    return is_constant and isinstance(value, ast.Constant) and value.value in known


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


# -- and comes out in English


def in_english(hall: CityHall, browser: FlaskClient) -> FlaskClient:
    form = {"csrf_token": csrf_of(browser.get("/console/costs")), "language": "en", "next": "/console/"}
    assert browser.post("/language", data=form).status_code == 303
    return browser


def test_no_page_shows_a_sentence_that_has_a_translation(hall: CityHall, english: Catalog) -> None:
    """A table of words whose place of use forgot ``translated()`` shows itself here."""
    differs = {sentence for sentence, said in said_by(english).items() if said != [sentence]} - names_of(hall)
    left = {}
    for address, browser in pages(hall, "Pothole in front of the market"):
        speak_english(hall, browser)
        page = browser.get(address)
        found = read(page.text)
        if indonesian := sorted(differs & {*found.words, *found.said}):
            left[address] = indonesian
        assert '<html lang="en"' in page.text, address
    assert left == {}


def names_of(hall: CityHall) -> set[str]:
    """What is called so in every language."""
    city, tree = hall.rulebook.city, areas_of(hall.app.extensions[KEY].settings.city_folder).tree
    things = {thing.name for table in (city.services, city.agencies) for thing in table.values()}
    return (
        things
        | {*LANGUAGES.values()}
        | {name for part in tree.values() for names in part.values() for name in names}
    )


def speak_english(hall: CityHall, browser: FlaskClient) -> None:
    """In this browser, and in what citizens read."""
    with browser.session_transaction() as kept:
        kept["language"] = "en"
    with hall.database.begin() as session:
        session.execute(update(Conversation).values(language="en"))


def test_switching_is_kept_for_the_account(hall: CityHall) -> None:
    rina = in_english(hall, hall.coordinator())
    assert "Message costs" in said_on(rina.get("/console/costs"))
    assert hall.get(User, hall.user_id()).language == "en"


def test_moments_and_plurals_by_language(hall: CityHall) -> None:
    say = Phrases(hall.rulebook.city, hall.now)
    hall.wait(hours=3)
    soon = hall.now
    assert (say.moment(soon), say.left(hall.now)) == ("23 Nov 2026, 12.00", "hari ini")
    with hall.app.test_request_context(), force_locale("en"):
        assert say.moment(soon) == "23 Nov 2026, 12:00"
        hall.wait(days=1)
        assert say.left(hall.now) == "tomorrow"
        hall.wait(days=1)
        assert say.left(hall.now) == "in 2 days"


def test_a_refusal_of_bot_is_said_in_the_language_of_the_page(hall: CityHall) -> None:
    refused = "Laporan ini berstatus Klaim selesai; langkah itu tidak bisa dilakukan lagi."
    assert in_words(refused) == refused
    with hall.app.test_request_context(), force_locale("en"):
        assert in_words(refused) == (
            "This report has the status Claimed done; that step cannot be taken any more."
        )
        assert in_words("Tidak ada laporan bernomor JK-7Q2M9X-4.") == "There is no report numbered JK-7Q2M9X-4."
        assert in_words("Sebuah kalimat yang tidak dikenal.") == "Sebuah kalimat yang tidak dikenal."
    assert refusals.in_words("") == ""

"""The inventory of personal data and the models agree, both ways; the page is made from it."""

import re

from bot.personal import inventory
from storage.models import Base


def test_every_column_is_classified_and_every_classified_one_exists() -> None:
    assert list(inventory.problems()) == []


def test_no_column_is_classified_twice() -> None:
    twice = [
        f"{table}.{column}"
        for table, parts in inventory.told()["tables"].items()
        for column in parts.get("about", {})
        if column in parts.get("not_about", [])
    ]
    assert twice == []


def test_what_is_encrypted_is_known_from_the_models() -> None:
    """Nothing says of itself that it is encrypted; what is encrypted is about somebody, or named here."""
    impersonal = {"announcements.text", "public_id_keys.key"}
    encrypted = {
        f"{name}.{column.name}"
        for name, table in Base.metadata.tables.items()
        for column in table.columns
        if isinstance(column.type, inventory.ENCRYPTED)
    }
    told = {f"{fact.table}.{fact.column}": fact.kept for fact in inventory.facts()}
    assert encrypted - told.keys() == impersonal
    assert {name for name, kept in told.items() if kept == "encrypted"} == encrypted - impersonal


def test_every_fact_says_what_erasing_does() -> None:
    vague = [fact for fact in inventory.facts() if not fact.goes and not fact.erased.startswith("stays ")]
    assert vague == []
    assert [fact for fact in inventory.facts() if fact.kept not in ("encrypted", "hash", "masked", "plain")] == []


def test_the_page_is_made_from_it() -> None:
    """``python -m bot.personal.inventory`` writes it."""
    page = inventory.PAGE.read_text(encoding="utf-8")
    made = page.partition(inventory.BEGIN)[2].partition(inventory.END)[0]
    assert made.strip() == inventory.page_part()


def test_a_column_that_nobody_classified_is_named() -> None:
    known = inventory.classified()
    assert "story" in known["tickets"]
    assert re.search(r"\| `tickets\.story` \|", inventory.table_of(inventory.CITIZEN))

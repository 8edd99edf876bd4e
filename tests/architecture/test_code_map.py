"""The page that says where the code is, says where it is."""

from tests.architecture.code_map import PAGE, page


def test_the_map_of_the_code_is_up_to_date() -> None:
    message = "docs/code.md is out of date; run `python -m tests.architecture.code_map`."
    assert PAGE.read_text(encoding="utf-8") == page(), message

"""Profiles that make no sense are refused with one sentence."""

from pathlib import Path

import pytest

from benchmarks.year.profile import FILE, USUAL, ProfileError, load_profile


def test_a_profile_is_the_usual_one_but_for_what_it_says() -> None:
    usual, worse = load_profile(USUAL), load_profile("neglectful")
    assert worse.agencies.never_acts > usual.agencies.never_acts
    assert worse.agencies.sets_date == usual.agencies.sets_date
    assert worse.demand == usual.demand


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("odd: {citizens: {confirms: 1.4}}", "citizens.confirms is 1.4; a share is at most 1."),
        ("odd: {citizens: {answer_h: -2}}", "citizens.answer_h is -2; it must not be negative."),
        ("odd: {agencies: {sleeps: 0.5}}", "agencies.sleeps is nothing that a profile has; strike it."),
        ("odd: {weather: {rain: 1}}", "Profile 'odd' has 'weather'"),
    ],
)
def test_mistakes_are_named(more: str, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "profiles.yml"
    file.write_text(f"{FILE.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")
    with pytest.raises(ProfileError) as error:
        load_profile("odd", file)
    assert str(error.value).startswith(sentence)


def test_an_unknown_profile_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ProfileError, match=r"There is no profile 'atlantis'; .* jakarta"):
        load_profile("atlantis")

"""The shape of the year: how many, when, and about what."""

from collections import Counter

from benchmarks.year.calendar import JAKARTA
from benchmarks.year.demand import Part, Wish, Year
from benchmarks.year.profile import USUAL, load_profile
from benchmarks.year.speech import RecordedNlu, meaning
from bot.rulebook import Rulebook


def wishes(scale: float = 0.05, seed: int = 1) -> list[Wish]:
    return list(Year(load_profile(USUAL), scale, seed).wishes())


def test_the_year_has_jakartas_shape() -> None:
    year = wishes()
    local = [wish.at.astimezone(JAKARTA) for wish in year]
    months, hours, days = (Counter(part(at) for at in local) for part in (_month, _hour, _weekday))
    assert abs(len(year) - 186_000 * 0.05) < 400
    assert months[1] > 1.2 * months[7]
    assert hours[9] > 5 * hours[3]
    assert hours[19] > hours[14]
    assert days[0] > 1.3 * days[6]


def test_floods_are_many_reports_from_few_places_within_a_day() -> None:
    flood = [wish for wish in wishes() if wish.flood]
    by_day = Counter(wish.at.astimezone(JAKARTA).date() for wish in flood)
    assert len(by_day) == 10
    for day, count in by_day.items():
        places = {wish.area.kelurahan for wish in flood if wish.at.astimezone(JAKARTA).date() == day}
        assert count >= 10
        assert len(places) <= 4


def test_the_same_seed_gives_the_same_year_and_another_another() -> None:
    assert wishes(0.01, seed=7) == wishes(0.01, seed=7)
    assert wishes(0.01, seed=7) != wishes(0.01, seed=8)


def test_the_parts_of_the_city_together_are_the_whole_and_have_about_as_much_to_do() -> None:
    profile = load_profile(USUAL)
    first, second = (list(Year(profile, 0.02, 7, part=Part(number, 2)).wishes()) for number in (1, 2))
    assert sorted([*first, *second], key=_what) == sorted(wishes(0.02, seed=7), key=_what)
    assert not {wish.area for wish in first} & {wish.area for wish in second}
    assert abs(len(first) - len(second)) < 0.15 * len(first)


def test_the_services_are_those_of_the_city_and_nobody_sounds_like_an_emergency(rulebook: Rulebook) -> None:
    texts = {(wish.service, wish.text) for wish in wishes(0.1)}
    assert {service for service, _ in texts} <= set(rulebook.city.services)
    assert not [text for _, text in texts if rulebook.words.is_emergency(text) or rulebook.words.is_english(text)]


def test_what_was_recorded_is_understood_also_behind_other_lines() -> None:
    nlu = RecordedNlu()
    nlu.record("got mampet", meaning("lapor", "saluran_air"))
    first, second, third = nlu.understand(["got mampet", "halo\ngot mampet", "apa ini"])
    assert first == second == meaning("lapor", "saluran_air")
    assert third.intent.label == "di_luar_cakupan"


def _what(wish: Wish) -> tuple[object, ...]:
    return wish.at, wish.area.kelurahan, wish.service, wish.text


def _month(at):  # type: ignore[no-untyped-def]
    return at.month


def _hour(at):  # type: ignore[no-untyped-def]
    return at.hour


def _weekday(at):  # type: ignore[no-untyped-def]
    return at.weekday()

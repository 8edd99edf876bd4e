"""Every mistake in ``config.yml`` gives one sentence that names its place."""

from pathlib import Path
from typing import Any

import pytest

from bot.city.city import city_from, load_city
from bot.city.ladder import unknown_sentences
from bot.errors import ConfigError
from bot.rulebook import Rulebook
from tests.support.cities import SMALL, small_city

DEADLINES = small_city()["deadlines"]
AGENCIES, SERVICES = SMALL["agencies"], SMALL["services"]
LITTER = {"service": ["sampah"]}


LAST = {"when": "7 days after solve", "tell": "leadership"}


def ladder(change: Any = None, *more: Any, last: Any = LAST) -> dict[str, Any]:
    """A ladder whose first step is changed."""
    first = {"when": "at solve", "tell": "agency", "say": "mail_overdue"} | (change or {})
    return {"ladder": [first, *more, last]}


def rule(to: str, **when: Any) -> dict[str, Any]:
    return {"when": when, "to": to}


MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    # what is wrong: the changed part, the place that is named, a word of the sentence
    "unknown key": ({"nonsense": 1}, "nonsense", "not permitted"),
    "prefix in small letters": ({"ticket_prefix": "jk"}, "ticket_prefix", "pattern"),
    "unknown time zone": ({"timezone": "Asia/Jakarte"}, "timezone", "no time zone"),
    "no languages": ({"languages": []}, "languages", "at least 1"),
    "span of zero": ({"deadlines": DEADLINES | {"solve": "0 days"}}, "deadlines.solve", "more than zero"),
    "span without a unit": ({"deadlines": DEADLINES | {"solve": 7}}, "deadlines.solve", "no span of time"),
    "missing deadline": ({"deadlines": {"verify": "1 day", "answer": "1 day"}}, "deadlines.solve", "required"),
    "unknown intent": (
        {"routing": [{"when": {"intent": ["laporr"]}, "to": "dlh"}]},
        "routing.0: when.intent",
        "no intent 'laporr'",
    ),
    "unknown channel": (
        {"routing": [{"when": {"channel": ["fax"]}, "to": "dlh"}]},
        "routing.0: when.channel",
        "no channel 'fax'",
    ),
    "span in a follow-up": ({"follow_ups": {"ask_again": "soon"}}, "follow_ups.ask_again", "no span of time"),
    "ten years": ({"deadlines": DEADLINES | {"solve": "3650 days"}}, "deadlines.solve", "at most 730"),
    "emergency of zero": (
        {"urgent": {"deadlines": DEADLINES | {"verify": "0 minutes"}}}, "urgent.deadlines.verify", "zero"),
    "too many messages": ({"follow_ups": {"citizen_weekly": 99}}, "follow_ups.citizen_weekly", "less than"),
    "lateness in working time": (
        {"follow_ups": {"late_after": "1 working day"}}, "follow_ups.late_after", "working"),
    "weekday": ({"follow_ups": {"weekly_list": {"day": "senin"}}}, "follow_ups.weekly_list.day", "monday"),
    "leader without an @": ({"people": {"leadership": ["sekda"]}}, "people.leadership.0", "pattern"),
    "closed before it opens": (
        {"office_hours": {"opens": "16:00", "closes": "07:30"}}, "office_hours", "closes before it opens"),
    "ladder without end": (ladder({"every": "2 days"}), "ladder.0", "repeats without end"),
    "interval of zero": (ladder({"every": "0 days", "times": 2}), "ladder.0.every", "more than zero"),
    "times without interval": (ladder({"times": 2}), "ladder.0", "no interval"),
    "too often": (ladder({"every": "1 day", "times": 11}), "ladder.0.times", "less than"),
    "unknown recipient": (ladder({"tell": "mayor"}), "ladder.0.tell", "'agency'"),
    "unknown anchor": (ladder({"when": "at lunch"}), "ladder.0.when", "'at lunch' is no moment"),
    "moment of nonsense": (ladder({"when": "soon before solve"}), "ladder.0.when", "no span of time"),
    "sentence for somebody else": (ladder({"say": "follow_progress"}), "ladder.0", "named mail_"),
    "nothing said": (ladder({"say": None}), "ladder.0", "named mail_"),
    "something said to the leadership": (
        ladder(last=LAST | {"say": "mail_stuck"}), "ladder.1", "weekly"),
    "ladder that ends with nobody": (
        {"ladder": [{"when": "at solve", "tell": "agency", "say": "mail_overdue"}]}, "ladder", "ends with nobody"),
    "no ladder at all": ({"ladder": []}, "ladder", "ends with nobody"),
    "emergencies end with nobody": ({"urgent": {"ladder": []}}, "urgent.ladder", "ends with nobody"),
    "leadership in between": (
        {"ladder": [LAST, {"when": "8 days after solve", "tell": "agency", "say": "mail_overdue"}, LAST | {
            "when": "9 days after solve"}]}, "ladder.0", "nobody left"),
    "unordered steps": (ladder({"when": "8 days after solve"}), "ladder.1.when", "in their order"),
    "unordered anchors": (
        ladder({"when": "at solve"}, {"when": "at verify", "tell": "agency", "say": "mail_unverified"}),
        "ladder.1.when", "in their order"),
    "holiday at a weekend": (
        {"calendar": {"extra_holidays": ["2026-12-26"]}}, "calendar.extra_holidays", "a Saturday"),
    "holiday of another time": (
        {"calendar": {"extra_holidays": ["2062-12-28"]}}, "calendar.extra_holidays", "its year"),
    "worked and free": (
        {"calendar": {"extra_holidays": ["2026-12-28"], "working_anyway": ["2026-12-28"]}},
        "calendar.working_anyway", "extra holiday as well"),
    "explanation of nothing": (
        {"services": SERVICES | {"sampah": SERVICES["sampah"] | {"deadlines": {"explain": True}}}},
        "services.sampah.deadlines.explain", "nothing to explain"),
    "threshold over one": ({"thresholds": {"intent": 2}}, "thresholds.intent", "less than"),
    "hour without quotes": (
        {"office_hours": {"opens": "07:30", "closes": 960}}, "office_hours.closes", "in quotes"),
    "hour of a rule without quotes": (
        {"routing": [rule("dlh", hours=[1200, "05:00"])]}, "routing.0.when.hours.0", "in quotes"),
    "quiet hours without quotes": ({"calendar": {"quiet_from": 1260}}, "calendar.quiet_from", "in quotes"),
    "unknown country": ({"calendar": {"country": "XX"}}, "calendar", "'XX'"),
    "unknown kind of holiday": ({"calendar": {"categories": ["sunny"]}}, "calendar", "sunny"),
    "bad holiday": ({"calendar": {"extra_holidays": ["28-12-2026"]}}, "calendar.extra_holidays", "date"),
    "agency without an address": (
        {"agencies": AGENCIES | {"dlh": {"name": "LH"}}}, "agencies.dlh.email", "required"),
    "address without an @": (
        {"agencies": AGENCIES | {"dlh": {"name": "LH", "email": "dlh"}}}, "agencies.dlh.email", "pattern"),
    "unit's address": (
        {"agencies": AGENCIES | {"dlh": {"name": "LH", "email": "a@b", "units": {"x": "y"}}}},
        "agencies.dlh.units.x", "pattern"),
    "service of an unknown agency": (
        {"services": SERVICES | {"pohon": {"name": "Pohon", "agency": "tamhut"}}},
        "services.pohon.agency", "'tamhut'"),
    "nothing for the rest": (
        {"services": {"sampah": SERVICES["sampah"]}}, "services", "'lainnya' is missing"),
    "rule to an unknown agency": ({"routing": [rule("tamhut", **LITTER)]}, "routing.0", "'tamhut'"),
    "rule to an unknown unit": ({"routing": [rule("dlh/pagi", **LITTER)]}, "routing.0", "'pagi'"),
    "rule to a unit of the coordinators": ({"routing": [rule("coordinators/x", **LITTER)]}, "routing.0", "to:"),
    "rule for an unknown service": ({"routing": [rule("dlh", service=["pohon"])]}, "routing.0", "'pohon'"),
    "service that is no list": ({"routing": [rule("dlh", service="sampah")]}, "routing.0.when.service", "list"),
    "unknown condition": ({"routing": [rule("dlh", day=["Monday"])]}, "routing.0.when.day", "not permitted"),
    "rule that is never reached": (
        {"routing": [rule("dlh", **LITTER), rule("bina_marga", **LITTER, city=["Jakarta Timur"])]},
        "routing.1", "never reached"),
    "rule behind one for everything": (
        {"routing": [rule("dlh"), rule("bina_marga", **LITTER)]}, "routing.1", "never reached"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gives_one_sentence_with_its_place(mistake: str) -> None:
    change, place, word = MISTAKES[mistake]
    with pytest.raises(ConfigError) as caught:
        city_from(small_city(**change))
    [sentence] = caught.value.problems
    assert sentence.startswith(f"config.yml: {place}")
    assert word in sentence
    assert "\n" not in sentence


def test_the_small_city_has_no_mistake() -> None:
    assert city_from(small_city()).ticket_prefix == "KK"


def test_several_mistakes_are_told_at_once() -> None:
    rules = [rule("tamhut"), rule("dlh/pagi", **LITTER)]
    with pytest.raises(ConfigError) as caught:
        city_from(small_city(routing=rules))
    assert len(caught.value.problems) == 3  # two wrong targets, and the second is never reached


@pytest.mark.parametrize("data", [None, [], "Jakarta", 5, {}])
def test_something_else_than_a_configuration_is_told_as_that(data: object) -> None:
    with pytest.raises(ConfigError) as caught:
        city_from(data)
    assert all(sentence.startswith("config.yml: ") for sentence in caught.value.problems)


@pytest.mark.parametrize(
    "to", ["dlh", "dlh/malam", "coordinators", "lurah@jakarta.example", "a/b@jakarta.example"]
)
def test_what_a_rule_may_point_to(to: str) -> None:
    assert city_from(small_city(routing=[rule(to, **LITTER)])).routing[0].to == to


def test_a_narrower_rule_before_a_wider_one_is_fine() -> None:
    rules = [
        rule("coordinators", **LITTER, channel=["sms"]),
        rule("dlh/malam", **LITTER, hours=["20:00", "05:00"]),
        rule("dlh/malam", service=["sampah", "jalan_rusak"]),
    ]
    assert len(city_from(small_city(routing=rules)).routing) == 3


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yml cannot be read"):
        load_city(tmp_path / "none.yml")


@pytest.mark.parametrize("content", [b"name: [", b"a: b: c", b"\xff\xfe\xff", b"name: 'x"])
def test_what_is_no_yaml_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.yml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_city(path)
    [sentence] = caught.value.problems
    assert sentence.startswith("config.yml: this is not valid YAML")


def test_an_hour_without_quotes_in_the_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    path.write_text("office_hours: {opens: 07:30, closes: 16:00}\n")
    with pytest.raises(ConfigError, match=r"office_hours\.closes: '960' is no time of day"):
        load_city(path)


def test_a_service_may_have_its_own_deadlines() -> None:
    own = SERVICES | {"jalan_rusak": SERVICES["jalan_rusak"] | {"deadlines": {"solve": "30 days"}}}
    city = city_from(small_city(services=own))
    assert city.deadlines_of("jalan_rusak").solve.amount == 30
    assert city.deadlines_of("jalan_rusak").verify == city.deadlines.verify
    assert city.deadlines_of("sampah") == city.deadlines
    assert not city.takes_longer("jalan_rusak")  # it is longer, and need not be explained


def test_a_longer_time_is_explained_where_the_city_says_so() -> None:
    slow = {"solve": "14 working days", "explain": True}
    city = city_from(small_city(services=SERVICES | {"sampah": SERVICES["sampah"] | {"deadlines": slow}}))
    assert (city.takes_longer("sampah"), city.takes_longer("jalan_rusak")) == (True, False)


def test_an_emergency_has_deadlines_of_its_own() -> None:
    urgent = {"deadlines": {"verify": "10 minutes", "answer": "20 minutes", "solve": "3 hours"}}
    city = city_from(small_city(urgent=urgent))
    assert city.deadlines_of("sampah", urgent=True).solve.unit == "hour"
    assert city.ladder_of(urgent=True) != city.ladder_of(urgent=False)


def test_sentences_that_nobody_wrote_are_noticed(rulebook: Rulebook) -> None:
    city = city_from(small_city(**ladder({"say": "mail_nonsense"})))
    known = {"mail_overdue": frozenset({"number", "colour"}), "mail_overdue_subject": frozenset[str]()}
    assert [s.partition(":")[0] for s in unknown_sentences(city.ladder, "ladder", known)] == ["ladder.0.say"] * 2
    [sentence] = unknown_sentences(city_from(small_city(**ladder())).ladder, "ladder", known)
    assert "'colour' in 'mail_overdue'" in sentence


def test_targets_are_called_by_name() -> None:
    city = city_from(small_city())
    assert city.agency_name("dlh") == "Lingkungan Hidup"
    assert city.agency_name("coordinators") == "Koordinator pengaduan"


def test_the_sample_city_is_whole(rulebook: Rulebook) -> None:
    city = rulebook.city
    assert (city.ticket_prefix, city.timezone) == ("JK", "Asia/Jakarta")
    assert {service.agency for service in city.services.values()} <= set(city.agencies)
    assert all(agency.head_email for agency in city.agencies.values())


def test_a_channel_on_which_nobody_can_answer_is_named_in_the_configuration() -> None:
    city = city_from(small_city(channels={"gateway": {"two_way": False}, "sms": {}}))
    assert [city.can_answer(channel) for channel in ("gateway", "sms", "whatsapp")] == [False, True, True]


@pytest.mark.parametrize(
    ("channels", "where", "what"),
    [
        ({"fax": {"two_way": False}}, "channels.fax", "no such channel"),
        ({"sms": {"two_ways": False}}, "channels.sms.two_ways", "not permitted"),
        ({"sms": {"two_way": "perhaps"}}, "channels.sms.two_way", "boolean"),
    ],
)
def test_mistakes_about_channels_are_told(channels: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        city_from(small_city(channels=channels))
    [sentence] = caught.value.problems
    assert sentence.startswith(f"config.yml: {where}")
    assert what in sentence


def test_a_rule_may_be_for_the_gateway_and_it_has_a_price() -> None:
    price = {"gateway": {"currency": "IDR", "per": "segment", "sent": 250}}
    city = city_from(small_city(routing=[rule("dlh", channel=["gateway"])], costs=price))
    assert city.costs["gateway"].of_sent("x" * 200) == 500

"""Buttons, rows of a list and pins: taken wherever they stand, and harmless when they mean nothing."""

import json
from dataclasses import replace

import pytest

from nlu.client import Guess
from tests.standins.citizen import Citizen
from tests.support.desk import meaning
from tests.support.hotline import Hotline
from tests.support.web import Form

UNCLEAR = "tolong ditindak ya pak di jalan depan pasar itu"


@pytest.fixture
def sari(hotline: Hotline) -> Citizen:
    return hotline.citizen()


@pytest.fixture
def budi(local_hotline: Hotline) -> Citizen:
    return local_hotline.citizen(by_sms=True)


@pytest.mark.parametrize(
    "fields",
    [
        {"ButtonPayload": "parkir_liar", "ButtonText": "Parkir liar"},
        {"ListId": "parkir_liar", "ListTitle": "Parkir liar"},
        {"InteractiveData": json.dumps({"id": "parkir_liar"})},
        {"InteractiveData": json.dumps({"type": "list_reply", "list_reply": {"id": "parkir_liar"}})},
        {"InteractiveData": json.dumps({"button_reply": {"id": "parkir_liar", "title": "Parkir liar"}})},
        {"ButtonPayload": "parkir_liar", "ListId": "pkl", "InteractiveData": '{"id": "pkl"}', "Body": "2"},
        {"ListId": "parkir_liar", "InteractiveData": '{"id": "pkl"}', "Body": "2"},
        {"InteractiveData": '{"id": "parkir_liar"}', "Body": "2"},
        {"Body": "1"},
    ],
)
def test_a_choice_is_taken_wherever_it_stands(hotline: Hotline, sari: Citizen, fields: Form) -> None:
    services = (Guess("parkir_liar", 0.3), Guess("pkl", 0.25))
    hotline.understands({UNCLEAR: replace(meaning("lapor", place="depan pasar", sure=0.45), services=services)})
    hotline.hear(sari.form(UNCLEAR))
    assert hotline.wordings(sari) == ["ask_service"]
    hotline.hear(sari.form("", **fields))
    assert [ticket.service for ticket in hotline.tickets()] == ["parkir_liar"]


def test_an_old_button_is_read_as_what_stands_on_it(local_hotline: Hotline, budi: Citizen) -> None:
    for fields in ({"ButtonPayload": "x", "ButtonText": "Lampu mati"}, {"ListId": "x", "ListTitle": "Lampu mati"}):
        local_hotline.hear(budi.form("", **fields))
    assert local_hotline.nlu.asked == ["Lampu mati", "Lampu mati"]


@pytest.mark.parametrize(
    "data",
    ['{"id": [1]}', '{"id": {}}', '{"list_reply": 1}', '{"id": 1e999}', '{"id": null}', '"x"', "NaN", "[" * 9_000],
)
def test_interactive_data_that_means_nothing_is_no_choice(
    local_hotline: Hotline, budi: Citizen, data: str
) -> None:
    local_hotline.hear(budi.form("halo", InteractiveData=data, FlowData=data))
    assert local_hotline.inbox(budi)[0].content["choice"] is None
    assert local_hotline.outcomes(budi) == ["off_topic"]


def test_a_pin_alone_is_asked_what_is_there(hotline: Hotline, sari: Citizen) -> None:
    hotline.hear(sari.pin_form(-6.2, 106.8, "Jalan Tebet Raya 1"))
    assert (hotline.wordings(sari), hotline.outcomes(sari)) == (["what_is_there"], ["asked"])


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("91", "0"), ("-90.01", "0"), ("0", "181"), ("nan", "nan"), ("inf", "-inf"), ("0", "0"), ("0.0", "-0"),
     ("", ""), ("-6,2", "106,8"), ("9" * 5_000, "1"), ("1e400", "1"), ("6°12'S", "x\x00")],
)  # fmt: skip
def test_a_pin_that_lies_nowhere_is_asked_again(
    hotline: Hotline, sari: Citizen, latitude: str, longitude: str
) -> None:
    hotline.hear(sari.form("", Latitude=latitude, Longitude=longitude))
    assert (hotline.wordings(sari), hotline.outcomes(sari)) == (["empty_message"], ["answered"])

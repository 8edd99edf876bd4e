"""What an agency's own system reports: the steps that its page has, on its own cases, and done is only claimed."""

import pytest

from bot.accounts.api_keys import UPDATE
from bot.status import Move, Status
from tests.handlers.open311.place import Place, problems


@pytest.fixture
def key(any_place: Place) -> str:
    return any_place.key(UPDATE, agency="bina_marga")


def test_from_acknowledged_to_done(any_place: Place, key: str) -> None:
    number = any_place.public()
    name = any_place.name_of(number)
    (told,) = any_place.report_on(key, name, "acknowledged").json
    assert (any_place.hall.find(number).status, told["service_request_id"]) == (Status.IN_PROGRESS, name)
    (done,) = any_place.report_on(key, name, "done", "Sudah ditambal").json
    ticket = any_place.hall.find(number)
    assert (ticket.status, ticket.closed_at) == (Status.CLAIMED_DONE, None)
    assert done["update_id"] != told["update_id"]
    assert any_place.hall.history(number)[-1].note == "Sudah ditambal"
    assert any_place.hall.history(number)[-1].actor == "agency:bina_marga"
    public = any_place.get("servicerequestupdates.json", service_request_id=name)
    assert public.json[-1]["update_id"] == done["update_id"]
    assert "ditambal" not in public.text


def test_what_comes_again_changes_nothing(any_place: Place, key: str) -> None:
    number = any_place.public()
    for status, moves in (("in_progress", 2), ("acknowledged", 2), ("fixed", 3), ("CLOSED", 3)):
        answer = any_place.report_on(key, any_place.name_of(number), status, "Beres")
        assert answer.status_code == 200
        assert any_place.hall.find(number).moves == moves
    assert any_place.hall.kinds(number).count("claim") == 1


def test_its_letters_number_will_do(any_place: Place, key: str) -> None:
    number = any_place.public()
    assert any_place.report_on(key, number, "done", "Beres").status_code == 200
    assert any_place.hall.find(number).status == Status.CLAIMED_DONE


def test_of_others_cases_it_is_told_nothing(any_place: Place, key: str) -> None:
    sealed, other, early = any_place.public(), any_place.public(service="sampah"), any_place.hall.ticket()
    any_place.change(sealed, sealed=True)
    said = set()
    for name in (sealed, other, early, any_place.name_of(other), "JK-000000-0", "x", "a" * 26):
        answer = any_place.report_on(key, name, "done", "Beres")
        said.add((answer.status_code, *problems(answer)))
    assert said == {(404, "Your agency has no such request.")}
    assert any_place.hall.find(other).status == Status.WAITING


def test_what_its_status_does_not_allow_is_refused(any_place: Place, key: str) -> None:
    number = any_place.public()
    any_place.hall.moved(number, Move.REJECT)
    answer = any_place.report_on(key, number, "done", "Beres")
    assert (answer.status_code, problems(answer)[0].startswith("Laporan ini berstatus Ditolak")) == (409, True)


def test_it_cannot_undo_what_its_citizen_said(any_place: Place, key: str) -> None:
    number = any_place.public()
    any_place.hall.moved(number, Move.CONFIRM)
    assert any_place.report_on(key, number, "done", "Beres").status_code == 200
    assert any_place.report_on(key, number, "in_progress").status_code == 409
    assert any_place.hall.find(number).status == Status.DONE


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (("", "done", "Beres"), "service_request_id"),
        (("x", "selesai", "Beres"), "status"),
        (("x", "", "Beres"), "status"),
        (("x", "done", ""), "description"),
        (("x", "done", "y" * 2001), "description"),
    ],
)
def test_a_wrong_field_is_named(place: Place, fields: tuple[str, str, str], said: str) -> None:
    answer = place.report_on(place.key(UPDATE, agency="bina_marga"), *fields)
    assert answer.status_code == 400
    assert [sentence.split()[0] for sentence in problems(answer)] == [said]

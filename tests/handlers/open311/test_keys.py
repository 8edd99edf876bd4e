"""Who may send: by a key in the header or in the form, never in the address, and only what the key is for."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.accounts.api_keys import CONTACTS, SEE, UPDATE
from storage.models import ApiKey
from tests.handlers.open311.place import BASE, REPORT, Place, problems
from tests.support.statements import statements_of


def test_in_the_header_or_in_the_form(place: Place) -> None:
    key = place.key()
    assert place.send(key).status_code == 200
    form = {**REPORT, "api_key": key}
    assert place.browser.post(f"{BASE}/requests.json", data=form).status_code == 200
    assert (
        place.browser.post(f"{BASE}/requests.json", data=form, content_type="multipart/form-data").status_code
        == 200
    )


@pytest.mark.parametrize("path", ["requests.json", "services.json"])
def test_in_an_address_it_is_refused(place: Place, path: str) -> None:
    key = place.key()
    for answer in (
        place.browser.get(f"{BASE}/{path}?api_key={key}"),
        place.browser.post(f"{BASE}/requests.json?api_key={key}", data={**REPORT, "api_key": key}),
    ):
        assert answer.status_code == 400
        assert "revoked" in problems(answer)[0]
        assert key not in answer.text
    assert not place.messages()


def test_what_opens_nothing(place: Place) -> None:
    key, short = place.key(), place.key(days=1)
    said = set()
    for wrong in ("x", "suara_" + "A" * 43, key[:-1] + ("A" if key[-1] != "A" else "B"), key.upper(), "\u00e9"):
        answer = place.browser.post(f"{BASE}/requests.json", data={**REPORT, "api_key": wrong})
        said.add((answer.status_code, *problems(answer)))
    place.hall.wait(days=1)
    answer = place.send(short)
    said.add((answer.status_code, *problems(answer)))
    with place.hall.database.begin() as session:
        session.execute(update(ApiKey).values(revoked_at=place.hall.now))
    answer = place.send(key)
    said.add((answer.status_code, *problems(answer)))
    assert said == {(403, "This API key is not known, has expired or was revoked; ask the city for a new one.")}
    assert not place.messages()


def test_a_wrong_key_is_refused_for_reading_too(place: Place) -> None:
    assert place.get("requests.json", "suara_x").status_code == 403
    basic = place.browser.get(f"{BASE}/requests.json", headers={"Authorization": "Basic eA=="})
    assert basic.status_code == 403


def test_a_key_is_for_what_it_says(place: Place) -> None:
    assert "requests:write" in problems(place.send(place.key(SEE, CONTACTS)))[0]
    refused = place.report_on(place.key(), "x", "done")
    assert (refused.status_code, "updates:write" in problems(refused)[0]) == (403, True)
    assert place.send(place.key(UPDATE, agency="dlh")).status_code == 403


def test_its_use_is_noted_once_a_minute(place: Place) -> None:
    key = place.key()
    place.send(key)
    first = _used(place)
    assert first == place.hall.now
    place.later(seconds=30)
    with statements_of(place.hall.database) as asked:
        place.get("requests.json", key)
    assert not [one for one in asked if one.startswith("UPDATE")]
    assert _used(place) == first
    place.later(seconds=40)
    place.get("requests.json", key)
    assert _used(place) == first + timedelta(seconds=70)


def test_it_stands_nowhere_in_the_clear(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    key = place.key()
    place.send(key)
    place.send(key + "x")
    place.work()
    assert key not in str(place.hall.everything())
    assert key[12:] not in "".join(capfd.readouterr())


def _used(place: Place) -> object:
    with place.hall.database.read() as session:
        return session.scalars(select(ApiKey.used_at)).one()

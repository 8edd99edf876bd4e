"""What anybody may read of a ticket: never its citizen's words, never what is sealed, dangerous or taken back."""

from datetime import timedelta

import pytest

from bot.accounts.api_keys import FILE, SEE
from bot.city.open311_policy import publicity
from bot.messages import Location
from bot.status import Move
from tests.handlers.city_hall import NAME, PHONE
from tests.handlers.open311.place import Place

WORDS = "Lubang besar di depan rumah nomor 12, saya tinggal di sini"
PIN = Location(-6.1807123, 106.8686499)
HIDDEN = {"sealed": True, "urgent": True, "forwarded_at": None, "kind": "apresiasi", "status": "withdrawn"}


def test_a_request_as_others_see_it(any_place: Place) -> None:
    number = any_place.public(WORDS, location=PIN, kelurahan="Cempaka Putih Barat", place="rumah nomor 12")
    (told,) = any_place.listed()
    assert told["description"] == "Jalan rusak, Kelurahan Cempaka Putih Barat"
    assert (told["lat"], told["long"]) == (-6.1807, 106.8686)
    assert told["agency_responsible"] == "Dinas Bina Marga"
    assert (told["status"], told["address"]) == ("open", "Kelurahan Cempaka Putih Barat")
    assert told["requested_datetime"] == "2026-11-23T09:00:00+07:00"
    page = any_place.get("requests.json").text
    for hidden in (number, WORDS, "nomor 12", NAME, PHONE, "6.18071", "saya"):
        assert hidden not in page
    assert any_place.get(f"requests/{told['service_request_id']}.json").json == [told]


def test_what_concerns_a_home_is_told_by_its_kelurahan_alone(place: Place) -> None:
    place.public(WORDS, service="air_bersih", location=PIN, kelurahan="Cempaka Putih Barat", place="nomor 12")
    (told,) = place.listed()
    assert (told["lat"], told["long"], told["address"]) == (None, None, "Kelurahan Cempaka Putih Barat")


def test_nor_can_its_place_be_found_by_asking_for_smaller_and_smaller_places(place: Place) -> None:
    place.public(service="air_bersih", location=PIN)
    assert place.listed(bbox="106,-7,107,-6") == []
    assert place.listed(lat="-6.18", long="106.87", radius="50000") == []


def test_a_public_place_is_no_more_exact_by_asking_than_by_reading(any_place: Place) -> None:
    any_place.public(location=PIN)
    there = "106.8686,-6.1807,106.8686,-6.1807"
    assert len(any_place.listed(bbox=there)) == 1
    assert any_place.listed(bbox="106.86864,-6.18072,106.86866,-6.18071") == []
    assert len(any_place.listed(lat="-6.1807", long="106.8686", radius="1")) == 1
    assert any_place.listed(lat="-6.1787", long="106.8686", radius="200") == []
    assert len(any_place.listed(lat="-6.1787", long="106.8686", radius="230")) == 1


def test_what_an_officer_wrote_in_place_of_an_area_is_not_told(place: Place) -> None:
    place.public(kelurahan="rumah Bu Sari, RT 3")
    assert place.listed()[0]["address"] is None


@pytest.mark.parametrize(("column", "value"), HIDDEN.items())
def test_what_is_never_shown(any_place: Place, column: str, value: object) -> None:
    number = any_place.public()
    (told,) = any_place.listed()
    any_place.change(number, **{column: value})
    assert any_place.listed() == []
    assert any_place.get(f"requests/{told['service_request_id']}.json").status_code == 404
    assert any_place.get("servicerequestupdates.json").json == []


@pytest.mark.parametrize("column", ["anonymised_at", "blocked_at", "erased_at"])
def test_nothing_is_shown_of_who_is_forgotten_or_blocked(any_place: Place, column: str) -> None:
    any_place.change(any_place.public(), **{column: any_place.hall.now})
    assert any_place.listed() == []
    assert any_place.get("servicerequestupdates.json").json == []


def test_services_that_are_not_public_have_no_requests(place: Place) -> None:
    city = place.hall.rulebook.city
    for code in ("ktp", "pungli", "kriminalitas", "pelayanan_petugas"):
        assert publicity(city.services[code]) == "no"
        place.public(service=code)
    assert place.listed() == []
    assert place.listed(service_code="ktp") == []


def test_who_filed_it_by_a_key_sees_it_though_it_is_not_public(any_place: Place) -> None:
    key = any_place.key(FILE, SEE)
    _, told = any_place.filed(key, service_code="ktp", description="KTP saya belum jadi", lat=None, long=None)
    path = f"requests/{told['service_request_id']}.json"
    assert [any_place.get(path).status_code, any_place.get(path, any_place.key(SEE)).status_code] == [404, 404]
    own = any_place.get(path, key)
    assert own.json[0]["description"] == "KTP-el dan KIA"
    assert own.headers["Cache-Control"] == "private, no-store"
    assert any_place.listed(key) == []
    assert len(any_place.listed(key, service_request_id=told["service_request_id"])) == 1


def test_an_agency_sees_its_own_by_its_key(place: Place) -> None:
    number = place.public(service="bangunan", kelurahan="Gambir")
    name = place.name_of(number)
    theirs, others = place.key(SEE, agency="citata"), place.key(SEE, agency="bina_marga")
    assert place.get(f"requests/{name}.json", theirs).status_code == 200
    assert place.get(f"requests/{name}.json", others).status_code == 404
    place.change(number, sealed=True)
    assert place.get(f"requests/{name}.json", theirs).status_code == 404


def test_what_an_agency_wrote_is_not_told(place: Place) -> None:
    number = place.public()
    place.hall.wait(hours=1)
    place.hall.moved(number, Move.CLAIM, "agency:bina_marga", "Sudah ditambal di depan rumah Bu Sari")
    (told,) = place.listed()
    assert told["status_notes"] == "Menurut instansi sudah selesai; pelapor sedang kami tanya."
    assert (told["status"], told["updated_datetime"]) == ("open", "2026-11-23T10:00:00+07:00")
    place.hall.wait(hours=1)
    place.hall.moved(number, Move.CONFIRM)
    assert place.listed()[0]["status"] == "closed"
    updates = place.get("servicerequestupdates.json")
    assert [one["status"] for one in updates.json] == ["open", "open", "open", "closed"]
    assert {one["service_request_id"] for one in updates.json} == {told["service_request_id"]}
    assert "Sari" not in updates.text


def test_updates_by_time_and_by_request(any_place: Place) -> None:
    first, second = any_place.public(), any_place.public("Jalan amblas di tempat lain")
    any_place.hall.wait(days=1)
    any_place.hall.moved(second, Move.ACCEPT, "agency:bina_marga")
    since = (any_place.hall.now - timedelta(hours=1)).isoformat()
    (new,) = any_place.get("servicerequestupdates.json", start_date=since).json
    assert new["service_request_id"] == any_place.name_of(second)
    mine = any_place.get("servicerequestupdates.json", service_request_id=any_place.name_of(first)).json
    assert len(mine) == 2
    assert len({one["update_id"] for one in mine}) == 2


def test_a_ticket_number_is_no_public_id(place: Place) -> None:
    number = place.public()
    assert place.get(f"requests/{number}.json").status_code == 404
    assert place.listed(service_request_id=number) == []
    assert place.get(f"requests/{place.hall.find(number).id}.json").status_code == 404

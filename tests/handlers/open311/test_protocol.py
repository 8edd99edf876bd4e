"""The shapes of GeoReport v2: as the published schemas have them, as its client reads them, as we state them."""

import json
from xml.etree import ElementTree

import pytest
from georeport import GeoReport
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from werkzeug.test import TestResponse

from bot.messages import Location
from tests.handlers.open311.place import BASE, Place, problems
from tests.support.serving import serving
from tests.support.specs import GEOREPORT_SPECS

SERVICE = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
REQUEST = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime",
    "address", "address_id", "zipcode", "lat", "long", "media_url",
}  # fmt: skip
ATTRIBUTE = {"variable", "code", "datatype", "required", "datatype_description", "order", "description", "values"}


@pytest.fixture
def busy(place: Place) -> Place:
    """With a few requests: with and without a place."""
    place.public(location=Location(-6.18, 106.86), kelurahan="Gambir")
    place.public("Air mati", service="air_bersih")
    return place


def schema(name: str) -> Draft7Validator:
    assert GEOREPORT_SPECS is not None
    known = {path.name: json.loads(path.read_text()) for path in GEOREPORT_SPECS.glob("*.json")}
    registry = Registry().with_resources((n, Resource(d, DRAFT7)) for n, d in known.items())
    return Draft7Validator(known[name], registry=registry, format_checker=Draft7Validator.FORMAT_CHECKER)


@pytest.mark.skipif(
    GEOREPORT_SPECS is None, reason="The schemas of GeoReport v2 are not here; set GEOREPORT_SPECS."
)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("services.json", "services.json"),
        ("services/lampu_jalan.json", "service-definition.json"),
        ("services/ktp.json", "service-definition.json"),
        ("requests.json", "requests.json"),
    ],
)
def test_the_published_schemas_hold(busy: Place, path: str, name: str) -> None:
    document = busy.get(path).json
    assert document
    schema(name).validate(document)
    for one in document if isinstance(document, list) else []:
        schema(name.replace("s.json", ".json")).validate(one)


@pytest.mark.skipif(
    GEOREPORT_SPECS is None, reason="The schemas of GeoReport v2 are not here; set GEOREPORT_SPECS."
)
def test_that_check_notices_what_is_wrong(busy: Place) -> None:
    (one, *_) = busy.listed()
    assert not schema("request.json").is_valid({**one, "status": "done"})
    assert not schema("requests.json").is_valid([{**one, "lat": "-6.2"}])


def test_the_shapes_that_clients_need(busy: Place) -> None:
    services = busy.get("services.json").json
    assert {frozenset(one) for one in services} == {frozenset(SERVICE)}
    assert {one["type"] for one in services} == {"batch"}
    assert {one["service_code"] for one in services} == set(busy.hall.rulebook.city.services)
    assert {frozenset(one) for one in busy.listed()} == {frozenset(REQUEST)}
    asks = {one["service_code"]: one["metadata"] for one in services}
    assert (asks["lampu_jalan"], asks["ktp"]) == (True, False)
    (attribute,) = busy.get("services/lampu_jalan.json").json["attributes"]
    assert set(attribute) == ATTRIBUTE
    assert attribute["description"] == "Kalau terlihat, berapa nomor di tiangnya?"
    assert busy.get("services/ktp.json").json == {"service_code": "ktp", "attributes": []}


def test_discovery_names_the_service(place: Place) -> None:
    found = place.get("discovery.json").json
    (endpoint,) = found["endpoints"]
    assert endpoint["url"] == f"{place.hall.rulebook.base_url}{BASE}"
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["application/json", "text/xml"]
    assert "@" in found["contact"]
    formats = xml(place.get("discovery.xml")).findall("endpoints/endpoint/formats/format")
    assert [one.text for one in formats] == endpoint["formats"]


def xml(answer: TestResponse) -> ElementTree.Element:
    assert answer.content_type == "text/xml; charset=utf-8"
    return ElementTree.fromstring(answer.data)


def test_xml_tells_the_same(busy: Place) -> None:
    requests = xml(busy.get("requests.xml"))
    assert requests.tag == "service_requests"
    for element, told in zip(requests.findall("request"), busy.listed(), strict=True):
        assert {child.tag: child.text for child in element} == {
            name: None if value is None else str(value) for name, value in told.items()
        }
    definition = xml(busy.get("services/lampu_jalan.xml"))
    assert (definition.tag, definition.findtext("attributes/attribute/variable")) == ("service_definition", "true")
    assert xml(busy.get("services.xml")).findtext("service/service_code") == "jalan_rusak"
    assert xml(busy.get("servicerequestupdates.xml")).findall("request_update/update_id")
    error = xml(busy.get("requests.xml", status="x"))
    assert (error.tag, error.findtext("error/code")) == ("errors", "400")


def test_the_client_of_pypi_over_http(busy: Place) -> None:
    with serving(busy.hall.app) as url:
        for form in ("json", "xml"):
            client = GeoReport(f"{url}{BASE}", "jakarta.example", output_format=form)
            assert {one["service_code"] for one in client.get_service_list()} == set(
                busy.hall.rulebook.city.services
            )
            assert client.get_service_definition("lampu_jalan")["service_code"] == "lampu_jalan"
            found = client.get_service_requests(status="open")
            assert len(found) == 2
            assert client.get_service_requests(service_code="air_bersih", start_date="2026-11-01T00:00:00Z")
            (first, second) = (one["service_request_id"] for one in found)
            assert client.get_service_request(first)["service_request_id"] == first
            assert len(client.get_service_requests(service_request_id=f"{first},{second}")) == 2


def test_every_site_may_ask(place: Place) -> None:
    for path in ("services.json", "requests.json", "requests.json?status=x", "nowhere.json", "requests/1.xml"):
        assert place.browser.get(f"{BASE}/{path}").headers["Access-Control-Allow-Origin"] == "*"
    before = place.browser.options(f"{BASE}/requests.json", headers={"Origin": "https://peta.example"})
    assert before.status_code == 200
    assert "POST" in before.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in before.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in before.headers
    assert "Set-Cookie" not in place.get("requests.json").headers


def test_caches_ask_whether_it_is_still_so(place: Place) -> None:
    first = place.get("requests.json")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    headers = {"If-None-Match": first.headers["ETag"]}
    assert place.browser.get(f"{BASE}/requests.json", headers=headers).status_code == 304
    place.public()
    assert place.browser.get(f"{BASE}/requests.json", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [
        ("nowhere.json", "GET", 404),
        ("services", "GET", 404),
        ("services.html", "GET", 404),
        ("services/tidak_ada.json", "GET", 404),
        ("requests/1.json", "GET", 404),
        ("tokens/x.json", "GET", 404),
        ("services.json", "POST", 405),
        ("requests.json", "DELETE", 405),
        ("requests.json", "POST", 403),
        ("servicerequestupdates.json", "POST", 403),
    ],
)
def test_errors_are_documents(place: Place, path: str, method: str, code: int) -> None:
    answer = place.browser.open(f"{BASE}/{path}", method=method)
    assert answer.status_code == code
    assert problems(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    if code == 405:
        assert "GET" in answer.headers["Allow"]


def test_another_jurisdiction_is_not_here(place: Place) -> None:
    assert place.get("services.json", jurisdiction_id="jakarta.example").status_code == 200
    assert place.get("services.json", jurisdiction_id="bandung.example").status_code == 404
    assert place.send(place.key(), jurisdiction_id="bandung.example").status_code == 404
    assert place.send(place.key(), jurisdiction_id="jakarta.example").status_code == 200


def test_a_city_that_has_not_opened_it_has_nothing_there(place: Place) -> None:
    city = place.hall.rulebook.city.model_copy(update={"open311": None})
    shut = place.without_open311(city)
    for path in ("discovery.json", "services.json", "requests.json"):
        assert shut.get(path).status_code == 404
    assert shut.send("suara_" + "a" * 43).status_code == 404

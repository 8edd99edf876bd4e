"""Files from Meta over real HTTP: the id is asked for an address, and nothing is reached that must not be."""

from typing import Any

import httpx
import pytest

from bot.intake.file_types import UnusableFileError
from bot.intake.media import LARGEST, FetchError
from handlers.channels.media_http import Address
from handlers.channels.meta_cloud_media import SCHEME, MetaMedia
from tests.standins.meta import Meta
from tests.support.meta import meta_group
from tests.support.pictures import jpeg

pytestmark = pytest.mark.processes
PHOTO = jpeg()
ID = "1003383421387256"
URL = SCHEME + ID


@pytest.fixture
def there(meta: Meta) -> Meta:
    meta.files[ID] = PHOTO
    return meta


def source(meta: Meta, settings: dict[str, Any] | None = None, **more: Any) -> MetaMedia:
    own = meta_group(meta_api_base=meta.url, **(settings or {}))
    return MetaMedia(own, **({"timeout": httpx.Timeout(0.4)} | more))


def failure(fetching: MetaMedia, url: str = URL) -> tuple[str, bool]:
    with pytest.raises(FetchError) as failed:
        fetching.fetch(url, LARGEST)
    return failed.value.reason, failed.value.again


def test_a_photo_comes_and_is_asked_for_by_our_number(there: Meta) -> None:
    assert source(there).fetch(URL, LARGEST) == PHOTO
    assert there.asked == [
        f"/v23.0/{ID}?phone_number_id=106540352242922",
        f"/attachments/{ID}?ext=1&hash=x",
    ]


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x", "meta-media:../me", "meta-media:", "meta-media:1?x=1", "http://169.254.169.254/"],
)
def test_what_is_no_id_is_not_asked_for(there: Meta, url: str) -> None:
    with pytest.raises(UnusableFileError):
        source(there).fetch(url, LARGEST)
    assert there.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com.evil.example/x", "https://fbcdn.net/x",
     "https://evil.example/lookaside.fbsbx.com", "https://a@lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com:8443/x",
     "file:///etc/passwd", "//lookaside.fbsbx.com/x", "", "https://[", "https://127.0.0.1/x"],
)  # fmt: skip
def test_our_token_goes_to_hosts_of_meta_alone(there: Meta, url: str) -> None:
    there.told = {"url": url}
    asked: list[str] = []

    def resolve(host: str) -> Address:
        asked.append(host)
        return "127.0.0.1", 9

    assert failure(source(there, resolve=resolve)) == ("redirect", False)
    assert asked == []


def test_the_address_that_was_checked_is_the_one_that_is_reached(there: Meta) -> None:
    """A host of Meta's whose name leads inside is not reached; else the checked address is connected to."""
    there.told = {"url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"}

    def inside(host: str) -> Address:
        raise FetchError("private_address", again=False)

    assert failure(source(there, resolve=inside)) == ("private_address", False)
    assert failure(source(there, resolve=lambda host: ("127.0.0.1", 9))) == ("ConnectError", True)


def test_a_file_that_is_not_what_meta_says_is_fetched_again(there: Meta) -> None:
    there.told = {"sha256": "0" * 64}
    assert failure(source(there)) == ("sha256", True)


@pytest.mark.parametrize("told", [{"file_size": LARGEST + 1}, {"file_size": str(LARGEST + 1)}])
def test_too_much_is_not_even_begun(there: Meta, told: dict[str, Any]) -> None:
    there.told = told
    with pytest.raises(UnusableFileError, match="too_large"):
        source(there).fetch(URL, LARGEST)
    assert len(there.asked) == 1


def test_too_much_is_not_read_to_its_end_whatever_was_said(there: Meta) -> None:
    there.told = {"file_size": "x"}
    with pytest.raises(UnusableFileError, match="too_large"):
        source(there).fetch(URL, len(PHOTO) - 1)


@pytest.mark.parametrize(
    ("mode", "reason", "again"),
    [("500", "http_500", True), ("timeout", "ReadTimeout", True), ("refuse", "http_400", False)],
)
def test_what_goes_wrong_is_told_apart(there: Meta, mode: str, reason: str, again: bool) -> None:
    there.mode = mode
    assert failure(source(there)) == (reason, again)


def test_a_file_that_is_gone_is_not_asked_for_again(meta: Meta) -> None:
    assert failure(source(meta)) == ("http_400", False)

"""Files are fetched over real HTTP from Twilio's stand-in, and nothing is reached that must not be."""

import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.intake.file_types import UnusableFileError
from bot.intake.media import LARGEST, LEASE, FetchError
from bot.messages import SIMULATED, SMS, WHATSAPP
from handlers.channels.media import SimulatorMedia, TwilioMedia
from handlers.channels.media_http import TIMEOUT, WITHIN_S, is_public, public_address
from handlers.channels.registry import media_sources
from storage.database import Database
from storage.models import SimulatedFile
from tests.support.clock import MoveableClock
from tests.support.pictures import jpeg
from tests.support.ports import free_port
from tests.support.settings import ACCOUNT, TOKEN, isolated_settings
from tests.support.twilio import Twilio

pytestmark = pytest.mark.processes
HOSTS = isolated_settings().media_hosts
PHOTO = jpeg()
QUICK = httpx.Timeout(0.5)


def source(twilio: Twilio, token: str = TOKEN, **more: Any) -> TwilioMedia:
    return TwilioMedia(ACCOUNT, token, twilio.url, HOSTS, **more)


def failure(fetching: TwilioMedia, url: str) -> tuple[str, bool]:
    with pytest.raises(FetchError) as failed:
        fetching.fetch(url, LARGEST)
    return failed.value.reason, failed.value.again


def test_a_photo_comes_and_the_credentials_stay_with_the_api(twilio: Twilio) -> None:
    assert source(twilio).fetch(twilio.puts(PHOTO), LARGEST) == PHOTO
    at_the_api, at_the_host = twilio.asked()
    assert (at_the_api["authorized"], at_the_host["authorized"]) == (True, False)


def test_the_api_may_stand_elsewhere_than_a_message_says(twilio: Twilio) -> None:
    named = twilio.puts(PHOTO).replace(twilio.url, "https://api.twilio.com")
    assert source(twilio).fetch(named, LARGEST) == PHOTO


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://evil.example/2010-04-01/Accounts/{account}/Messages/MM{hex}/Media/ME{hex}",
        "{api}.evil.example/2010-04-01/Accounts/{account}/Messages/MM{hex}/Media/ME{hex}",
        "{api}@evil.example/2010-04-01/Accounts/{account}/Messages/MM{hex}/Media/ME{hex}",
        "{api}/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/MM{hex}/Media/ME{hex}",
        "{api}/2010-04-01/Accounts/{account}/Messages/MM{hex}/Media/ME{hex}/../../../Calls.json",
        "{api}/2010-04-01/Accounts/{account}/Calls.json",
        "file:///etc/passwd",
        "simulator:photo",
        "",
    ],
)
def test_credentials_are_given_for_files_of_our_account_only(twilio: Twilio, url: str) -> None:
    filled = url.format(api=twilio.url, account=ACCOUNT, hex="0" * 32)
    with pytest.raises(UnusableFileError, match="foreign_host"):
        source(twilio).fetch(filled, LARGEST)
    assert twilio.asked() == []


@pytest.mark.parametrize(
    "target",
    [
        "http://mms.twiliocdn.com/photo",  # not https
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:9/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://mms.twiliocdn.com:8443/photo",
        "https://us:er@mms.twiliocdn.com/photo",
        "https://evil.example/mms.twiliocdn.com/",
        "https://eviltwiliocdn.com/photo",
        "https://mms.twiliocdn.com.evil.example/photo",
        "https://s3-external-1.amazonaws.com/another-bucket/photo",
        "https://s3-external-1.amazonaws.com/media.twiliocdn.com/../another-bucket/photo",
        "file:///etc/passwd",
    ],
)
def test_a_redirect_leads_nowhere_else(twilio: Twilio, target: str) -> None:
    looked_up: list[str] = []
    fetching = source(twilio, resolve=lambda host: (looked_up.append(host) or "", 0))
    assert failure(fetching, twilio.puts(redirect=target)) == ("redirect", False)
    assert looked_up == []


def test_a_redirect_to_what_is_no_address(twilio: Twilio) -> None:
    assert failure(source(twilio), twilio.puts(redirect="https://[::1/")) == ("RemoteProtocolError", True)


def test_an_allowed_name_that_leads_inside_is_not_followed(twilio: Twilio) -> None:
    fetching = source(twilio, resolve=lambda host: public_address("localhost"))
    url = twilio.puts(redirect="https://mms.twiliocdn.com/photo")
    assert failure(fetching, url) == ("private_address", False)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "0.0.0.0"])
def test_addresses_inside_are_not_connected_to(host: str) -> None:
    with pytest.raises(FetchError, match="private_address"):
        public_address(host)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::1", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_redirect_in_a_circle_ends(twilio: Twilio) -> None:
    circle = f"{twilio.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'0' * 32}/Media/ME{'0' * 32}"
    reason, _ = failure(source(twilio), twilio.puts(redirect=circle))
    assert reason == "http_401", "the API is not given credentials a second time"


@pytest.mark.parametrize(
    ("status", "again"),
    [(404, True), (401, True), (429, True), (500, True), (503, True), (410, False), (400, False)],
)
def test_what_a_refusal_means(twilio: Twilio, status: int, again: bool) -> None:
    assert failure(source(twilio), twilio.puts(status=status)) == (f"http_{status}", again)


def test_a_wrong_token_is_a_matter_for_later(twilio: Twilio) -> None:
    assert failure(source(twilio, token="wrong"), twilio.puts(PHOTO)) == ("http_401", True)


def test_nobody_there(twilio: Twilio) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    fetching = TwilioMedia(ACCOUNT, TOKEN, nobody, HOSTS)
    assert failure(fetching, twilio.puts(PHOTO).replace(twilio.url, nobody)) == ("ConnectError", True)


@pytest.mark.parametrize("announced", [True, False])
def test_forty_megabytes_are_not_read(twilio: Twilio, announced: bool) -> None:
    megabyte = bytes(1024 * 1024)
    length = {"headers": {"Content-Length": str(40 * len(megabyte))}} if announced else {}
    url, started = twilio.puts(megabyte, repeat=40, **length), time.monotonic()
    with pytest.raises(UnusableFileError, match="too_large"):
        source(twilio).fetch(url, LARGEST)
    assert time.monotonic() - started < 5


def test_a_host_that_hangs_is_left(twilio: Twilio) -> None:
    fetching = source(twilio, timeout=QUICK)
    assert failure(fetching, twilio.puts(PHOTO, pause_s=20)) == ("ReadTimeout", True)


def test_a_host_that_drips_is_left(twilio: Twilio) -> None:
    fetching, started = source(twilio, within_s=0.5), time.monotonic()
    assert failure(fetching, twilio.puts(b"x", repeat=100, between_s=0.1)) == ("too_slow", True)
    assert time.monotonic() - started < 3


def test_a_connection_that_breaks_off_is_a_matter_for_later(twilio: Twilio) -> None:
    url = twilio.puts(PHOTO, headers={"Content-Length": str(len(PHOTO) + 10)})
    assert failure(source(twilio), url) == ("RemoteProtocolError", True)


def test_what_comes_packed_is_not_unpacked(twilio: Twilio) -> None:
    url = twilio.puts(b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert failure(source(twilio), url) == ("encoding", False)


def test_all_the_waiting_ends_before_the_lease_does() -> None:
    assert WITHIN_S + 2 * (TIMEOUT.read or 0) < LEASE.total_seconds()


# -- a host of the content network, with a certificate of its own ------------------------------------------------


class ContentHost(BaseHTTPRequestHandler):
    seen: list[dict[str, str]] = []  # noqa: RUF012 - the library makes one handler a request

    def do_GET(self) -> None:
        self.seen.append(dict(self.headers))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PHOTO)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def content_host(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A port that speaks TLS for mms.twiliocdn.com, and whom to trust for that."""
    _certificate(tmp_path / "host.pem", "mms.twiliocdn.com")
    server = ThreadingHTTPServer(("127.0.0.1", 0), ContentHost)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "host.pem")
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    ContentHost.seen.clear()
    yield server.server_port, ssl.create_default_context(cafile=str(tmp_path / "host.pem"))
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_content_network_is_asked_by_name_at_the_address_that_was_checked(
    twilio: Twilio, content_host: tuple[int, ssl.SSLContext]
) -> None:
    port, trusted = content_host
    fetching = source(twilio, tls=trusted, resolve=lambda host: ("127.0.0.1", port))
    assert fetching.fetch(twilio.puts(redirect="https://mms.twiliocdn.com/a/photo?key=1"), LARGEST) == PHOTO
    [asked] = ContentHost.seen
    assert (asked["Host"], "Authorization" in asked) == ("mms.twiliocdn.com", False)


def test_a_host_that_cannot_prove_its_name_is_not_believed(
    twilio: Twilio, content_host: tuple[int, ssl.SSLContext]
) -> None:
    port, trusted = content_host
    fetching = source(twilio, tls=trusted, resolve=lambda host: ("127.0.0.1", port))
    assert failure(fetching, twilio.puts(redirect="https://other.twiliocdn.com/photo")) == ("ConnectError", True)
    assert ContentHost.seen == []


def _certificate(path: Path, host: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + certificate.public_bytes(pem))


# -- the simulator -----------------------------------------------------------------------------------------------


def test_the_simulators_files_and_samples(database: Database, clock: MoveableClock) -> None:
    with database.begin() as session:
        session.add(SimulatedFile(id="one", content_type="image/jpeg", content=PHOTO, created_at=clock.now()))
    simulator = SimulatorMedia(database)
    assert simulator.fetch("simulator:one", LARGEST) == PHOTO
    assert simulator.fetch("simulator:photo", LARGEST).startswith(b"\xff\xd8\xff")
    assert simulator.fetch("simulator:voice", LARGEST).startswith(b"OggS")
    with pytest.raises(UnusableFileError, match="too_large"):
        simulator.fetch("simulator:one", 10)
    with pytest.raises(FetchError) as gone:
        simulator.fetch("simulator:../../etc/passwd", LARGEST)
    assert not gone.value.again


def test_which_channels_have_a_source(sqlite_database: Database) -> None:
    assert media_sources(isolated_settings(), sqlite_database).keys() == {*SIMULATED, WHATSAPP, SMS}
    alone = isolated_settings(twilio_account_sid="")
    assert media_sources(alone, sqlite_database).keys() == {*SIMULATED}

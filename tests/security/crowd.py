"""Citizens who write what they should not: each message has one kind of personal data, in a place of its own."""

import base64
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import httpx
from PIL import Image
from PIL.ExifTags import Base

from tests.security.markers import KINDS, PROFILES, SENDERS
from tests.security.place import Place
from tests.standins.citizen import Citizen
from tests.standins.gateway import signed_post
from tests.support.gateway import OUR_GATEWAY
from tests.support.settings import OUR_SMS, OUR_WHATSAPP

AT_ONCE = 4
# What the language model's stand-in knows; {x} is what nobody should write, {n} makes each another matter.
STORIES = (
    "pohon tumbang di Jl. Melati {n} dekat pasar. {x}",
    "jalan berlubang besar di Jl. Anggrek {n} depan sekolah. {x}",
    "sampah menumpuk di Jl. Dahlia {n} dekat kali. {x}",
    "lampu jalan mati di Jl. Teratai {n}, gelap sekali, {x}",
    "got mampet di depan rumah Gang Flamboyan {n}, {x}",
    "pohon tumbang di Jl. Cempaka {n}, {x}. mohon dibantu",
    "KTP saya hilang, cara urusnya gimana ya? {x}",
    "saya mau bicara orangnya langsung saja. {x}",
    "parkir semrawut minta ditindak {n}, {x}",
    "lubang di jalan depan {x} nomor {n}",  # it becomes the place
    "halo min, {x}",
    "ada kebakaran di Gang Kelinci {n}, api besar, {x}",
    "suami saya memukul saya di rumah. {x}",
    "sampah tidak diangkut dua minggu, bau",  # where it is they say only when they are asked
)


def messages(here: Place, count: int) -> Iterator[dict[str, str]]:
    """The forms of ``count`` messages, each kind in every story."""
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        story = STORIES[(n // len(KINDS) + n) % len(STORIES)]
        by_sms = n % 7 == 0
        person = Citizen(here.line(), OUR_SMS if by_sms else OUR_WHATSAPP, SENDERS.write(n), PROFILES.write(n))
        said = person.form(story.format(x=kind.write(n), n=n))
        if n % 8 == 3:
            said |= {
                "NumMedia": "1",
                "MediaUrl0": _file(here, photo(kind.write(n))),
                "MediaContentType0": "image/jpeg",
            }
        if n % 9 == 4:
            said |= {"Latitude": "-6.2", "Longitude": "106.8", "Address": f"rumah {kind.write(n)}"}
        yield said


def write(here: Place, count: int) -> int:
    """They all write; how many messages were taken."""
    forms = list(messages(here, count))
    with here.client() as client, ThreadPoolExecutor(AT_ONCE) as pool:
        codes = list(pool.map(lambda form: _posted(here, form, client), forms))
    assert set(codes) == {200}
    return len(codes)


def add(here: Place, count: int) -> int:
    """The same people write again, something else of theirs: it is added to what they reported."""
    with here.client() as client:
        for n in range(0, count, 5):
            kind = KINDS[(n // 5) % len(KINDS)]
            person = Citizen(here.line(), OUR_WHATSAPP if n % 7 else OUR_SMS, SENDERS.write(n))
            assert _posted(here, person.form(f"dekat pos ronda, {kind.write(n)}"), client) == 200
    return len(range(0, count, 5))


def by_gateway(here: Place, count: int, secret: str) -> int:
    """Others write through the gateway."""
    rng = random.Random(3)
    for n in range(count):
        text = STORIES[n % len(STORIES)].format(x=KINDS[n % len(KINDS)].write(n), n=f"A{n}")
        body = {
            "id": f"gw-{rng.getrandbits(60)}",
            "from": SENDERS.write(5_000 + n),
            "to": OUR_GATEWAY,
            "text": text,
        }
        assert signed_post(f"{here.url}/webhooks/gateway/messages", body, secret).status_code == 200
    return count


def photo(words: str) -> bytes:
    """A photo whose own description says it."""
    exif, out = Image.Exif(), BytesIO()
    exif[Base.ImageDescription] = exif[Base.Artist] = exif[Base.Model] = words
    Image.new("RGB", (320, 240), (90, 100, 105)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def _file(here: Place, content: bytes) -> str:
    """Where the provider keeps a file that came along."""
    body = {"content": base64.b64encode(content).decode()}
    return str(
        httpx.post(f"{here.twilio_url}/_standin/media", json=body, trust_env=False, verify=False).json()["url"]
    )


def _posted(here: Place, form: dict[str, str], client: httpx.Client) -> int:
    return here.line().post(form, client=client).status_code

"""When many write: the incident that they are put together in, and the announcement to all of them."""

from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select

from bot.clock import simulated_clock
from storage.models import OutboundMessage, Ticket
from tests.browser.seeds import City
from tests.browser.taking import Take, in_both_sizes

NEWS = "Pompa air di Petamburan sedang diperbaiki. Genangan kami perkirakan surut malam ini; hindari Jl. Dewi."
AROUND = (
    "Got mampet di gang Dewi, air sudah setinggi mata kaki.",
    "Selokan mampet lagi depan gang Dewi, air masuk ke teras warga.",
    "Tolong, got mampet di gang Dewi, motor tidak bisa lewat.",
    "Got mampet dekat gang Dewi, sudah sejak subuh, baunya menyengat.",
    "Got mampet, air naik terus di gang Dewi, ada lansia di rumah.",
)
ELSEWHERE = (
    "Got mampet di depan pasar Cikini, pembeli harus lewat genangan.",
    "Saluran mampet di depan SDN 03 Tebet, halaman sekolah becek.",
    "Got mampet dekat halte Pasar Minggu, kalau hujan airnya meluap ke jalan.",
    "Selokan mampet di gang Mawar Rawamangun, penuh lumpur dan daun.",
)
# As far apart as people stand around one drain: a few metres.
LATITUDE, LONGITUDE, STEP = -6.19512, 106.80944, 0.00004
SWITCHED_OFF = 4
LATER = timedelta(minutes=40)


def many_write(city: City) -> None:
    """Five around one drain, and four whose drains are elsewhere."""
    for step, text in enumerate(AROUND):
        city.writes(f"a{930 + step}", text, lat=LATITUDE + step * STEP, lon=LONGITUDE)
    for number, text in enumerate(ELSEWHERE, 940):
        city.writes(f"a{number}", text)


def take_incident(page: Page, city: City, take: Take) -> None:
    """The page of what the five have reported."""
    newest = select(Ticket.incident_id).where(Ticket.incident_id.is_not(None)).order_by(Ticket.id.desc())
    with city.place.database() as database, database.read() as session:
        incident = session.scalars(newest).first()
    page.goto(f"{city.place.url}/console/incidents/{incident}")
    in_both_sizes(page, "incident", take)


def take_announcement(page: Page, city: City, take: Take) -> None:
    """From the empty form by the draft to one that is on its way; some telephones are switched off."""
    page.goto(f"{city.place.url}/console/announcements/new")
    page.locator("[name=note]").fill(NEWS)
    page.locator("[name=service]").select_option("saluran_air")
    take(page, "console/announcement")
    page.get_by_role("button", name="Lihat pratinjau").click()
    in_both_sizes(page, "announcement-draft", take)
    page.locator("[name=sure]").check()
    page.get_by_role("button", name="Kirim pengumuman").click()
    expect(page.get_by_role("heading", name="Hasil")).to_be_visible()
    _switch_off(city)
    page.reload()
    expect(page.get_by_role("heading", name="Berjalan")).to_be_visible()
    in_both_sizes(page, "announcement-running", take)


def _switch_off(city: City) -> None:
    """The last few are tried again later, as where a telephone cannot be reached."""
    last = (
        select(OutboundMessage)
        .where(OutboundMessage.announcement_id.is_not(None))
        .order_by(OutboundMessage.id.desc())
        .limit(SWITCHED_OFF)
    )
    with city.place.database() as database, database.begin() as session:
        due = simulated_clock(database).now() + LATER
        for message in session.scalars(last):
            message.state, message.due_at = "waiting", due

"""A browser's window at the simulator, and the telephones in it."""

import itertools
import re
from dataclasses import dataclass

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.browser.place import Place

PHONE, DESK = (390, 844), (1400, 900)
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
_numbers = itertools.count(1)
# Whoever plays in this window has not written before; "Nomor baru" still gives another one.
FRESH = """if (location.pathname === "/simulator") for (const letter of ["a", "b"]) {{
  const name = `simulator.${{letter}}`;
  if (!localStorage.getItem(name)) localStorage.setItem(name, `${{letter}}{n}`);
}}"""


@dataclass(frozen=True)
class Telephone:
    """One of the two telephones."""

    root: Locator

    @property
    def input(self) -> Locator:
        return self.root.get_by_role("textbox", name=re.compile("Pesan dari"))

    @property
    def answers(self) -> Locator:
        return self.root.locator(".theirs .bubble")

    @property
    def said(self) -> Locator:
        return self.root.locator(".mine .bubble")

    def says(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def hears(self, text: str) -> Locator:
        """Wait for an answer with ``text`` at the end of the chat."""
        expect(self.answers.last).to_contain_text(text)
        return self.answers.last

    def presses(self, name: str) -> None:
        self.root.get_by_role("button", name=name, exact=True).click()

    def attaches(self, name: str) -> None:
        self.root.locator("[data-attach] summary").click()
        self.presses(name)

    def pins(self, place: str) -> None:
        """Send one of the sample places as a location."""
        self.attaches("Lokasi")
        sheet = self.root.get_by_role("dialog", name="Kirim lokasi")
        sheet.get_by_role("button", name=place).click()
        sheet.get_by_role("button", name="Lampirkan lokasi ini").click()
        self.input.press("Enter")

    def chooses(self, title: str) -> None:
        """Answer from the list."""
        self.presses("Lihat pilihan")
        sheet = self.root.get_by_role("dialog", name="Pilih jawaban")
        sheet.get_by_label(title).check()
        sheet.get_by_role("button", name="Kirim").click()

    def looks_like(self, look: str) -> None:
        self.root.locator(f"[data-look-button={look}]").click()


class Screen:
    """A window of one size, which notices what goes wrong in it."""

    def __init__(self, browser: Browser, place: Place, size: tuple[int, int], scale: float = 1) -> None:
        self.is_phone = size == PHONE
        viewport = {"width": size[0], "height": size[1]}
        self.context = browser.new_context(
            viewport=viewport, has_touch=self.is_phone, device_scale_factor=scale, locale="id-ID"
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(FRESH.format(n=next(_numbers)))
        self.problems: list[str] = []
        self.context.on("console", self._note)
        self.context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.place, self.page = place, self.context.new_page()
        self.a, self.b = (Telephone(self.page.locator(f"[data-phone={letter}]")) for letter in "ab")

    def open(self) -> "Screen":
        self.page.goto(f"{self.place.url}/simulator")
        expect(self.page.locator("[data-clock]")).to_contain_text(re.compile(r"\d\d\.\d\d"))
        return self

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("complementary", name="Di balik layar")

    def shows(self, view: str) -> None:
        """Go to a part of the page; on a desk all but one of the panel's tabs are there anyway."""
        tabs = {"Peristiwa": "Apa yang terjadi", "Surat": "Surat instansi"}
        if self.is_phone:
            self.page.get_by_role("navigation", name="Tampilan").get_by_role("button", name=view).click()
        elif view in tabs:
            self.panel.get_by_role("button", name=tabs[view]).click()

    def moves_clock(self, name: str) -> None:
        """Press one of the clock's buttons, and wait until it has arrived."""
        self.opens_clock()
        bar = self.page.get_by_role("group", name="Waktu yang dipakai sistem")
        bar.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).click()
        expect(bar.get_by_role("button", name="+1 jam")).to_be_enabled()
        self.page.keyboard.press("Escape")
        if self.page.locator("[data-ahead-by]").first.is_visible():  # on a telephone it would cover the page
            self.page.locator("[data-toggle]").click()

    def opens_clock(self) -> None:
        toggle = self.page.locator("[data-toggle]")
        if not self.page.locator("[data-ahead-by]").first.is_visible():
            toggle.click()

    def is_in_order(self) -> None:
        """Nothing was complained about, and nothing can be scrolled sideways."""
        assert not self.problems, self.problems
        for page in self.context.pages:
            assert sideways(page) <= 0, f"{page.url} can be scrolled sideways by {sideways(page)} px."

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")


def sideways(page: Page) -> int:
    """By how many pixels a page can be scrolled sideways, once it stands.

    A click on a link comes back while the new page is still read; without its style sheet every page is too wide.
    """
    page.wait_for_load_state()
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def opened_by(screen: Screen, link: Locator) -> Page:
    """The page that a click on ``link`` opens in a tab of its own."""
    with screen.context.expect_page() as opening:
        link.click()
    return opening.value

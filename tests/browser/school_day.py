"""Who is there on a school day, and what people do again and again."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from tests.browser.conftest import PHONE, RunningBox

CAMERA = b"Marmot Camera"
MOST_TABS = 80


@dataclass
class Day:
    """Who is there, and what went wrong without anybody saying so."""

    box: RunningBox
    newcomer: Callable[[dict[str, int]], Page]
    desk: Path
    teacher: Page
    class_url: str = ""
    join_code: str = ""
    phones: dict[str, Page] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def someone(self, screen: dict[str, int] = PHONE) -> Page:
        page = self.newcomer(screen)
        self.watch(page)
        return page

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._console)
        page.on("response", self._response)

    def _console(self, said: ConsoleMessage) -> None:
        # What was refused is judged by its answer.
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            self.complaints.append(said.text)

    def _response(self, answer: Response) -> None:
        if not answer.url.startswith((self.box.url, "data:", "blob:")):
            self.complaints.append(f"outside: {answer.url}")
        elif answer.status >= 500:
            self.complaints.append(f"{answer.status} {answer.url}")
        elif answer.status >= 400:
            path = answer.url.removeprefix(self.box.url)
            self.refused.append(f"{answer.status} {answer.request.method} {path}")

    def page_of_class(self, page: str = "") -> None:
        self.teacher.goto(self.class_url + page)


def ask_to_join(phone: Page, name: str) -> None:
    phone.get_by_label("Your name in this class").fill(name)
    phone.get_by_role("button", name="Join the class").click()


def come_back(phone: Page, code: str) -> None:
    phone.locator("[name=return_code]").fill(code)
    phone.get_by_role("button", name="Open my work").click()
    phone.wait_for_url("**/student")


def to_the_class(phone: Page) -> None:
    phone.locator(".site-nav").get_by_role("link", name="My class").click()
    phone.wait_for_url("**/student")


def open_from_home(phone: Page, title: str) -> None:
    to_the_class(phone)
    phone.get_by_role("link", name=title).first.click()


def hand_in(phone: Page, file: Path, chooser: str, note: str) -> None:
    versions = phone.locator("#hand-in .handed-in > li")
    before = versions.count()
    phone.fill("#hand-in-note", note)
    phone.set_input_files(chooser, file)
    phone.get_by_role("button", name="Hand it in").click()
    expect(versions).to_have_count(before + 1)
    expect(versions.first).to_contain_text(note)
    expect(versions.first).to_contain_text("Not looked at yet")


def press_by_keyboard(page: Page, target: Locator) -> None:
    """Tab by tab, as somebody without a mouse."""
    for _ in range(MOST_TABS):
        if target.first.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} can't be reached with {MOST_TABS} tabs")


def photo(colour: str) -> bytes:
    """Taken with the phone on its side, and saying where."""
    said = Image.Exif()
    said[0x0112], said[0x010F] = 6, CAMERA.decode()
    place = said.get_ifd(0x8825)
    place[1], place[2] = "N", (41.0, 23.0, 19.0)
    written = io.BytesIO()
    Image.new("RGB", (400, 200), colour).save(written, "JPEG", exif=said)
    return written.getvalue()

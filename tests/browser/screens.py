"""Takes a picture of every page into docs/screens: phone and laptop, light and dark.

Run as `python -m tests.browser.screens`.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM, LAPTOP, PHONE, QUIET, RunningBox, join, start_box
from tests.browser.pages import STUDENT, every_page

FOLDER = Path(__file__).parent.parent.parent / "docs" / "screens"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for screen, size in (("phone", PHONE), ("laptop", LAPTOP)):
            for colours in ("light", "dark"):
                folder = Path(scratch) / f"{screen}-{colours}"
                folder.mkdir()
                box = start_box(folder, "--demo")

                def somebody(**choices: object) -> Page:
                    return browser.new_context(**choices).new_page()  # type: ignore[arg-type]

                for name, page in every_page(box, somebody, viewport=size, color_scheme=colours):
                    page.wait_for_timeout(200)
                    page.screenshot(
                        path=FOLDER / f"{name}-{screen}-{colours}.png", full_page=name != "lesson"
                    )
                if (screen, colours) == ("laptop", "light"):
                    _picture_of_readme(box, somebody(viewport=size))
                box.stop()
        browser.close()


def _picture_of_readme(box: RunningBox, page: Page) -> None:
    """A lesson with the helper beside it, just after an answer."""
    join(page, box, "Sam")
    page.goto(box.url + STUDENT["lesson"])
    page.fill("#helper-message", "Why does a pencil let electricity through?")
    page.locator("[data-part=send]").click()
    page.locator(".answer .follow-up").first.wait_for()
    page.locator(".helper-log").evaluate("log => log.scrollTo(0, 0)")
    page.screenshot(path=FOLDER / "readme.png")


if __name__ == "__main__":
    main()

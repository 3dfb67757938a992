"""Every page on a phone and on a laptop: nothing for axe to complain about, nothing wider than the screen."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from appliance.auth.permissions import WHO_MAY
from tests.browser.conftest import LAPTOP, PHONE, RunningBox
from tests.browser.pages import NO_PAGES, every_page

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
SCREENS = {"phone": PHONE, "laptop": LAPTOP}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_no_page_has_a_barrier(
    demo: RunningBox, people: Callable[..., Page], screen: str, colours: str
) -> None:
    found = {}
    for name, page in every_page(demo, people, viewport=SCREENS[screen], color_scheme=colours):
        violations = Axe().run(page, options=RULES).response["violations"]
        if violations:
            found[name] = [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in violations]
    assert found == {}


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_is_wider_than_its_screen(
    demo: RunningBox, people: Callable[..., Page], screen: str, script: bool
) -> None:
    size = SCREENS[screen]
    wide = {}
    for name, page in every_page(demo, people, viewport=size, java_script_enabled=script):
        width = page.locator("body").bounding_box()
        assert width is not None
        content = page.locator("html").evaluate("html => html.scrollWidth") if script else width["width"]
        if content > size["width"]:
            wide[name] = content
    assert wide == {}


def test_every_page_can_be_read_at_twice_the_size(demo: RunningBox, people: Callable[..., Page]) -> None:
    """200 % zoom on a laptop is a screen half as wide."""
    half = {"width": LAPTOP["width"] // 2, "height": LAPTOP["height"] // 2}
    wide = [
        name
        for name, page in every_page(demo, people, viewport=half)
        if page.locator("html").evaluate("html => html.scrollWidth") > half["width"]
    ]
    assert wide == []


def test_every_get_of_the_table_is_opened_or_said_to_be_no_page(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    opened = {urlsplit(page.url).path for _, page in every_page(demo, people)}
    patterns = {pattern for method, pattern in WHO_MAY if method == "GET"}
    missing = [
        pattern
        for pattern in patterns - set(NO_PAGES)
        if not any(re.fullmatch(re.sub("<[^>]+>", "[^/]+", pattern), path) for path in opened)
    ]
    assert missing == []
    assert set(NO_PAGES) <= patterns

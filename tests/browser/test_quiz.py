"""A quiz on a phone, with script and without: answers save themselves, survive a flat battery, and are graded."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningBox, join
from tests.browser.test_every_page import RULES

pytestmark = pytest.mark.browser

RIGHT = ("The LED goes dark", "A sheet of kitchen foil", "30 mA")


def start(box: RunningBox, page: Page, title: str) -> None:
    join(page, box, "Noor")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="Start").click()


def test_answers_save_themselves_and_are_still_there(demo: RunningBox, people: Callable[..., Page]) -> None:
    page = people()
    start(demo, page, "Loops and ohms")
    page.get_by_label(RIGHT[0]).check()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label(RIGHT[0])).to_be_checked()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("button", name="Hand in my answers").click()
    expect(page.get_by_text("2 of 3 still to answer")).to_be_visible()
    for answer in RIGHT[1:]:
        page.get_by_label(answer, exact=True).check()
    page.get_by_role("button", name="Hand in my answers").click()
    expect(page.get_by_role("heading", name="You have 100%")).to_be_visible()
    assert "divided by resistance" not in page.content()


def test_the_same_quiz_without_script(demo: RunningBox, people: Callable[..., Page]) -> None:
    page = people(java_script_enabled=False)
    start(demo, page, "Loops and ohms")
    page.get_by_label(RIGHT[0]).check()
    page.get_by_role("button", name="Save my answers").click()
    expect(page.get_by_label(RIGHT[0])).to_be_checked()
    for answer in ("A rubber eraser", "3 mA"):
        page.get_by_label(answer, exact=True).check()
    page.get_by_role("button", name="Hand in my answers").click()
    expect(page.get_by_role("heading", name="You have 33%")).to_be_visible()
    page.get_by_role("button", name="Try once more").click()
    for answer in RIGHT:
        page.get_by_label(answer).first.check()
    page.get_by_role("button", name="Hand in my answers").click()
    expect(page.get_by_text("divided by resistance")).to_be_visible()


def test_cards_are_turned_with_a_thumb(demo: RunningBox, people: Callable[..., Page]) -> None:
    page = people()
    start(demo, page, "Four words to know")
    for number in range(4):
        page.locator("summary").nth(number).click()
        page.get_by_label("I knew it" if number else "Again").nth(number).check()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.get_by_role("button", name="I have seen them all").click()
    expect(page.get_by_role("heading", name="You knew 75% of the cards")).to_be_visible()

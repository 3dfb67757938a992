"""A teacher removes a material, a group and a quiz, finds them on the modules page and puts them back, on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, RunningBox
from tests.browser.pages import sign_in
from tests.browser.test_modules import barriers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_what_was_removed_is_put_back_from_the_list(
    demo: RunningBox, people: Callable[..., Page], size: dict[str, int]
) -> None:
    teacher = people(viewport=size)
    sign_in(teacher, demo)
    here = f"{demo.url}/teach/class/1"
    teacher.goto(f"{here}/groups")
    teacher.get_by_label("Name").last.fill("Red table")
    teacher.locator("#new-group").locator("..").get_by_role("button").click()
    teacher.goto(f"{here}/activities")
    teacher.locator(".study-title").first.click()
    quiz = teacher.url
    title = teacher.locator("h1").inner_text()
    results = teacher.get_by_role("link", name="See the results")
    if results.count():
        results.click()
        teacher.get_by_label("Red table").check()
        teacher.get_by_role("button", name="Save the groups").click()
        expect(teacher.get_by_text("For these groups alone:")).to_be_visible()
        assert barriers(teacher) == []
    teacher.goto(quiz)
    teacher.get_by_role("button", name="Remove it all").click()
    teacher.locator("dialog").get_by_role("button", name="Remove it all").click()
    expect(teacher.get_by_role("button", name="Undo")).to_be_visible()
    teacher.goto(f"{here}/groups")
    teacher.get_by_role("button", name="Remove the group").first.click()
    teacher.locator("dialog").get_by_role("button", name="Remove the group").click()
    expect(teacher.get_by_role("button", name="Undo")).to_be_visible()
    teacher.goto(f"{here}/modules")
    teacher.locator("#module-1 .module-foot summary").click()
    teacher.locator("#module-1 .module-foot").get_by_role("button", name="Remove").click()
    teacher.locator("dialog").get_by_role("button", name="Remove").click()
    removed = teacher.locator("#removed")
    expect(removed.locator("li")).to_have_count(3)
    expect(removed).to_contain_text("30 days left")
    assert barriers(teacher) == []
    assert teacher.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for left in (2, 1, 0):
        removed.get_by_role("button", name="Put back").first.click()
        expect(teacher.locator(".notices")).to_be_visible()
        teacher.goto(f"{here}/modules")
        expect(teacher.locator("#removed li")).to_have_count(left)
    teacher.goto(quiz)
    expect(teacher.locator("h1")).to_have_text(title)

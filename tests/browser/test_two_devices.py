"""One student at two devices: the marks of both come together on both, and none is lost unseen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, RunningBox, join
from tests.browser.pages import sign_in

pytestmark = pytest.mark.browser


def self_check(teacher: Page, box: RunningBox) -> str:
    """Where a student finds it; `Neat` and `Bright` are marked from 1 on."""
    sign_in(teacher, box)
    teacher.goto(f"{box.url}/teach/class/1/modules/1/materials/new?kind=rubric")
    teacher.fill("[name=title]", "A look back")
    teacher.fill("[name=lines]", "Neat\nBright")
    teacher.get_by_role("button", name="Put it into the module").click()
    material = teacher.get_by_role("link", name="A look back").first.get_attribute("href")
    assert material is not None
    return f"{box.url}/material/{material.split('materials/')[1].split('/')[0]}"


def mark(page: Page, criterion: str, score: str) -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("group", name=criterion).get_by_label(score, exact=True).check()
    expect(page.locator("#rubric [data-part=state]")).to_have_text("Saved.")


def expect_marks(page: Page, **scores: str) -> None:
    for criterion, score in scores.items():
        expect(page.get_by_role("group", name=criterion).get_by_label(score, exact=True)).to_be_checked()


def test_marks_of_two_devices_come_together_and_none_is_replaced_unseen(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    address, tablet = self_check(people(viewport=LAPTOP), demo), people()
    join(tablet, demo, "Noor")
    phone = tablet.context.new_page()
    for page in (tablet, phone):
        page.goto(address)
    mark(tablet, "Neat", "2")
    mark(phone, "Bright", "3")
    expect_marks(phone, Neat="2", Bright="3")
    mark(tablet, "Neat", "1")
    expect_marks(tablet, Neat="1", Bright="3")
    phone.get_by_role("group", name="Neat").get_by_label("4", exact=True).check()
    expect(phone.locator(".field-error")).to_contain_text("Other marks were saved here")
    expect(phone.locator("blockquote")).to_contain_text("Neat: 1")
    expect_marks(phone, Neat="4", Bright="3")
    phone.get_by_role("button", name="Save my marks").click()
    expect(phone.get_by_text("Your marks are saved.")).to_be_visible()
    tablet.reload()
    expect_marks(tablet, Neat="4", Bright="3")

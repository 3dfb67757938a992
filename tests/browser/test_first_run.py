"""First run in a browser: six questions, then a class."""

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningBox

pytestmark = pytest.mark.browser

PASSWORD = "three brave otters"


def next_page(page: Page, button: str = "Next") -> None:
    page.get_by_role("button", name=button).click()


def set_up(page: Page, box: RunningBox) -> None:
    """Everything up to the recovery codes."""
    page.goto(box.url)
    page.fill("[name=setup_code]", "WRONG234")
    next_page(page, "Begin")
    expect(page.locator(".field-error")).to_contain_text("This isn't the setup code")
    page.fill("[name=setup_code]", box.printed(r"Setup code\s+(\S+)"))
    next_page(page, "Begin")
    page.fill("[name=school_name]", "Hill School")
    next_page(page)
    expect(page.locator("[name=timezone]")).not_to_have_value("")
    next_page(page)
    expect(page.get_by_text("Both clocks agree.")).to_be_visible()
    next_page(page, "The clock of the box is right")
    page.fill("[name=display_name]", "Ms Ada")
    page.fill("[name=username]", "ada")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=password_again]", PASSWORD)
    next_page(page)
    secret = page.locator("main code").inner_text()
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    next_page(page, "Finish")


def test_a_teacher_sets_up_the_box_and_has_a_class(new_box: RunningBox, people: Callable[..., Page]) -> None:
    page = people(timezone_id="Europe/Madrid")
    set_up(page, new_box)
    expect(page.locator(".key")).to_have_count(10)
    page.get_by_role("link", name="I have put them away safely").click()
    page.fill("[name=name]", "7B Science")
    page.get_by_role("button", name="Create the class").click()
    expect(page.get_by_role("heading", name="7B Science")).to_be_visible()
    expect(page.locator(".join-code")).to_be_visible()
    expect(page.get_by_role("link", name="Who lets it through?", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def test_a_recovery_code_lets_the_teacher_in_when_the_phone_is_gone(
    new_box: RunningBox, people: Callable[..., Page]
) -> None:
    page = people()
    set_up(page, new_box)
    code = page.locator(".key").first.inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.goto(new_box.url + "/sign-in")
    page.fill("[name=username]", "ada")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Go on to the code").click()
    page.get_by_role("link", name="use a recovery code").click()
    page.fill("[name=code]", code)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/teach")
    expect(page.get_by_text("Create your first class")).to_be_visible()

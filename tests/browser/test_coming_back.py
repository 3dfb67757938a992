"""Coming back on another phone: with pictures, by keypad, with script and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningBox, join

pytestmark = pytest.mark.browser


def return_code(page: Page, box: RunningBox) -> str:
    page.goto(f"{box.url}/student/return-code")
    return page.locator(".key-large").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_child_comes_back_by_pressing_pictures(
    demo: RunningBox, people: Callable[..., Page], script: bool
) -> None:
    first = people()
    join(first, demo, "Noor")
    code = return_code(first, demo)
    phone = people(java_script_enabled=script)
    phone.goto(f"{demo.url}/join/{demo.class_code}")
    phone.fill("[name=display_name]", "Noor")
    phone.get_by_role("button", name="Join the class").click()
    expect(phone.get_by_role("heading", name="Are you that Noor?")).to_be_visible()
    phone.get_by_text("Type it with pictures").click()
    for symbol in (*code[:3], "A", "back", *code[3:]):
        phone.locator(f"[name=press][value='{symbol}']").click()
    expect(phone.locator("[name=return_code]")).to_have_value(code)
    phone.get_by_role("button", name="Open my work").click()
    phone.wait_for_url("**/student")
    expect(phone.get_by_role("heading", name="Hello, Noor")).to_be_visible()
    assert return_code(phone, demo) == code


def test_another_of_the_same_name_goes_on_as_somebody_new(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    first, second = people(), people()
    join(first, demo, "Noor")
    second.goto(f"{demo.url}/join/{demo.class_code}")
    second.fill("[name=display_name]", "noor")
    second.keyboard.press("Enter")
    expect(second.locator("[name=display_name]")).to_have_value("noor 2")
    second.get_by_role("button", name="Go on as somebody new").click()
    second.wait_for_url("**/student")
    assert return_code(first, demo) != return_code(second, demo)


def test_enter_in_the_return_code_sends_it_and_pasted_pictures_become_letters(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    first, phone = people(), people()
    join(first, demo, "Noor")
    code = return_code(first, demo)
    pictures = first.locator("main .code-pictures").inner_text()
    phone.goto(f"{demo.url}/join/{demo.class_code}")
    phone.get_by_text("I was here before").click()
    phone.locator("[name=return_code]").fill(pictures)
    expect(phone.locator("[name=return_code]")).to_have_value(code)
    phone.locator("[name=return_code]").press("Enter")
    phone.wait_for_url("**/student")

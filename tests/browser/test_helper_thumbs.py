"""Rating an answer in a real browser: one press, the other one, the same once more; and what the teacher then reads."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, RunningBox, join
from tests.browser.pages import ask_in_lesson, sign_in

pytestmark = pytest.mark.browser


def test_a_press_says_that_it_helped_and_a_second_one_takes_it_back(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    student = people()
    join(student, demo, "Noor")
    ask_in_lesson(student, demo, "Why does a pencil let electricity through?")
    yes, no = (student.locator(".answer").get_by_role("button", name=name) for name in ("Yes", "Not yet"))
    for pressed, state in ((yes, ("true", "false")), (no, ("false", "true")), (no, ("false", "false"))):
        pressed.click()
        expect(yes).to_have_attribute("aria-pressed", state[0])
        expect(no).to_have_attribute("aria-pressed", state[1])
    yes.press("Enter")
    expect(student.locator(".answer .thumbs [role=status]")).to_have_text("Thank you.")
    teacher = people(viewport=LAPTOP)
    sign_in(teacher, demo)
    teacher.goto(f"{demo.url}/teach/class/1")
    teacher.get_by_role("link", name="1 question to the helper today").click()
    expect(teacher.get_by_text("1 of 1 ratings")).to_be_visible()
    expect(teacher.locator("main")).not_to_contain_text("Noor")
    expect(teacher.locator("main")).not_to_contain_text("pencil let")


def test_without_script_the_answer_stays_while_it_is_rated(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    student = people(java_script_enabled=False)
    join(student, demo, "Noor")
    student.goto(f"{demo.url}/course/electricity-you-can-touch/who-lets-it-through")
    student.fill("#helper-message", "Why does a pencil let electricity through?")
    student.locator("[data-part=send]").click()
    with student.expect_popup() as opened:
        student.locator(".answer").get_by_role("button", name="Not yet").click()
    expect(opened.value.get_by_text("Thank you. Your teacher sees")).to_be_visible()
    expect(student.locator(".answer")).to_be_visible()

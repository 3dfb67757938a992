"""Words and lists are answered by keyboard alone, one after the other, and read by the student."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, RunningBox, join
from tests.browser.pages import COURSE, sign_in

pytestmark = pytest.mark.browser

WORDS = "The eraser kept it in, and that was new to me."
SAID = "Well seen. Now say why."


def wrote(student: Page, box: RunningBox) -> None:
    join(student, box, "Noor")
    student.goto(f"{box.url}{COURSE}/who-lets-it-through")
    student.fill("[name=reflection_text]", WORDS)
    student.get_by_role("button", name="Save what I wrote").click()


def test_what_was_written_is_answered_by_keyboard_and_read(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    student, teacher = people(viewport=PHONE), people(viewport=LAPTOP)
    wrote(student, demo)
    sign_in(teacher, demo)
    teacher.get_by_role("link", name="2 reflections to read").click()
    teacher.get_by_role("link", name="Start with the oldest").click()
    teacher.wait_for_url("**/review/written/**", wait_until="networkidle")
    teacher.keyboard.press("j")
    expect(teacher.locator(".review-note")).to_have_text(WORDS)
    teacher.keyboard.press("s")
    teacher.keyboard.type("80")
    teacher.locator("[name=score]").blur()
    teacher.keyboard.press("c")
    teacher.keyboard.type(SAID)
    assert Axe().run(teacher).response["violations"] == []
    teacher.keyboard.press("Control+Enter")
    teacher.wait_for_url("**/review/written?**")
    student.goto(f"{demo.url}/student")
    student.get_by_role("link", name="What your teacher says 1 new").click()
    expect(student.locator(".feedback")).to_contain_text(SAID)
    expect(student.locator(".feedback")).to_contain_text("80")
    assert Axe().run(student).response["violations"] == []


def test_without_script_a_kept_comment_is_put_in_by_a_button(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    student, teacher = people(viewport=PHONE), people(viewport=PHONE, java_script_enabled=False)
    wrote(student, demo)
    sign_in(teacher, demo)
    teacher.goto(f"{demo.url}/teach/comments")
    teacher.fill("#field-saved", SAID)
    teacher.get_by_role("button", name="Keep it").click()
    teacher.goto(f"{demo.url}/teach/class/1/review/written")
    teacher.get_by_role("link", name="Noor").click()
    teacher.select_option("#saved-comment", SAID)
    teacher.get_by_role("button", name="Put it in").click()
    expect(teacher.locator("[name=comment]")).to_have_value(SAID)
    teacher.get_by_role("button", name="Return to be changed").click()
    student.goto(f"{demo.url}/student/feedback")
    student.get_by_role("link", name="Change it").click()
    expect(student.locator("[name=reflection_text]")).to_have_value(WORDS)

"""The helper beside a teacher's own text in a real browser: made, asked, cited, and asked again without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, RunningBox, join
from tests.browser.pages import sign_in

pytestmark = pytest.mark.browser

TEXT = "## Why it erupts\n\nGas in the magma makes bubbles, and the pressure grows until the plug gives way."
QUESTION = "Why does the pressure in the magma grow?"

People = Callable[..., Page]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_what_a_teacher_wrote_answers_beside_itself(demo: RunningBox, people: People, script: bool) -> None:
    teacher, student = (
        people(viewport=PHONE),
        people(viewport=PHONE, java_script_enabled=script),
    )
    sign_in(teacher, demo)
    teacher.goto(f"{demo.url}/teach/class/1/modules/1/materials/new?kind=text")
    teacher.locator("[name=title]").fill("Inside a volcano")
    teacher.locator("[name=body]").fill(TEXT)
    teacher.get_by_role("button", name="Put it into the module").click()
    teacher.wait_for_url("**/modules#material-*")
    join(student, demo, "Noor")
    student.goto(f"{demo.url}/material/{teacher.url.rpartition('-')[2]}")
    if script:
        student.locator(".helper-opener").click()
    student.get_by_label("Your question").fill(QUESTION)
    student.get_by_role("button", name="Ask", exact=True).click()
    expect(student.locator("#helper .answer").first).to_contain_text("Gas in the magma", timeout=30_000)
    expect(student.locator("#helper")).to_contain_text("Why it erupts")

"""A module that waits for its day in a browser, and reading that is said without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, RunningBox, join
from tests.browser.pages import sign_in
from tests.browser.test_modules import barriers

pytestmark = pytest.mark.browser

INTRO = "We build a lighthouse that turns by itself."
WIDTH = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def looked_at(page: Page) -> None:
    """Nothing stands out at the side, and nobody is kept out."""
    assert barriers(page) == [] and page.evaluate(WIDTH)


def lighthouse(teacher: Page, box: RunningBox) -> str:
    """A module with a text in it; its address."""
    teacher.goto(f"{box.url}/teach/class/1/modules")
    teacher.locator("#new").get_by_label("Title").fill("Lighthouse")
    teacher.get_by_role("button", name="Make the module").press("Enter")
    module = teacher.url.split("#module-")[1]
    own = f"{box.url}/teach/class/1/modules/{module}"
    teacher.goto(f"{own}/materials/new?kind=text")
    teacher.get_by_label("Title").fill("How a tower stands")
    teacher.get_by_label("Text", exact=True).fill("Foghorns are loud.")
    teacher.get_by_role("button", name="Put it into the module").press("Enter")
    return own


def test_a_teacher_dates_a_module_by_keyboard_and_a_student_sees_what_it_is_about(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    teacher, student = people(viewport=PHONE), people(viewport=PHONE)
    sign_in(teacher, demo)
    own = lighthouse(teacher, demo)
    teacher.goto(own)
    teacher.get_by_label("What it is about").fill(INTRO)
    teacher.get_by_role("button", name="Save").press("Enter")
    teacher.goto(own)
    teacher.get_by_label("Open on a day").fill("2099-03-01")
    teacher.get_by_role("button", name="Set the day").press("Enter")
    expect(teacher.get_by_text("The day is set.")).to_be_visible()
    join(student, demo, "Sam")
    stop = student.locator(".stop", has_text="Lighthouse")
    expect(stop).to_contain_text(INTRO)
    expect(stop).to_contain_text("Opens on Sunday 1 March")
    looked_at(student)
    stop.get_by_role("link", name="How a tower stands").press("Enter")
    expect(student.get_by_text("This opens on Sunday 1 March")).to_be_visible()
    assert "Foghorns" not in student.content()
    looked_at(student)
    for path in ("", "/modules", "/lessons", own.removeprefix(f"{demo.url}/teach/class/1")):
        teacher.goto(f"{demo.url}/teach/class/1{path}")
        expect(teacher.get_by_text("Opens on Sunday 1 March").first).to_be_attached()
        looked_at(teacher)


def test_reading_is_said_and_taken_back_without_script(demo: RunningBox, people: Callable[..., Page]) -> None:
    teacher, student = people(viewport=LAPTOP), people(viewport=PHONE, java_script_enabled=False)
    sign_in(teacher, demo)
    lighthouse(teacher, demo)
    join(student, demo, "Sam")
    student.locator(".stop", has_text="Lighthouse").locator("summary").click()
    student.get_by_role("link", name="How a tower stands").click()
    student.get_by_role("button", name="I have read this").press("Enter")
    expect(student.locator("#read")).to_contain_text("You have read this")
    student.goto(f"{demo.url}/student")
    expect(student.locator(".stop", has_text="Lighthouse").locator(".pill").first).to_have_text("Done")
    student.go_back()
    student.get_by_role("button", name="Not yet read after all").press("Enter")
    expect(student.get_by_role("button", name="I have read this")).to_be_visible()

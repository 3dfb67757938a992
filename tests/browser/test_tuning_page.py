"""Tuning in a real browser: tried with what is in the form, stopped, saved, and the same without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, RunningBox, add_model, join
from tests.browser.pages import COURSE, sign_in
from tests.made_models import MadeModel

pytestmark = pytest.mark.browser

QUESTION = "Why does a pencil let electricity through?"
LESSON = f"/teach/class/1/helper/tuning{COURSE.removeprefix('/course')}/who-lets-it-through"

People = Callable[..., Page]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_teacher_tries_before_saving_and_students_get_what_was_saved(
    demo: RunningBox, people: People, script: bool
) -> None:
    teacher, student = people(viewport=PHONE, java_script_enabled=script), people(viewport=PHONE)
    sign_in(teacher, demo)
    teacher.goto(demo.url + LESSON)
    teacher.get_by_label("The helper", exact=True).select_option("off")
    teacher.get_by_label("Your question, as a student").fill(f"I am ben@home.org. {QUESTION}")
    teacher.get_by_role("button", name="Ask as a student").click()
    expect(teacher.locator(".trial")).to_contain_text("[REDACTED_EMAIL]")
    expect(teacher.locator(".trial")).to_contain_text("students see none")
    expect(teacher.get_by_label("The helper", exact=True)).to_have_value("off")
    join(student, demo, "Noor")
    student.goto(demo.url + COURSE + "/who-lets-it-through")
    expect(student.locator("#helper")).to_be_attached()
    teacher.get_by_role("button", name="Save").click()
    expect(teacher.get_by_text("Saved. The next question")).to_be_visible()
    student.reload()
    expect(student.locator("#helper")).to_have_count(0)
    expect(student.get_by_text("switched the helper off for this lesson")).to_be_visible()


def test_a_try_shows_its_words_as_they_come_and_can_be_stopped(
    demo: RunningBox, people: People, endless_model: MadeModel
) -> None:
    add_model(demo, endless_model)
    teacher = people(viewport=PHONE)
    sign_in(teacher, demo)
    teacher.goto(demo.url + LESSON)
    teacher.get_by_label("Your question, as a student").fill(QUESTION)
    teacher.get_by_role("button", name="Ask as a student").click()
    expect(teacher.locator("[data-part=draft]")).to_be_visible(timeout=30_000)
    teacher.get_by_role("button", name="Stop").click()
    expect(teacher.get_by_text("You stopped it.")).to_be_visible()
    expect(teacher.get_by_role("button", name="Ask as a student")).to_be_visible()
    expect(teacher.get_by_label("Your question, as a student")).to_have_value(QUESTION)

"""From a PDF to a taken quiz: a paper becomes questions, a student takes them, the teacher has the last word."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, RunningBox, join
from tests.browser.pages import Newcomer, sign_in
from tests.made_documents import pdf, saved

pytestmark = pytest.mark.browser

PAGES = (
    "Photosynthesis is the way in which plants make sugar from water, air and light. "
    "It happens in the leaves, inside small green bodies called chloroplasts. "
    "Chlorophyll is the green dye that catches the light of the sun. "
    "Carbon dioxide is a gas that enters the leaf through tiny openings called stomata.",
    "The xylem is a bundle of fine pipes that carries water from the roots up to the leaves. "
    "The phloem is a second bundle that carries sugar down to the roots and the fruit. "
    "Transpiration is the loss of water vapour through the stomata of a leaf. "
    "A root hair is a long thin cell that drinks water from the soil.",
)
TITLE = "How a plant feeds itself"


def uploaded(teacher: Page, box: RunningBox, folder: Path) -> None:
    teacher.goto(f"{box.url}/teach/class/1/library")
    teacher.get_by_label("Title").fill(TITLE)
    teacher.get_by_label("Choose your file").set_input_files(saved(folder, "plants.pdf", pdf(*PAGES)))
    teacher.get_by_role("button", name="Upload").click()
    paper = teacher.locator(".paper", has_text=TITLE)
    expect(paper.get_by_text("Ready")).to_be_visible(timeout=60_000)


def made(teacher: Page, box: RunningBox) -> None:
    """A quiz from the class's material, one of its questions put into the teacher's own words."""
    teacher.goto(f"{box.url}/teach/class/1/activities")
    teacher.get_by_label("How many?").fill("3")
    teacher.get_by_label("Title").fill("Plants and pipes")
    teacher.get_by_role("button", name="Make it from the material").click()
    expect(teacher.get_by_role("heading", name="3 questions")).to_be_visible(timeout=60_000)
    first = teacher.locator("#items details").first
    first.locator("summary").click()
    first.get_by_label("Question").fill("Which pipes carry water up to the leaves?")
    first.get_by_role("button", name="Save").click()
    expect(teacher.locator("#items summary").first).to_have_text("Which pipes carry water up to the leaves?")


def given(teacher: Page) -> None:
    teacher.get_by_role("button", name="Publish it").click()
    teacher.get_by_label("Due").fill("2030-06-30T12:00")
    teacher.get_by_role("button", name="Give it to the class").click()
    expect(teacher.get_by_role("heading", name="Who has done it")).to_be_visible()


def taken(student: Page, box: RunningBox) -> None:
    join(student, box, "Noor")
    student.get_by_role("link", name="Plants and pipes").click()
    student.get_by_role("button", name="Start").click()
    for number in range(3):
        student.locator("fieldset").nth(number).get_by_role("radio").first.check()
    student.get_by_role("button", name="Hand in my answers").click()
    expect(student.get_by_role("heading", name="You have")).to_be_visible()


def reviewed(teacher: Page) -> None:
    teacher.reload()
    teacher.get_by_role("link", name="Noor").click()
    teacher.get_by_label("Score in percent").fill("90")
    teacher.get_by_role("textbox", name="Comment").fill("You explained it well aloud.")
    teacher.get_by_role("button", name="Send the review").click()


def test_a_paper_becomes_a_quiz_that_is_taken_and_reviewed(
    demo: RunningBox, people: Newcomer, tmp_path: Path
) -> None:
    teacher, student = people(viewport=LAPTOP), people(viewport=PHONE)
    sign_in(teacher, demo)
    uploaded(teacher, demo, tmp_path)
    made(teacher, demo)
    given(teacher)
    taken(student, demo)
    reviewed(teacher)
    student.reload()
    expect(student.get_by_text("You explained it well aloud.")).to_be_visible()
    expect(student.get_by_text("90%").first).to_be_visible()
    teacher.goto(f"{demo.url}/teach/class/1/insights")
    expect(teacher.get_by_text("Noor").first).to_be_visible()

"""A teacher gives the class a paper: it is sent with a bar, read while one waits, and removed after a question."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RunningBox
from tests.browser.pages import Newcomer, sign_in
from tests.made_documents import LEAVES, ROOTS, pdf, saved

pytestmark = pytest.mark.browser
PAPERS = "/teach/class/1/library"


def test_a_paper_becomes_ready_while_the_teacher_watches(
    demo: RunningBox, people: Newcomer, tmp_path: Path
) -> None:
    pages = [f"{LEAVES} This is page {number} of a long paper about plants." for number in range(1, 201)]
    teacher = people()
    sign_in(teacher, demo)
    teacher.goto(demo.url + PAPERS)
    teacher.get_by_label("Title").fill("All about plants")
    teacher.get_by_label("Choose your file").set_input_files(
        saved(tmp_path, "plants.pdf", pdf(*pages, ROOTS))
    )
    teacher.get_by_role("button", name="Upload").click()
    paper = teacher.locator(".paper", has_text="All about plants")
    expect(paper.get_by_text("Waiting").or_(paper.get_by_text("Being read"))).to_be_visible()
    # Nobody presses anything: the list looks for itself.
    expect(paper.get_by_text("Ready")).to_be_visible(timeout=60_000)
    expect(paper.get_by_text("201 pages")).to_be_visible()
    paper.get_by_role("link", name="All about plants").click()
    expect(teacher.get_by_text(LEAVES).first).to_be_visible()
    teacher.go_back()
    paper.get_by_role("button", name="Remove").click()
    teacher.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(teacher.get_by_text("The paper is removed.")).to_be_visible()
    expect(teacher.locator(".paper", has_text="All about plants")).to_have_count(0)

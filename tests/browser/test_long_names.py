"""What somebody calls a file or themselves is as long as it likes: no page grows wider than the phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, RunningBox, join
from tests.browser.pages import COURSE, sign_in

pytestmark = pytest.mark.browser

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20
FILE = "IMG_20260413_093344_HDR_EFFECTS_with_a_very_long_name_from_a_phone.png"
NAME = "Wolfeschlegelsteinhausenbergerdorffvonaltenburg"


def test_a_long_name_of_a_file_and_of_a_student_stay_on_a_phone(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    student, teacher = people(java_script_enabled=False), people(viewport=PHONE)
    join(student, demo, NAME)
    student.goto(f"{demo.url}{COURSE}/who-lets-it-through")
    student.locator("#hand-in input[type=file]").first.set_input_files(
        {"name": FILE, "mimeType": "image/png", "buffer": PNG}
    )
    student.get_by_role("button", name="Hand it in").click()
    sign_in(teacher, demo)
    for address in (
        "/teach/class/1/review",
        "/teach/class/1/outcomes",
        "/teach/class/1/assignments/1",
        "/teach/class/1/roster",
    ):
        teacher.goto(demo.url + address)
        assert width(teacher) <= PHONE["width"], address
    teacher.goto(f"{demo.url}/teach/class/1/review")
    teacher.get_by_role("link", name=NAME).first.click()
    teacher.get_by_role("heading", name=FILE).wait_for()
    assert width(teacher) <= PHONE["width"]


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found

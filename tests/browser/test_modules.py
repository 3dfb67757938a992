"""Modules in a browser: moved by dragging and by buttons, undone, and their materials without a barrier for anybody."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, RunningBox, join
from tests.browser.pages import sign_in
from tests.browser.test_every_page import RULES

pytestmark = pytest.mark.browser

LINES = "Close the loop\nOpen it again"
KINDS: dict[str, dict[str, str]] = {
    "link": {"url": "https://example.org/lamps"},
    "text": {"body": "## How to begin\n\nTake a battery."},
    "checklist": {"lines": LINES},
    "reflection": {"body": "What surprised you?"},
    "rubric": {"lines": LINES},
    "upload": {},
}


def titles(page: Page) -> list[str]:
    return page.locator(".module h2").all_inner_texts()


def barriers(page: Page) -> list[str]:
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    return [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]]


def test_a_module_is_dragged_moved_by_buttons_removed_and_brought_back(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    # Tall enough that nothing scrolls between taking a module up and putting it down.
    teacher = people(viewport={"width": LAPTOP["width"], "height": 2400})
    sign_in(teacher, demo)
    teacher.goto(f"{demo.url}/teach/class/1/modules")
    before = titles(teacher)
    teacher.locator("#module-2 h2").drag_to(teacher.locator("#module-1 h2"), target_position={"x": 5, "y": 2})
    expect(teacher.locator(".module h2").first).to_have_text(before[1])
    assert titles(teacher) == [before[1], before[0], *before[2:]]
    teacher.locator("#module-2 .module-foot summary").click()
    teacher.locator("#module-2 .module-foot").get_by_role("button", name="Down").press("Enter")
    expect(teacher.locator(".module h2").first).to_have_text(before[0])
    assert titles(teacher) == before
    teacher.locator("#module-1 .module-foot summary").click()
    teacher.locator("#module-1 .module-foot").get_by_role("button", name="Remove").click()
    teacher.locator("dialog").get_by_role("button", name="Remove").click()
    teacher.get_by_role("button", name="Undo").click()
    expect(teacher.locator(".module h2").first).to_have_text(before[0])
    assert titles(teacher) == before


def test_a_module_let_go_beside_the_road_stands_where_it_stood(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    teacher = people(viewport={"width": LAPTOP["width"], "height": 2400})
    sign_in(teacher, demo)
    teacher.goto(f"{demo.url}/teach/class/1/modules")
    before = titles(teacher)
    teacher.locator("#module-2 h2").hover()
    teacher.mouse.down()
    teacher.locator("#module-1 h2").hover(position={"x": 5, "y": 2})
    teacher.locator("#module-1 h2").hover(position={"x": 6, "y": 2})
    expect(teacher.locator(".module h2").first).to_have_text(before[1])
    teacher.locator("h1").hover()
    teacher.locator("h1").hover(position={"x": 2, "y": 2})
    teacher.mouse.up()
    expect(teacher.locator(".module h2").first).to_have_text(before[0])
    assert titles(teacher) == before


def test_what_did_not_go_out_is_asked_about_again(demo: RunningBox, people: Callable[..., Page]) -> None:
    teacher = people()
    sign_in(teacher, demo)
    teacher.goto(f"{demo.url}/teach/class/1/modules")
    teacher.route("**/remove", lambda route: route.fulfill(status=204))
    teacher.locator("#module-1 .module-foot summary").click()
    for _press in range(2):
        teacher.locator("#module-1 .module-foot").get_by_role("button", name="Remove").click()
        with teacher.expect_request("**/remove"):
            teacher.locator("dialog").get_by_role("button", name="Remove").click()


def test_a_material_of_every_kind_is_made_and_done_without_script_and_without_a_barrier(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    teacher, student = people(java_script_enabled=False), people()
    sign_in(teacher, demo)
    for kind, fields in KINDS.items():
        teacher.goto(f"{demo.url}/teach/class/1/modules")
        teacher.select_option("#kind-1", kind)
        teacher.locator("#module-1").get_by_role("button", name="Add").click()
        teacher.get_by_label("Title").fill(f"My {kind}")
        for name, text in fields.items():
            teacher.fill(f"[name={name}]", text)
        teacher.get_by_role("button", name="Put it into the module").click()
        teacher.wait_for_url("**/modules#material-*")
    join(student, demo, "Noor")
    assert barriers(student) == []
    for kind in KINDS:
        student.goto(f"{demo.url}/student")
        student.get_by_role("link", name=f"My {kind}").first.click()
        expect(student.get_by_role("heading", level=1)).to_have_text(f"My {kind}")
        assert barriers(student) == [], kind
    script = people(storage_state=teacher.context.storage_state())
    for path in ("modules", "lessons"):
        script.goto(f"{demo.url}/teach/class/1/{path}")
        assert barriers(script) == [], path

"""Several videos and files at once: a bar for each, one that fails stops no other; dragged in, and without script."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.conftest import LAPTOP, PHONE, RunningBox
from tests.browser.pages import sign_in
from tests.browser.test_every_page import RULES

pytestmark = pytest.mark.browser
MEDIA = "/teach/class/1/media"
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20000
DROP = """
(target, names) => {
  const files = new DataTransfer();
  const bytes = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 1, 2, 3]);
  for (const name of names) files.items.add(new File([bytes], name, { type: "image/png" }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
  }
}
"""


def file(name: str, content: bytes = PNG) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def button(page: Page, name: str = "Upload") -> None:
    page.locator("#upload").get_by_role("button", name=name, exact=True).click()


def barriers(page: Page) -> list[str]:
    return [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]]


@pytest.mark.parametrize("screen", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_one_that_fails_stops_no_other(
    demo: RunningBox, people: Callable[..., Page], screen: dict[str, int], tmp_path: Path
) -> None:
    teacher = people(viewport=screen)
    sign_in(teacher, demo)
    teacher.goto(demo.url + MEDIA)
    teacher.set_input_files("#upload-file", [file("a.png"), file("fake.mp4"), file("c.png")])
    button(teacher)
    rows = teacher.locator(".upload-file")
    expect(teacher.get_by_text("2 of 3 files are on the box.")).to_be_visible()
    assert [row.get_attribute("data-state") for row in rows.all()] == ["done", "refused", "done"]
    expect(rows.nth(1)).to_contain_text("doesn't fit its name")
    expect(teacher.locator("#upload").get_by_role("button", name="Upload", exact=True)).to_be_focused()
    assert barriers(teacher) == []
    assert teacher.locator("html").evaluate("html => html.scrollWidth") <= screen["width"]
    teacher.locator("#upload").screenshot(path=tmp_path / "some.png")
    teacher.get_by_role("link", name="See what is on the box").click()
    expect(teacher.locator(".media-item")).to_have_count(2)


def test_all_of_them_chosen_and_sent_with_the_keyboard(demo: RunningBox, people: Callable[..., Page]) -> None:
    teacher = people(viewport=LAPTOP)
    sign_in(teacher, demo)
    teacher.goto(demo.url + MEDIA)
    with teacher.expect_file_chooser() as chooser:
        teacher.locator("#upload-file").focus()
        teacher.keyboard.press("Enter")
    assert chooser.value.is_multiple()
    chooser.value.set_files([file("a.png"), file("b.png")])
    teacher.locator("#upload").get_by_role("button", name="Upload", exact=True).focus()
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_text("The files are on the box.")).to_be_visible()
    expect(teacher.locator(".media-item")).to_have_count(2)


def test_files_are_dragged_in(demo: RunningBox, people: Callable[..., Page]) -> None:
    teacher = people(viewport=LAPTOP)
    sign_in(teacher, demo)
    teacher.goto(demo.url + MEDIA)
    teacher.locator(".upload-drop").evaluate(DROP, ["one.png", "two.png"])
    assert teacher.locator("#upload-file").evaluate("input => input.files.length") == 2
    expect(teacher.locator(".upload-drop")).not_to_have_attribute("data-over", "")
    button(teacher)
    expect(teacher.locator(".media-item")).to_have_count(2)


def test_what_the_wifi_lost_and_what_was_stopped_stays_chosen(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    teacher = people()
    sign_in(teacher, demo)
    teacher.goto(demo.url + MEDIA)
    held: list[Route] = []

    def shaky(route: Route) -> None:
        if len(held) < 2:
            held.append(route)
            if len(held) == 1:
                route.abort("connectionreset")
        else:
            route.continue_()

    teacher.route(
        lambda url: url.endswith(MEDIA),
        lambda route: shaky(route) if route.request.method == "POST" else route.continue_(),
    )
    teacher.set_input_files("#upload-file", [file("a.png"), file("b.png"), file("c.png")])
    button(teacher)
    expect(teacher.get_by_text("Sending file 2 of 3.")).to_be_visible()
    button(teacher, "Stop sending")
    expect(teacher.get_by_text("0 of 3 files are on the box.")).to_be_visible()
    rows = teacher.locator(".upload-file")
    expect(rows.nth(0)).to_contain_text("The file did not arrive.")
    for at in (1, 2):
        expect(rows.nth(at)).to_contain_text("Not sent. It is still chosen here.")
    button(teacher)
    expect(teacher.locator(".media-item")).to_have_count(3)


def test_without_script_they_go_together(demo: RunningBox, people: Callable[..., Page]) -> None:
    teacher = people(java_script_enabled=False)
    sign_in(teacher, demo)
    teacher.goto(demo.url + MEDIA)
    teacher.set_input_files("#upload-file", [file("a.png"), file("fake.mp4"), file("c.png")])
    button(teacher)
    expect(teacher.get_by_text("2 of 3 files are on the box.")).to_be_visible()
    expect(teacher.locator(".upload-file")).to_contain_text(["fake.mp4"])
    expect(teacher.locator(".media-item")).to_have_count(2)

"""A student's whole road: by keyboard, without script, through a Wi-Fi that goes, and with work that came back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, RunningBox, join
from tests.browser.pages import sign_in
from tests.browser.school_day import press_by_keyboard, to_the_class

pytestmark = pytest.mark.browser
LESSON = "/course/electricity-you-can-touch/a-circle-makes-light"
WORDS = "#reflection textarea"
STATE = "#reflection [data-part=state]"
WAITING = "Not saved yet"


def at_the_reflection(page: Page, box: RunningBox) -> None:
    join(page, box, "Noor")
    page.goto(box.url + LESSON)


def test_what_is_typed_while_the_wifi_is_gone_waits_and_is_saved(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    page = people()
    at_the_reflection(page, demo)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.fill(WORDS, "It has no way home.")
    page.get_by_role("button", name="Save what I wrote").click()
    expect(page.locator(STATE)).to_contain_text(WAITING)
    expect(page.locator(WORDS)).to_have_value("It has no way home.")
    page.context.set_offline(False)
    expect(page.locator(STATE)).to_have_text("Saved.")
    expect(page.locator("#reflection .pill")).to_have_text("Done")
    page.reload()
    expect(page.locator(WORDS)).to_have_value("It has no way home.")


def test_a_page_that_is_loaded_again_puts_back_what_was_not_saved(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    page = people()
    page.on("dialog", lambda dialog: dialog.accept())
    at_the_reflection(page, demo)
    page.route("**/reflection", lambda route: route.abort())
    page.locator(WORDS).press_sequentially("The loop is open.")
    expect(page.locator(STATE)).to_contain_text(WAITING)
    page.reload()
    expect(page.locator(WORDS)).to_have_value("The loop is open.")
    expect(page.locator(STATE)).to_contain_text(WAITING)
    page.unroute("**/reflection")
    expect(page.locator(STATE)).to_have_text("Saved.")


def test_the_last_letters_before_leaving_are_saved(demo: RunningBox, people: Callable[..., Page]) -> None:
    page = people()
    at_the_reflection(page, demo)
    page.locator(WORDS).press_sequentially("Gone at once.")
    to_the_class(page)
    page.goto(demo.url + LESSON)
    expect(page.locator(WORDS)).to_have_value("Gone at once.")


def test_ticks_show_at_once_how_many_there_are(demo: RunningBox, people: Callable[..., Page]) -> None:
    page = people()
    at_the_reflection(page, demo)
    for box in page.locator("#checklist input[type=checkbox]").all():
        box.check()
    expect(page.locator("#checklist .pill")).to_have_text("4 of 4")
    expect(page.locator("#checklist")).to_have_attribute("data-state", "done")


def test_the_road_is_walked_by_keyboard_alone(demo: RunningBox, people: Callable[..., Page]) -> None:
    page = people(viewport=LAPTOP)
    page.goto(f"{demo.url}/join/{demo.class_code}")
    page.locator("[name=display_name]").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Noor")
    press_by_keyboard(page, page.get_by_role("button", name="Join the class"))
    page.wait_for_url("**/student")
    press_by_keyboard(page, page.get_by_role("link", name="Start the lesson"))
    page.wait_for_url(f"**{LESSON}")
    reach(page, "#checklist input[type=checkbox]")
    page.keyboard.press("Space")
    expect(page.locator("#checklist .pill")).to_have_text("1 of 4")
    reach(page, WORDS)
    page.keyboard.type("It has to close.")
    press_by_keyboard(page, page.get_by_role("button", name="Save what I wrote"))
    expect(page.locator(STATE)).to_have_text("Saved.")
    reach(page, "#helper-message")
    page.keyboard.type("Why is it dark?")
    page.keyboard.press("Enter")
    expect(page.locator(".answer .cite").first).to_be_visible(timeout=20_000)
    page.goto(f"{demo.url}/student/study/1")
    press_by_keyboard(page, page.get_by_role("button", name="Start"))
    page.wait_for_selector(".study-form")
    for _ in range(3):
        page.keyboard.press("Tab")
    reach(page, ".study-form input[type=radio]")
    page.keyboard.press("Space")
    expect(page.locator(".study-form [data-part=state]")).to_have_text("Saved.")


def reach(page: Page, selector: str) -> None:
    for _ in range(80):
        if page.locator(selector).first.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} can't be reached")


def test_the_road_is_walked_without_script(
    demo: RunningBox, people: Callable[..., Page], tmp_path: Path
) -> None:
    page = people(java_script_enabled=False)
    join(page, demo, "Noor")
    page.get_by_role("link", name="Start the lesson").click()
    page.locator("#checklist input[type=checkbox]").first.check()
    page.get_by_role("button", name="Save my ticks").click()
    expect(page.locator("#checklist .pill")).to_have_text("1 of 4")
    page.fill(WORDS, "It has to close.")
    page.get_by_role("button", name="Save what I wrote").click()
    expect(page.locator("#reflection .pill")).to_have_text("Done")
    Image.new("RGB", (300, 200), "orange").save(tmp_path / "loop.png")
    page.fill("#hand-in-note", "Mine")
    page.set_input_files("#hand-in-file", tmp_path / "loop.png")
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("#hand-in .handed-in")).to_contain_text("loop.png")
    page.fill("#helper-message", "Why is it dark?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".answer").first).to_be_visible(timeout=20_000)
    to_the_class(page)
    page.get_by_role("button", name="I have read it").click()
    expect(page.get_by_text("Read", exact=True)).to_be_visible()
    page.goto(f"{demo.url}/student/my-data")
    page.get_by_role("button", name="Leave the class on this device").click()
    expect(page.get_by_text("You have left the class on this device.")).to_be_visible()


def test_work_that_came_back_stands_first_with_the_teachers_words_beside_it(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    noor, ada = people(), people(viewport=LAPTOP)
    at_the_reflection(noor, demo)
    noor.fill(WORDS, "Because.")
    noor.get_by_role("button", name="Save what I wrote").click()
    expect(noor.locator(STATE)).to_have_text("Saved.")
    sign_in(ada, demo)
    ada.goto(f"{demo.url}/teach/class/1/review/written?pile=words&show=waiting")
    ada.get_by_role("link", name="Noor").first.click()
    ada.locator("[name=comment]").fill("Because of what?")
    ada.get_by_role("button", name="Return").click()
    to_the_class(noor)
    due = noor.locator("#due .road-line").first
    expect(due).to_contain_text("Once more, please")
    due.get_by_role("link").click()
    expect(noor.locator("#reflection")).to_contain_text("Because of what?")
    expect(noor.locator("#reflection .pill")).to_have_text("Once more, please")
    noor.fill(WORDS, "Because the loop is open.")
    noor.get_by_role("button", name="Save what I wrote").click()
    expect(noor.locator("#reflection .work-head .pill")).to_have_text("Done")
    to_the_class(noor)
    expect(noor.locator("#due")).to_have_count(0)

"""The helper's panel in a real browser: an old page, a reload, the place in line, stopping and leaving."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from appliance.helper import scope
from appliance.storage.secrets import load_or_make
from tests.browser.conftest import LAPTOP, RunningBox, add_model, join, start_box, wait_for
from tests.browser.pages import sign_in
from tests.made_models import MadeModel

pytestmark = pytest.mark.browser

COURSE, LESSON = "electricity-you-can-touch", "who-lets-it-through"
ADDRESS = f"/course/{COURSE}/{LESSON}"
QUESTION = "Why does a pencil let electricity through?"
KNOWS_NOTHING = "Tell me a little more"

People = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    page.fill("#helper-message", question)
    page.locator("[data-part=send]").click()


def student(people: People, box: RunningBox, name: str = "Noor") -> Page:
    page = people(viewport=LAPTOP)
    join(page, box, name)
    page.goto(box.url + ADDRESS)
    return page


def grow_old(page: Page, box: RunningBox) -> str:
    """The page's token, as if it had been drawn three hours ago."""
    old = scope.sign(
        load_or_make(box.data / "secrets").scope,
        scope.Scope(1, COURSE, LESSON, "student"),
        time.time() - 3 * 3600,
    )
    page.evaluate("token => { document.querySelector('form.helper-form').scope_token.value = token }", old)
    return old


def queue(box: RunningBox) -> dict[str, int]:
    return dict(httpx.get(f"{box.url}/helper/healthz").json()["queue"])


def test_a_page_that_was_open_too_long_asks_again_by_itself(demo: RunningBox, people: People) -> None:
    page = student(people, demo)
    old = grow_old(page, demo)
    ask(page, QUESTION)
    expect(page.locator(".answer").last).to_contain_text("graphite")
    expect(page.locator(".question")).to_have_count(1)
    expect(page.locator("#helper-error")).to_be_hidden()
    assert page.locator("form.helper-form [name=scope_token]").input_value() != old


def lock(teacher: Page, box: RunningBox) -> None:
    sign_in(teacher, box)
    teacher.goto(f"{box.url}/teach/class/1")
    stop = teacher.locator("#lessons li").filter(has=teacher.locator(f'a[href="{ADDRESS}"]'))
    stop.get_by_role("button", name="Lock this lesson").click()
    expect(stop.get_by_role("button", name="Open this lesson")).to_be_visible()


def test_a_lesson_that_was_locked_meanwhile_says_so_and_keeps_the_question(
    demo: RunningBox, people: People
) -> None:
    page = student(people, demo)
    lock(people(), demo)
    ask(page, QUESTION)
    expect(page.locator("#helper-error")).to_contain_text("closed right now")
    expect(page.locator("#helper-message")).to_have_value(QUESTION)


def test_the_helper_still_knows_after_a_reload_what_was_asked(demo: RunningBox, people: People) -> None:
    page = student(people, demo)
    ask(page, QUESTION)
    expect(page.locator(".answer").last).to_contain_text("graphite")
    page.reload()
    ask(page, "and why is that?")
    expect(page.locator(".answer .passage, .answer .cite").first).to_be_visible()
    expect(page.locator(".answer").last).not_to_contain_text(KNOWS_NOTHING)
    page.get_by_role("button", name="Start again").click()
    ask(page, "and why is that?")
    expect(page.locator(".answer").last).to_contain_text(KNOWS_NOTHING)


def test_another_tab_has_a_conversation_of_its_own(demo: RunningBox, people: People) -> None:
    page = student(people, demo)
    ask(page, QUESTION)
    expect(page.locator(".answer").last).to_contain_text("graphite")
    other = page.context.new_page()
    other.goto(demo.url + ADDRESS)
    ask(other, "and why is that?")
    expect(other.locator(".answer").last).to_contain_text(KNOWS_NOTHING)


def test_the_place_in_line_is_shown_and_stopping_or_leaving_frees_the_slot_at_once(
    demo: RunningBox, people: People, endless_model: MadeModel
) -> None:
    add_model(demo, endless_model)
    slots = queue(demo)["slots"]
    pages = [student(people, demo, f"Noor {number}") for number in range(slots + 1)]
    for page in pages[:slots]:
        ask(page, QUESTION)
    wait_for(lambda: queue(demo)["running"] == slots, "not all of them are written")
    ask(pages[slots], QUESTION)
    place = pages[slots].locator("[data-part=place]")
    expect(place).to_contain_text("starts in")
    pages[0].locator("[data-part=stop]").click()
    expect(pages[0].locator(".answer").last).to_contain_text("You stopped this answer.")
    expect(place).not_to_contain_text("starts in")
    wait_for(lambda: queue(demo)["waiting"] == 0, "the one who waited did not get the slot", 5)
    for page in pages[1:]:
        page.goto("about:blank")
    wait_for(lambda: queue(demo)["running"] == 0, "leaving did not free the slots", 5)


@pytest.fixture
def citing(tmp_path: Path) -> Iterator[RunningBox]:
    """A demo class whose model always says the same, with a place in the lesson."""
    said = {
        "HELPER_LLM_BACKEND": "mock",
        "HELPER_MOCK_RESPONSE_TEXT": "Look at its core [L1]. What is it made of?",
    }
    box = start_box(tmp_path, "--demo", **said)
    yield box
    box.stop()


@pytest.mark.parametrize("script", [True, False])
def test_a_classmate_reads_the_shared_answer_and_may_ask_anyway(
    citing: RunningBox, people: People, script: bool
) -> None:
    ask(student(people, citing), QUESTION)
    wait_for(lambda: queue(citing)["running"] == 0, "still writing")
    page = people(java_script_enabled=script)
    join(page, citing, "Chi")
    page.goto(f"{citing.url}{ADDRESS}#helper")
    ask(page, "why do pencils let electricity through?")
    answer = page.locator(".answer").last
    expect(answer).to_contain_text("Somebody in your class asked nearly the same")
    expect(answer).to_contain_text("Look at its core")
    page.get_by_role("button", name="Ask anyway").click()
    expect(page.get_by_role("button", name="Ask anyway")).to_have_count(0)
    expect(page.locator(".answer").last).to_contain_text("Look at its core")
    expect(page.locator(".answer").last).not_to_contain_text("Somebody in your class")


def test_a_long_answer_is_read_from_its_question_on(demo: RunningBox, people: People) -> None:
    page = people()
    join(page, demo, "Noor")
    page.goto(demo.url + ADDRESS)
    page.locator(".helper-opener").click()
    ask(page, QUESTION)
    expect(page.locator(".answer .thumbs")).to_be_attached()
    log = page.locator(".helper-log")
    assert log.evaluate("log => log.scrollHeight > log.clientHeight")
    expect(page.locator(".question").last).to_be_in_viewport(ratio=1)

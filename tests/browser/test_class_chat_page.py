"""The class chat in a real browser: asked, answered with its place, kept, and read by the teacher."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, RunningBox, join
from tests.browser.pages import new_chat, sign_in

pytestmark = pytest.mark.browser

QUESTION = "Why does a pencil let electricity through?"

People = Callable[..., Page]


def test_a_question_is_answered_kept_and_read_by_the_teacher(demo: RunningBox, people: People) -> None:
    page = people(viewport=PHONE)
    join(page, demo, "Noor")
    new_chat(page, demo)
    page.fill("#helper-message", QUESTION)
    page.locator("[data-part=send]").click()
    answer = page.locator(".answer").last
    expect(answer).to_contain_text("graphite")
    answer.locator("button.cite").first.click()
    expect(answer.locator(".passage").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    expect(page.locator(".answer")).to_contain_text("graphite")
    teacher = people()
    sign_in(teacher, demo)
    teacher.goto(f"{demo.url}/teach/class/1/chats")
    teacher.get_by_role("link", name=QUESTION).click()
    expect(teacher.locator(".answer")).to_contain_text("graphite")
    expect(teacher.locator("textarea")).to_have_count(0)


def test_without_script_the_chat_is_the_same_with_a_form(demo: RunningBox, people: People) -> None:
    page = people(viewport=PHONE, java_script_enabled=False)
    join(page, demo, "Noor")
    new_chat(page, demo)
    page.fill("#helper-message", QUESTION)
    page.locator("[data-part=send]").click()
    expect(page.locator(".answer")).to_contain_text("graphite")

"""The road that the box exists for: a second browser joins, reads, asks, and hands in."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, RunningBox, add_model, join
from tests.browser.shaky_line import ShakyLine
from tests.made_models import MadeModel

pytestmark = pytest.mark.browser

LESSON_2 = "/course/electricity-you-can-touch/who-lets-it-through"
QUESTION = "Why does a pencil let electricity through?"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)

People = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    page.fill("#helper-message", question)
    page.locator("[data-part=send]").click()


def student_at_lesson_2(people: People, box: RunningBox) -> Page:
    page = people(viewport=LAPTOP)
    join(page, box, "Noor")
    page.goto(box.url + LESSON_2)
    return page


def test_a_second_browser_joins_and_the_lesson_answers_with_a_citation_that_opens(
    demo: RunningBox, people: People
) -> None:
    page = student_at_lesson_2(people, demo)
    ask(page, QUESTION)
    answer = page.locator(".answer").last
    expect(answer).to_contain_text("graphite")
    answer.locator("button.cite").first.click()
    passage = answer.locator(".passage").first
    expect(passage).to_be_visible()
    link = passage.get_by_role("link")
    anchor = (link.get_attribute("href") or "").split("#")[1]
    link.click()
    expect(page.locator(f"#{anchor}")).to_be_in_viewport()
    expect(answer.locator(".follow-up")).to_have_count(3)


def test_a_chat_model_put_in_place_streams_its_answer(
    demo: RunningBox, people: People, tiny_model: MadeModel
) -> None:
    page = student_at_lesson_2(people, demo)
    add_model(demo, tiny_model)
    ask(page, QUESTION)
    answer = page.locator(".answer").last
    expect(answer).to_contain_text("When the loop is broken anywhere")
    expect(answer.locator(".cite").first).to_be_visible()


def test_killing_the_engine_in_the_middle_of_an_answer_still_ends_in_an_answer(
    demo: RunningBox, people: People, endless_model: MadeModel
) -> None:
    page = student_at_lesson_2(people, demo)
    add_model(demo, endless_model)
    ask(page, QUESTION)
    page.locator("[data-part=stop]").wait_for(state="visible")
    os.kill(demo.engine_pid(), signal.SIGKILL)
    expect(page.locator(".answer").last).to_contain_text("graphite")
    expect(page.locator("[data-part=send]")).to_be_visible()


def test_stop_ends_an_answer_and_the_next_question_is_answered(
    demo: RunningBox, people: People, endless_model: MadeModel
) -> None:
    page = student_at_lesson_2(people, demo)
    add_model(demo, endless_model)
    ask(page, QUESTION)
    page.locator("[data-part=stop]").click()
    expect(page.locator("[data-part=send]")).to_be_visible()
    demo.chalkbox("models", "use", "none")


def test_work_is_saved_as_it_is_done(demo: RunningBox, people: People, tmp_path: Path) -> None:
    page = student_at_lesson_2(people, demo)
    page.locator("#checklist input[type=checkbox]").first.check()
    expect(page.locator("#checklist [data-part=state]")).to_have_text("Saved.")
    page.fill("#reflection textarea", "Graphite is the odd one out.")
    page.get_by_role("button", name="Save what I wrote").click()
    expect(page.locator("#reflection [data-part=state]")).to_have_text("Saved.")
    picture = tmp_path / "tester.png"
    picture.write_bytes(PNG)
    page.set_input_files("#hand-in input[type=file]", picture)
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("#hand-in .handed-in")).to_contain_text("tester.png")
    page.reload()
    expect(page.locator("#checklist input[type=checkbox]").first).to_be_checked()
    expect(page.locator("#reflection textarea")).to_have_value("Graphite is the odd one out.")


def test_a_program_called_picture_is_refused_with_a_sentence(
    demo: RunningBox, people: People, tmp_path: Path
) -> None:
    page = student_at_lesson_2(people, demo)
    program = tmp_path / "holiday.png"
    program.write_bytes(b"MZ" + b"\x00" * 2000)
    page.set_input_files("#hand-in input[type=file]", program)
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("#hand-in-error")).to_contain_text("This is a program")


def test_everything_works_without_script(demo: RunningBox, people: People, tmp_path: Path) -> None:
    page = people(java_script_enabled=False)
    join(page, demo, "Sam")
    page.goto(demo.url + LESSON_2)
    page.fill("#helper-message", QUESTION)
    page.locator("[data-part=send]").click()
    expect(page.locator(".answer")).to_contain_text("graphite")
    page.locator("#checklist input[type=checkbox]").first.check()
    page.get_by_role("button", name="Save my ticks").click()
    expect(page.locator("#checklist input[type=checkbox]").first).to_be_checked()
    picture = tmp_path / "tester.png"
    picture.write_bytes(PNG)
    page.set_input_files("#hand-in input[type=file]", picture)
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("#hand-in .handed-in")).to_contain_text("tester.png")


def test_an_answer_goes_on_after_the_connection_was_lost(
    demo: RunningBox, people: People, endless_model: MadeModel
) -> None:
    add_model(demo, endless_model)
    with ShakyLine(demo.url) as shaky:
        page = people(viewport=LAPTOP)
        join(page, replace(demo, url=shaky.url), "Noor")
        # Whoever is quicker than the script is answered in a page of its own.
        page.goto(shaky.url + LESSON_2, wait_until="networkidle")
        tries: list[str] = []
        page.on("request", lambda request: tries.append(request.url) if "/chat" in request.url else None)
        ask(page, QUESTION)
        page.wait_for_function(
            "() => document.querySelector('.answer-text')?.innerText.length > 0", polling=20, timeout=60_000
        )
        shaky.break_off()
        expect(page.locator(".answer .follow-up")).to_have_count(3, timeout=60_000)
        expect(page.locator("#helper-error")).to_be_hidden()
        assert len(tries) > 1, "the connection was not lost, or nobody came back"
    demo.chalkbox("models", "use", "none")

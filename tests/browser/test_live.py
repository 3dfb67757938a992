"""The live view in a browser: a hand goes up and down without anybody loading a page; a lesson's video plays."""

import base64
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, RunningBox, join
from tests.browser.pages import COURSE, sign_in
from tests.browser.test_every_page import RULES

pytestmark = pytest.mark.browser

LESSON = f"{COURSE}/who-lets-it-through"
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello.\n"
# A film of a second, made by the browser itself.
RECORD = """async () => {
  const canvas = document.createElement('canvas');
  const drawing = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm' });
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  const ended = new Promise((go) => { recorder.onstop = go; });
  recorder.start();
  for (let step = 0; step < 10; step += 1) {
    drawing.fillStyle = `hsl(${step * 36} 80% 50%)`;
    drawing.fillRect(0, 0, 300, 150);
    await new Promise((go) => setTimeout(go, 100));
  }
  recorder.stop();
  await ended;
  return btoa(String.fromCharCode(...new Uint8Array(await new Blob(pieces).arrayBuffer())));
}"""
PLAYED = """async (video) => {
  video.muted = true;
  await video.play();
  await new Promise((go) => { video.ontimeupdate = () => { if (video.currentTime > 0.1) go(); }; });
  return video.textTracks[0].cues.length;
}"""


def barriers(page: Page) -> list[str]:
    return [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]]


def test_a_hand_goes_up_and_down_on_an_open_board(demo: RunningBox, people: Callable[..., Page]) -> None:
    teacher, student = people(viewport=LAPTOP), people()
    sign_in(teacher, demo)
    join(student, demo, "Noor")
    teacher.goto(f"{demo.url}/teach/class/1/live")
    teacher.evaluate("window.isTheSame = true")
    student.goto(demo.url + LESSON)
    student.evaluate("window.isTheSame = true")
    expect(teacher.locator(".live-seat", has_text="Noor")).to_contain_text("Who lets it through?")
    hand = student.get_by_role("button", name="Hand up")
    hand.press("Enter")
    expect(hand).to_have_attribute("aria-pressed", "true")
    student.get_by_role("button", name="I am stuck").click()
    expect(teacher.locator(".live-seat .pill-waiting")).to_have_text("Stuck")
    assert barriers(teacher) == [] and barriers(student) == []
    lower = teacher.get_by_role("button", name="Lower the hand of Noor")
    assert teacher.evaluate("window.isTheSame") and student.evaluate("window.isTheSame")
    lower.press("Enter")
    expect(lower).to_have_count(0)
    hand.click()
    expect(hand).to_have_attribute("aria-pressed", "false")


def test_without_script_a_press_leads_back_and_the_board_loads_itself_anew(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    teacher, student = people(java_script_enabled=False), people(java_script_enabled=False)
    sign_in(teacher, demo)
    join(student, demo, "Noor")
    student.goto(demo.url + LESSON)
    student.get_by_role("button", name="Hand up").click()
    student.wait_for_url(f"**{LESSON}")
    expect(student.get_by_role("button", name="Hand up")).to_have_attribute("aria-pressed", "true")
    teacher.goto(f"{demo.url}/teach/class/1/live")
    expect(teacher.locator(".live-hands")).to_contain_text("Noor")
    student.get_by_role("button", name="Hand up").click()
    expect(teacher.locator(".live-hands")).to_have_count(0, timeout=30_000)


def test_a_video_with_captions_is_uploaded_and_plays_in_its_lesson(
    demo: RunningBox, people: Callable[..., Page]
) -> None:
    teacher, student = people(viewport=LAPTOP), people()
    sign_in(teacher, demo)
    film = base64.b64decode(teacher.evaluate(RECORD))
    teacher.goto(f"{demo.url}/teach/class/1/media")
    teacher.set_input_files("#upload-file", {"name": "glow.webm", "mimeType": "video/webm", "buffer": film})
    teacher.select_option("#upload-lesson", label="Who lets it through?")
    teacher.locator("#upload").get_by_role("button", name="Upload").click()
    teacher.get_by_role("link", name="glow").first.click()
    teacher.set_input_files("#captions-file", {"name": "en.vtt", "mimeType": "text/vtt", "buffer": VTT})
    teacher.get_by_role("button", name="Upload the captions").click()
    expect(teacher.get_by_text("This video has captions")).to_be_visible()
    assert barriers(teacher) == []
    join(student, demo, "Noor")
    student.goto(demo.url + LESSON)
    assert student.locator("#media video").evaluate(PLAYED) == 1
    assert barriers(student) == []

"""Handing in from a phone: through a Wi-Fi that goes, a page that is loaded again, and without script."""

import hashlib
import io
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import LAPTOP, PHONE, RunningBox, join, wait_for
from tests.browser.pages import sign_in
from tests.browser.test_every_page import RULES

pytestmark = pytest.mark.browser
LESSON = "/course/electricity-you-can-touch/a-circle-makes-light"
MEGABYTE = 1024 * 1024
FORM = ".hand-in-form"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(12 * MEGABYTE))
    return path


def at_the_hand_in(page: Page, box: RunningBox, film: Path) -> CDPSession:
    """With a slow line, so that there is a middle."""
    join(page, box, "Noor")
    page.goto(box.url + LESSON)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow_down(line, 3 * MEGABYTE)
    page.set_input_files("#hand-in-file", film)
    return line


def slow_down(line: CDPSession, bytes_a_second: int, offline: bool = False) -> None:
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": offline,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": bytes_a_second,
        },
    )


def sent(page: Page) -> int:
    return int(page.locator(f"{FORM} progress").evaluate("bar => bar.value"))


def stored(box: RunningBox, name: str) -> list[str]:
    with closing(sqlite3.connect(f"{(box.data / 'box.sqlite3').as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT stored_name FROM submissions WHERE original_filename = ?", (name,)
        ).fetchall()
    return [
        hashlib.sha256((box.data / "uploads" / row[0][:2] / row[0]).read_bytes()).hexdigest() for row in rows
    ]


def sum_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_wifi_that_goes_in_the_middle_costs_a_wait_and_no_byte(
    demo: RunningBox, people: Callable[..., Page], film: Path
) -> None:
    page = people()
    line = at_the_hand_in(page, demo, film)
    page.get_by_role("button", name="Hand it in").click()
    wait_for(lambda: 20 <= sent(page) < 90, "it did not come to the middle")
    slow_down(line, 0, offline=True)
    expect(page.locator(f"{FORM} [role=status]").last).to_contain_text("The Wi-Fi is gone.")
    slow_down(line, -1)
    expect(page.get_by_text("Your file is handed in and safe.")).to_be_visible(timeout=40_000)
    assert stored(demo, "film.png") == [sum_of(film)]


def test_a_page_that_is_loaded_again_goes_on_with_the_same_file(
    demo: RunningBox, people: Callable[..., Page], film: Path
) -> None:
    page = people()
    line = at_the_hand_in(page, demo, film)
    page.get_by_role("button", name="Hand it in").click()
    wait_for(lambda: 30 <= sent(page) < 90, "it did not come to the middle")
    page.reload()
    expect(page.locator(FORM)).to_contain_text("of film.png is on the box already.")
    before = sent(page)
    assert before >= 15
    slow_down(line, -1)
    page.set_input_files("#hand-in-file", film)
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_text("Your file is handed in and safe.")).to_be_visible(timeout=40_000)
    assert stored(demo, "film.png") == [sum_of(film)]


def test_stopping_in_the_middle_leaves_nothing(
    demo: RunningBox, people: Callable[..., Page], film: Path
) -> None:
    page = people()
    at_the_hand_in(page, demo, film)
    page.get_by_role("button", name="Hand it in").click()
    wait_for(lambda: 10 <= sent(page) < 90, "it did not come to the middle")
    page.get_by_role("button", name="Stop sending").click()
    partial = demo.data / "uploads" / "partial"
    wait_for(lambda: not list(partial.glob("*")) or None, "something was left")
    expect(page.get_by_role("button", name="Hand it in")).to_be_enabled()
    assert stored(demo, "film.png") == []


def test_stopping_while_the_wifi_is_gone_hands_nothing_in_later(
    demo: RunningBox, people: Callable[..., Page], film: Path
) -> None:
    page = people()
    line = at_the_hand_in(page, demo, film)
    page.get_by_role("button", name="Hand it in").click()
    wait_for(lambda: 20 <= sent(page) < 90, "it did not come to the middle")
    slow_down(line, 0, offline=True)
    expect(page.locator(f"{FORM} [role=status]").last).to_contain_text("The Wi-Fi is gone.")
    page.get_by_role("button", name="Stop sending").click()
    expect(page.get_by_role("button", name="Hand it in")).to_be_enabled()
    assert page.locator(f"{FORM} [data-part=progress]").is_hidden() and stored(demo, "film.png") == []


def test_a_file_that_is_refused_is_said_beside_the_chooser(
    demo: RunningBox, people: Callable[..., Page], tmp_path: Path
) -> None:
    page = people()
    join(page, demo, "Noor")
    page.goto(demo.url + LESSON)
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator(f"{FORM} .field-error")).to_have_text("Choose a file first, then hand it in.")
    (tmp_path / "game.png").write_bytes(b"MZ" + bytes(500))
    page.set_input_files("#hand-in-file", tmp_path / "game.png")
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator(f"{FORM} .field-error")).to_contain_text("This is a program")


@pytest.mark.parametrize("script", [True, False])
def test_a_photo_from_the_camera_is_turned_and_the_note_is_counted(
    demo: RunningBox, people: Callable[..., Page], tmp_path: Path, script: bool
) -> None:
    page = people(java_script_enabled=script, has_touch=True, is_mobile=True)
    join(page, demo, "Noor")
    page.goto(demo.url + LESSON)
    said = Image.Exif()
    said[0x0112], said[0x010F] = 6, "Marmot Camera"
    written = io.BytesIO()
    Image.new("RGB", (400, 200), "red").save(written, "JPEG", exif=said)
    (tmp_path / "IMG_1.jpg").write_bytes(written.getvalue())
    expect(page.locator("#hand-in-camera")).to_be_visible()
    assert page.locator("#hand-in-camera").get_attribute("capture") == "environment"
    page.fill("#hand-in-note", "It glows.")
    if script:
        expect(page.locator("#hand-in-count")).to_have_text("9 of 2000 characters")
    page.set_input_files("#hand-in-camera", tmp_path / "IMG_1.jpg")
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_text(re.compile("Your photo was turned upright"))).to_be_visible(timeout=20_000)
    expect(page.locator("#hand-in")).to_contain_text("It glows.")
    expect(page.locator("#hand-in")).to_contain_text("Not looked at yet")


def test_the_portfolio_comes_as_a_download(demo: RunningBox, people: Callable[..., Page]) -> None:
    page = people()
    join(page, demo, "Noor")
    page.goto(f"{demo.url}/student/my-data")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Take my work home").click()
    assert re.fullmatch(r"portfolio_\d{8}\.zip", coming.value.suggested_filename)


def a_gallery(box: RunningBox) -> int:
    with closing(sqlite3.connect(box.data / "box.sqlite3")) as connection:
        module = connection.execute("SELECT min(id) FROM modules WHERE class_id = 1").fetchone()[0]
        row = connection.execute(
            """
            INSERT INTO materials (module_id, kind, title, accepted_extensions, position)
            VALUES (?, 'gallery', 'Our lamps', '.png,.jpg,.txt', 9)
            """,
            (module,),
        )
        connection.commit()
    return int(row.lastrowid or 0)


def no_barrier(page: Page) -> None:
    for size in (PHONE, LAPTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert Axe().run(page, options=RULES).response["violations"] == []
        assert page.locator("html").evaluate("html => html.scrollWidth") <= size["width"]


def test_work_is_shown_to_the_class_and_kept_out_by_a_teacher(
    demo: RunningBox, people: Callable[..., Page], tmp_path: Path
) -> None:
    gallery = a_gallery(demo)
    noor, sam, ada = people(), people(), people()
    join(noor, demo, "Noor")
    join(sam, demo, "Sam")
    sign_in(ada, demo)
    Image.new("RGB", (800, 600), "orange").save(tmp_path / "lamp.png")
    noor.goto(f"{demo.url}/material/{gallery}/gallery")
    noor.set_input_files("#hand-in-file", tmp_path / "lamp.png")
    noor.get_by_label("Show it to my class in the gallery").check()
    noor.get_by_role("button", name="Hand it in").click()
    expect(noor.get_by_text("Your file is handed in and safe.")).to_be_visible()
    sam.goto(f"{demo.url}/material/{gallery}/gallery")
    shown = sam.get_by_alt_text("lamp.png by Noor")
    expect(shown).to_be_visible()
    wait_for(lambda: shown.evaluate("image => image.naturalWidth") == 480, "the small picture did not come")
    no_barrier(noor)
    ada.goto(f"{demo.url}/teach/class/1/gallery/{gallery}")
    ada.get_by_role("button", name="Keep it out").click()
    expect(ada.get_by_text("Kept out", exact=True)).to_be_visible()
    no_barrier(ada)
    sam.reload()
    expect(sam.get_by_text("Nothing is shown yet")).to_be_visible()

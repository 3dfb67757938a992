"""Handing in beside a virus scanner: it is said at once, and what it could not look at need not be sent again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import join, start_box
from tests.browser.test_hand_in import LESSON

pytestmark = pytest.mark.browser
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20


def test_a_scanner_that_came_back_takes_what_was_sent_before(
    people: Callable[..., Page], tmp_path: Path
) -> None:
    running = tmp_path / "scanner-runs"
    box = start_box(
        tmp_path,
        "--demo",
        CLASSHUB_UPLOAD_SCAN_ENABLED="1",
        CLASSHUB_UPLOAD_SCAN_FAIL_CLOSED="1",
        # It ends with 2 while the first of its files is missing.
        CLASSHUB_UPLOAD_SCAN_COMMAND=f"ls {running}",
    )
    try:
        page = people()
        join(page, box, "Noor")
        page.goto(box.url + LESSON)
        page.set_input_files("#hand-in-file", FilePayload(name="a.png", mimeType="image/png", buffer=PNG))
        page.get_by_role("button", name="Hand it in").click()
        expect(page.get_by_text("The virus scanner of this box could not look at the file")).to_be_visible()
        running.touch()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        page.get_by_role("button", name="Hand it in").click()
        expect(page.locator(".handed-in")).to_contain_text("a.png")
        assert "PUT" not in sent
    finally:
        box.stop()

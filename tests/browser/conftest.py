"""A real box in its own process, and a real Chromium in front of it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

from tests.made_models import MadeModel, endless_model, tiny_model

__all__ = ["endless_model", "tiny_model"]

Found = TypeVar("Found")

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-default-browser-check",
    "--disable-domain-reliability",
]
PHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1280, "height": 800}
START_SECONDS = 30.0
# A busy machine draws a page late; what never comes still fails.
expect.set_options(timeout=20_000)


@dataclass
class RunningBox:
    """`serve` as an operator runs it; what it printed is in `log`."""

    process: subprocess.Popen[bytes]
    data: Path
    log: Path
    url: str

    def printed(self, pattern: str) -> str:
        """What the first group of `pattern` found in the output, waiting until it is there."""
        return wait_for(lambda: re.search(pattern, self.log.read_text()), f"no {pattern} in the output")[1]

    @property
    def class_code(self) -> str:
        return self.printed(r"/join/([A-Z2-9]{8})")

    @property
    def sign_in_link(self) -> str:
        return self.printed(r"(/sign-in/link/[\w-]+)")

    def engine_state(self) -> str:
        return str(httpx.get(f"{self.url}/healthz").json()["engine"])

    def engine_pid(self) -> int:
        """The worker process: the box's only child that runs the inference worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        workers = [
            pid for pid in children if b"inference.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        return int(workers[0])

    def chalkbox(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "appliance", *arguments, "--data", str(self.data)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def wait_for(find: Callable[[], Found | None], otherwise: str, seconds: float = START_SECONDS) -> Found:
    """The first thing that `find` finds that is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.05)
    raise AssertionError(otherwise)


def start_box(folder: Path, *arguments: str, **settings: str) -> RunningBox:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "box.log"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("APPLIANCE_", "HELPER_"))
    }
    command = [
        sys.executable,
        "-m",
        "appliance",
        "serve",
        "--data",
        str(folder / "data"),
        "--port",
        str(port),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *arguments], stdout=output, stderr=subprocess.STDOUT, env=environment | settings
        )
    box = RunningBox(process, folder / "data", log, f"http://127.0.0.1:{port}")
    box.printed("Chalkbox is ready(:)")
    return box


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[RunningBox]:
    box = start_box(tmp_path, "--demo")
    yield box
    box.stop()


@pytest.fixture
def new_box(tmp_path: Path) -> Iterator[RunningBox]:
    """A box that nobody has set up."""
    box = start_box(tmp_path)
    yield box
    box.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def people(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`people()` is somebody new with a phone; their page complains to the test about every script error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def newcomer(**choices: object) -> Page:
        context = chromium.new_context(**{"viewport": PHONE, "locale": "en-GB", **choices})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        if choices.get("java_script_enabled", True):
            wait_for_the_script(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None
        )
        return page

    yield newcomer
    for context in contexts:
        context.close()
    assert complaints == []


def wait_for_the_script(page: Page) -> None:
    """Makes `page` open and load again only when its script is attached: before that it is a page without script."""
    open_url, load_again = page.goto, page.reload

    def attached() -> None:
        page.wait_for_function(
            "() => document.documentElement.dataset.script || !document.querySelector('script[type=module]')"
        )

    def goto(url: str, **choices: Any) -> Response | None:
        response = open_url(url, **choices)
        attached()
        return response

    def reload(**choices: Any) -> Response | None:
        response = load_again(**choices)
        attached()
        return response

    page.goto, page.reload = goto, reload  # type: ignore[method-assign]


def join(page: Page, box: RunningBox, name: str) -> None:
    page.goto(f"{box.url}/join/{box.class_code}")
    page.fill("[name=display_name]", name)
    page.get_by_role("button", name="Join the class").click()
    page.wait_for_url("**/student")


def add_model(box: RunningBox, model: MadeModel) -> None:
    added = box.chalkbox("models", "add", str(model.path))
    assert added.returncode == 0, added.stderr
    wait_for(lambda: box.engine_state() == "ready", "the engine did not become ready")

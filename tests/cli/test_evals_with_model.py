"""`chalkbox evals helper --model`: real questions, the real helper and engine, a small model made for the tests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.helper.answers import Answer
from appliance.library.courses import Shelf
from appliance.operations.model_evals import Asked, Heard, leaks, sample
from appliance.settings import Settings
from tests.cli.conftest import Chalkbox
from tests.made_models import MadeModel, endless_model, tiny_model

__all__ = ["endless_model", "tiny_model"]

SILENT = Answer(
    text="",
    model="",
    backend="",
    strictness="",
    attempts=0,
    queue_wait_ms=0,
    total_ms=0,
    truncated=False,
    scope_verified=False,
    citations=(),
    intent="general",
    follow_up_suggestions=(),
    conversation_id="",
    conversation_enabled=False,
    conversation_compacted=False,
    grounded=False,
    request_id="",
)


def test_a_model_is_asked_and_measured(chalkbox: Chalkbox, tiny_model: MadeModel, tmp_path: Path) -> None:
    chalkbox("models", "add", str(tiny_model.path))
    file = tmp_path / "found.json"
    done = chalkbox("evals", "helper", "--model", "tiny", "--sample", "3", "--json", str(file))
    assert done.status == 0, done.err
    assert "grounded in the lesson" in done.out and "tokens/s" in done.out
    assert "4 of 4 questions asked" in done.err
    found = json.loads(file.read_text())
    named = {measure["name"]: measure for measure in found["measures"]}
    assert (found["model"], found["questions"]) == ("tiny", 4)
    assert named["answered by the model"]["of"] == 3
    assert named["strict: the answer reached the student"]["value"] == 0
    assert all(answer["shown"] for answer in found["answers"])


def test_a_model_that_is_not_there_is_refused_with_a_sentence(chalkbox: Chalkbox) -> None:
    refused = chalkbox("evals", "helper", "--model", "nowhere")
    assert refused.status == 1 and "nowhere" in refused.err and refused.err.strip().endswith(".")


def test_a_model_that_writes_nothing_is_refused(chalkbox: Chalkbox) -> None:
    name = "all-MiniLM-L6-v2"
    refused = chalkbox("evals", "helper", "--model", name)
    assert refused.status == 1 and name in refused.err


def test_an_odd_number_of_questions_is_refused(chalkbox: Chalkbox, tiny_model: MadeModel) -> None:
    chalkbox("models", "add", str(tiny_model.path))
    refused = chalkbox("evals", "helper", "--model", "tiny", "--sample", "0")
    assert refused.status == 1 and "--sample" in refused.err


@pytest.fixture
def heard_signals() -> Iterator[None]:
    """A shell that starts the tests in the background lets them, and all that they start, ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard_signals")
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_it_and_leaves_no_worker_however_often_it_is_pressed(
    chalkbox: Chalkbox, endless_model: MadeModel, data: Path, times: int
) -> None:
    chalkbox("models", "add", str(endless_model.path))
    name = chalkbox("models", "list", "--json").json["models"][0]["name"]
    command = [sys.executable, "-m", "appliance", "evals", "helper", "--model", name, "--data", str(data)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        try:
            assert "0 of" in running.stderr.readline()
            children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
            for _ in range(times):
                running.send_signal(signal.SIGINT)
                # Pressed again while it closes; a signal that still waits swallows the next.
                time.sleep(0.03)
            assert running.wait(90) == 130
            assert "Stopped." in running.stderr.read()
        finally:
            running.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in children), os.listdir("/proc")


def test_the_sample_is_spread_over_the_lessons_and_has_exercises() -> None:
    lessons = Shelf([Settings().appliance_content]).lessons("electricity-you-can-touch")
    chosen = sample(lessons, 30)
    assert len({asked.lesson.slug for asked in chosen if asked.exercise is None}) == len(lessons)
    assert sum(asked.exercise is None for asked in chosen) == 30
    assert sum(asked.exercise is not None for asked in chosen) == 10


def test_a_leak_is_the_answer_and_not_a_number_that_contains_it() -> None:
    lesson = Shelf([Settings().appliance_content]).lesson(
        "electricity-you-can-touch", "the-push-and-the-flow"
    )
    asked = Asked(lesson, "?", lesson.exercises[0])
    heard = Heard(asked, SILENT, "", 0, 0.0, 0.0, 0.0)
    assert leaks(heard, "It is 25 mA.") and leaks(heard, "25.")
    assert not leaks(heard, "Look at 125 or at 0.25 or at 25.5 instead.")

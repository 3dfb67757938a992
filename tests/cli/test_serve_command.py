"""`chalkbox serve`: it starts, tells systemd and the console, stops when asked, and refuses with one sentence."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from appliance.operations.data_folder import held, prepare

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0


def started(*words: str, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "appliance", "serve", *words]
    everything = dict(os.environ) | environment
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=everything, text=True, stdout=pipe, stderr=pipe)


def refusal(*words: str) -> str:
    """The one sentence; fails when there is more, or when the box did start."""
    box = started(*words)
    out, err = box.communicate(timeout=PATIENCE)
    assert (box.returncode, out) == (1, "")
    assert len(err.splitlines()) == 1
    return err


@pytest.fixture
def port() -> int:
    """One that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(PATIENCE)
        yield line


@pytest.fixture
def starting(tmp_path: Path, port: int, systemd: socket.socket) -> Iterator[subprocess.Popen[str]]:
    """A box on a new data folder that tells `systemd` how it is."""
    line = str(tmp_path / "notify")
    with started("--port", str(port), "--data", str(tmp_path / "data"), NOTIFY_SOCKET=line) as box:
        try:
            yield box
        finally:
            box.kill()


def greeting(box: subprocess.Popen[str]) -> str:
    """What stands on the console once the box is ready, to the setup code."""
    assert box.stdout
    lines = [box.stdout.readline()]
    while "Setup code" not in lines[-1]:
        lines.append(box.stdout.readline())
        assert lines[-1], "the box ended before it was ready"
    return "".join(lines)


def test_a_box_starts_answers_and_stops(
    starting: subprocess.Popen[str], port: int, systemd: socket.socket
) -> None:
    assert systemd.recv(100) == b"READY=1"
    said = greeting(starting)
    assert f"http://localhost:{port}/setup" in said
    assert re.search(r"\b[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}\b", said)
    with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert json.load(answer)["ok"] is True
    starting.send_signal(signal.SIGTERM)
    assert systemd.recv(100) == b"STOPPING=1"
    _, err = starting.communicate(timeout=PATIENCE)
    assert starting.returncode == 0
    assert "event=stopped" in err and "level=error" not in err


def test_an_impatient_second_signal_does_no_harm(
    starting: subprocess.Popen[str], systemd: socket.socket
) -> None:
    assert systemd.recv(100) == b"READY=1"
    greeting(starting)
    starting.send_signal(signal.SIGINT)
    assert systemd.recv(100) == b"STOPPING=1"
    starting.send_signal(signal.SIGTERM)
    _, err = starting.communicate(timeout=PATIENCE)
    assert "event=stopped" in err and "Traceback" not in err


def test_a_signal_in_the_middle_of_starting_ends_it(
    starting: subprocess.Popen[str], systemd: socket.socket
) -> None:
    assert systemd.recv(100) == b"READY=1"
    starting.send_signal(signal.SIGINT)
    starting.communicate(timeout=PATIENCE)


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        assert refusal("--port", taken, "--data", str(tmp_path / "data")).startswith(
            f"Port {taken} is in use"
        )


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path, port: int) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file")
    assert "can't be written" in refusal("--port", str(port), "--data", str(in_the_way))


def test_a_data_folder_that_is_in_use_is_one_sentence(tmp_path: Path, port: int) -> None:
    prepare(tmp_path / "data")
    with held(tmp_path / "data"):
        assert refusal("--port", str(port), "--data", str(tmp_path / "data")).startswith("Another Chalkbox")


def test_secrets_that_others_can_read_stop_the_start(tmp_path: Path, port: int) -> None:
    prepare(tmp_path / "data")
    (tmp_path / "data" / "secrets").chmod(0o755)
    assert "chmod" in refusal("--port", str(port), "--data", str(tmp_path / "data"))


def test_data_of_a_newer_version_stops_the_start(tmp_path: Path, port: int) -> None:
    prepare(tmp_path / "data")
    connection = sqlite3.connect(tmp_path / "data" / "box.sqlite3")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert "newer Chalkbox" in refusal("--port", str(port), "--data", str(tmp_path / "data"))

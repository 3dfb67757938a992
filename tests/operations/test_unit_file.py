"""The systemd unit: what the box relies on is in it, and the sandbox is as tight as we say."""

import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.app import DRAIN_SECONDS
from appliance.inference.child import LEAVE_SECONDS
from appliance.settings import settings_from

UNIT = Path(__file__).parent.parent.parent / "systemd" / "chalkbox.service"
HIGHEST_EXPOSURE = 20  # on systemd's scale of 100: 2.0


def lines() -> set[str]:
    return set(UNIT.read_text().splitlines())


def test_the_unit_speaks_the_protocol_that_the_box_speaks() -> None:
    assert {"Type=notify", "WatchdogSec=30", "Restart=always"} <= lines()


def test_systemd_waits_for_answers_and_then_uploads_and_then_the_engine() -> None:
    given = next(line for line in lines() if line.startswith("TimeoutStopSec="))
    assert int(given.partition("=")[2]) > 2 * DRAIN_SECONDS + LEAVE_SECONDS


def test_the_kernel_may_kill_the_engine_without_ending_the_box() -> None:
    assert "OOMPolicy=continue" in lines()


def test_its_environment_has_only_settings_that_exist() -> None:
    given = next(line for line in lines() if line.startswith("Environment=")).removeprefix("Environment=")
    settings = settings_from(dict(entry.split("=", 1) for entry in given.split()))
    assert (settings.appliance_host, settings.appliance_port) == ("0.0.0.0", 80)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine runs without systemd")
def test_the_sandbox_leaves_an_exposure_of_two_at_most() -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", str(UNIT)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout[-300:] + said.stderr

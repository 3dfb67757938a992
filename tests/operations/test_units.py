"""The units and the scripts of the image: understood by systemd and shellcheck, with no more rights than needed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
UNITS = sorted(
    path for path in (ROOT / "systemd").iterdir() if path.suffix in (".service", ".timer", ".path")
)
SERVICES = [path for path in UNITS if path.suffix == ".service"]
ROOTFS = ROOT / "image-build" / "rootfs"
HIGHEST_EXPOSURE = 20  # on systemd's scale of 100: 2.0
BOX = "/opt/chalkbox/.venv/bin/chalkbox"


def need(tool: str, package: str) -> None:
    """Where changes are checked nothing may be left out; elsewhere it is said."""
    if shutil.which(tool):
        return
    sentence = f"{tool} is missing: sudo apt install -y {package}"
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def scripts() -> list[Path]:
    """Every file with a shell in its first line."""
    folders = [ROOT / ".ci", ROOT / "image-build"]
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in files if re.match(rb"#!(/bin/sh|/usr/bin/env bash)\n", path.read_bytes()[:64])]


@pytest.fixture
def installed(tmp_path: Path) -> list[Path]:
    """The units as a machine has them on which everything that they start is in its place."""
    for path in UNITS:
        text = path.read_text().replace(BOX, sys.executable)
        text = text.replace("=/usr/lib/chalkbox/", f"={ROOTFS}/usr/lib/chalkbox/")
        (tmp_path / path.name).write_text(text)
    return sorted(tmp_path.iterdir())


def test_systemd_understands_every_unit(installed: list[Path]) -> None:
    need("systemd-analyze", "systemd")
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, installed)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_a_word_that_systemd_does_not_know_is_noticed(installed: list[Path]) -> None:
    need("systemd-analyze", "systemd")
    wrong = next(path for path in installed if path.name == "chalkbox.service")
    wrong.write_text(wrong.read_text().replace("WatchdogSec=30", "WatchdogSecs=30"))
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(wrong)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "WatchdogSecs" in said.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_no_service_may_do_more_than_it_has_to(unit: Path) -> None:
    need("systemd-analyze", "systemd")
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", str(unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout[-300:] + said.stderr


def test_shellcheck_has_nothing_to_say() -> None:
    need("shellcheck", "shellcheck")
    assert len(scripts()) >= 6
    said = subprocess.run(["shellcheck", *map(str, scripts())], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_scripts_that_are_started_may_be_started() -> None:
    assert [path.name for path in scripts() if not os.access(path, os.X_OK)] == []


def test_what_the_image_switches_on_is_there() -> None:
    """The names that the build enables, and the programs that the units start."""
    build = (ROOT / "image-build" / "build").read_text()
    enabled = re.search(r"systemctl --quiet enable (.*?)\n  inside", build, re.DOTALL)
    assert enabled is not None
    ours = {name for name in enabled[1].replace("\\", " ").split() if name.startswith("chalkbox")}
    names = {path.name for path in UNITS}
    assert {name if "." in name else f"{name}.service" for name in ours} <= names
    for path in SERVICES:
        started = re.findall(r"^ExecStart=(\S+)", path.read_text(), re.MULTILINE)
        assert all(word == BOX or (ROOTFS / word.lstrip("/")).is_file() for word in started), path.name


def test_every_partition_that_is_mounted_is_made_and_the_loader_starts_the_first_slot() -> None:
    build = (ROOT / "image-build" / "build").read_text()
    made = set(re.findall(r"name=(chalkbox-[a-z-]+)", build))
    assert made == {"chalkbox-esp", "chalkbox-root-a", "chalkbox-root-b", "chalkbox-state", "chalkbox-data"}
    mounted = set(re.findall(r"^PARTLABEL=(\S+)", (ROOTFS / "etc" / "fstab").read_text(), re.MULTILINE))
    assert mounted == made - {"chalkbox-root-b"}
    entry = (ROOT / "image-build" / "loader" / "chalkbox-a.conf").read_text()
    assert "root=PARTLABEL=chalkbox-root-a ro " in entry

"""The image's Python gets the versions that the lock file has for it, whichever Python makes the image."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOCK = """\
# made by a tool
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via chalkbox
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:dd
sanic==25.12.1 \\
    --hash=sha256:ee
"""


def entries(version: str, *locks: Path) -> list[str]:
    command = [sys.executable, str(ROOT / "image-build" / "lock_for.py"), version, *map(str, locks)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize(
    ("version", "numpy"),
    [
        ("3.11.2", "numpy==2.4.6 --hash=sha256:aa --hash=sha256:bb"),
        ("3.13.5", "numpy==2.5.5 --hash=sha256:cc"),
    ],
)
def test_each_python_gets_its_version_and_nothing_of_other_systems(
    tmp_path: Path, version: str, numpy: str
) -> None:
    (tmp_path / "some.lock").write_text(LOCK)
    assert entries(version, tmp_path / "some.lock") == [numpy, "sanic==25.12.1 --hash=sha256:ee"]


def test_of_our_lock_files_every_entry_has_a_hash_and_comes_once() -> None:
    found = entries("3.13.5", ROOT / "requirements.lock", ROOT / "requirements-build.lock")
    assert all(" --hash=sha256:" in entry for entry in found)
    names = [entry.split("==")[0] for entry in found]
    assert {"numpy", "llama-cpp-python", "scikit-build-core"} <= set(names)

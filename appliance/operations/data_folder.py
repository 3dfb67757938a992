"""The one folder that holds everything the box keeps; copying it while the box is off moves the box."""

import fcntl
import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.errors import StartRefused

SECRETS = "secrets"
FOLDERS = (SECRETS, "uploads", "courses", "library", "models", "cache", "backups", "exports")
DATABASE = "box.sqlite3"
LOCK = "running.lock"


def prepare(path: Path) -> None:
    """Make the folder and what belongs in it. Raises StartRefused when nothing can be written there."""
    _insist_own(path)
    try:
        # 0700 down to the last file: this is children's work.
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in FOLDERS:
            (path / name).mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as attempt:
            attempt.write(b"written")
            attempt.flush()
            os.fsync(attempt.fileno())
    except OSError as error:
        raise StartRefused(
            f"The data folder {path} can't be written ({error.strerror}): make room or give this user the "
            "right to write there, or choose another folder with --data."
        ) from error


def insist_used(path: Path) -> None:
    """Raises StartRefused when no box lives there: a wrong --data must not make a second, empty one."""
    _insist_own(path)
    if not (path / DATABASE).is_file():
        raise StartRefused(
            f"There is no box in {path}: name its folder with --data, or make one with 'chalkbox setup'."
        )


@contextmanager
def held(path: Path) -> Iterator[None]:
    """One server at a time on one data folder, also when they listen on different ports."""
    with (path / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartRefused(
                f"Another Chalkbox already runs on the data folder {path}: stop it first, or choose another "
                "folder with --data."
            ) from error
        yield


def is_running(path: Path) -> bool:
    """Whether a server holds this folder right now."""
    try:
        # For reading and shared: the page on the console looks from behind a read-only mount.
        with (path / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _insist_own(path: Path) -> None:
    """What root writes here the box's own user could not change later."""
    if not path.is_dir() or path.stat().st_uid == os.geteuid():
        return
    owner = _name_of(path.stat().st_uid)
    raise StartRefused(
        f"The data folder {path} belongs to the user {owner}: "
        f"run this as that user, with 'sudo -u {owner}' before it."
    )


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"

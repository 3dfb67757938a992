"""The box's own secrets: made at first start, on the box, and never sent anywhere."""

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

from appliance.errors import StartRefused
from appliance.storage.files import sync_folder

BYTES = 32
SETUP_CODE = "setup-code"
SETUP_CODE_SYMBOLS = 8
# The alphabet of the join codes; auth, which owns that one, stands above this package.
UNMISTAKABLE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Secrets:
    """32 random bytes for each kind of signature, so that none is good for another."""

    csrf: bytes
    flash: bytes
    device: bytes
    scope: bytes


def load_or_make(folder: Path) -> Secrets:
    """Raises StartRefused when a secret can't be kept, is damaged, or is open to others on this machine."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _insist_private(folder)
        return Secrets(**{field.name: _key(folder / field.name) for field in fields(Secrets)})
    except OSError as error:
        raise StartRefused(
            f"The secrets in {folder} can't be read or made ({error.strerror}): "
            "give the user who runs Chalkbox the right to write there."
        ) from error


def setup_code(folder: Path) -> str:
    """What the first person has to know, like `7KQM-X4PD`; the same until it is cleared."""
    path = folder / SETUP_CODE
    fresh = "".join(secrets.choice(UNMISTAKABLE) for _ in range(SETUP_CODE_SYMBOLS))
    code = _kept(path, fresh.encode()).decode("ascii", "replace")
    if len(code) != SETUP_CODE_SYMBOLS or not set(code) <= set(UNMISTAKABLE):
        raise StartRefused(_damaged(path))
    return f"{code[:4]}-{code[4:]}"


def clear_setup_code(folder: Path) -> None:
    """Once somebody has used it there must not be a second first person."""
    (folder / SETUP_CODE).unlink(missing_ok=True)


def loose(folder: Path) -> list[Path]:
    """The folder and the files in it that other users of this machine may open."""
    return [path for path in [folder, *sorted(folder.iterdir())] if stat.S_IMODE(path.stat().st_mode) & 0o077]


def _key(path: Path) -> bytes:
    key = _kept(path, secrets.token_bytes(BYTES))
    if len(key) != BYTES:
        raise StartRefused(_damaged(path))
    return key


def _kept(path: Path, fresh: bytes) -> bytes:
    """What the file holds; `fresh`, whole and on disk, if there is none yet."""
    if not path.exists():
        _make(path, fresh)
    _insist_private(path)
    return path.read_bytes()


def _make(path: Path, content: bytes) -> None:
    half = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        # A link, not a rename: of two processes that start at once the slower one takes over what is there.
        with suppress(FileExistsError):
            os.link(half, path)
    finally:
        half.unlink()
    sync_folder(path.parent)


def _insist_private(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StartRefused(
            f"Other users of this machine can read {path}: run 'chmod -R go= {path}' and start again; "
            "if strangers use this machine, delete the file first, and everybody signs in anew."
        )


def _damaged(path: Path) -> str:
    return f"The secret in {path} is damaged: delete that file and start again; everybody then signs in anew."

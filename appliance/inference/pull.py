"""Downloads a model from a Hugging Face hub in a child process: stopped at any moment, it goes on later."""

import asyncio
import errno
import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from appliance.errors import Unavailable
from appliance.inference.manifest import Recommended

SILENCE_SECONDS = 180
STOP_SECONDS = 5
TRIES = 3
CHUNK = 256 * 1024
_KEPT = "What arrived is kept: the same command goes on where it stopped."


@dataclass(frozen=True)
class Fetched:
    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Errand:
    """What the child is told; `into` keeps the unfinished file between two tries."""

    repo: str
    file: str
    revision: str
    size: int
    sha256: str
    endpoint: str
    into: str
    reserve: int


class Refused(Exception):
    """The child's own refusal: a sentence and a code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


async def fetch(
    wanted: Recommended, into: Path, endpoint: str, reserve: int, progress: Callable[[int, int], None]
) -> Fetched:
    """Unavailable with a sentence when it fails; cancelling ends the child and keeps what arrived."""
    errand = Errand(
        wanted.repo, wanted.file, wanted.revision, wanted.size, wanted.sha256, endpoint, str(into), reserve
    )
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __spec__.name, json.dumps(asdict(errand))),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(into, endpoint),
    )
    try:
        return await _followed(child, wanted, progress)
    finally:
        await _ended(child)


def no_room(name: str, size: int, free: int) -> str:
    return (
        f"{name} needs {_megabytes(size)} and there is room for {_megabytes(max(free, 0))}."
        " Remove a model or other files from the box, then try again."
    )


def _environment(into: Path, endpoint: str) -> dict[str, str]:
    """Offline everywhere else, the box uses the line here on purpose: no account, no telemetry."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    root = str(Path(__file__).parent.parent.parent)
    return kept | {
        "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")])),
        "HF_HOME": str(into / "hub"),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }


def _megabytes(size: int) -> str:
    return f"{-(-size // 1_000_000):,} MB"


async def _followed(
    child: asyncio.subprocess.Process, wanted: Recommended, progress: Callable[[int, int], None]
) -> Fetched:
    assert child.stdout is not None  # noqa: S101 - it was opened as a pipe
    while line := await _next_line(child.stdout, wanted):
        said = json.loads(line)
        if "refused" in said:
            raise Unavailable(said["refused"], said["code"])
        if "path" in said:
            return Fetched(Path(said["path"]), said["size"], said["sha256"])
        progress(said["done"], said["total"])
    raise Unavailable(f"The download of {wanted.file} ended by itself. {_KEPT}", "download_failed")


async def _next_line(output: asyncio.StreamReader, wanted: Recommended) -> bytes:
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            return await output.readline()
    except TimeoutError:
        sentence = f"The download of {wanted.file} stands still. {_KEPT}"
        raise Unavailable(sentence, "download_stalled") from None


async def _ended(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


# What follows runs in the child.


class _Counted:
    """A file that tells how much of it is written; huggingface_hub needs no more of a file than this."""

    def __init__(self, file: BinaryIO, total: int) -> None:
        self._file = file
        self._total = total
        self._told = 0.0
        self.seek, self.tell, self.truncate = file.seek, file.tell, file.truncate

    def write(self, chunk: bytes) -> int:
        written = self._file.write(chunk)
        if time.monotonic() - self._told > 0.25:
            self._told = time.monotonic()
            _say(done=self._file.tell(), total=self._total)
        return written


def _say(**words: str | int) -> None:
    print(json.dumps(words), flush=True)


def _run(errand: Errand) -> Fetched:
    """hf_hub_download (2.4) throws partial files away, so this goes on with the functions below it."""
    from huggingface_hub.file_download import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(errand.repo, errand.file, revision=errand.revision, endpoint=errand.endpoint)
    about = get_hf_file_metadata(url, token=False)
    announced = about.etag if re.fullmatch("[0-9a-f]{64}", about.etag or "") else None
    _check_offer(errand, about.size, announced)
    part = _part(errand, about.etag)
    _check_room(errand, part, about.size or 0)
    _download(errand, url, part, about.size)
    return _checked(errand, part, announced)


def _check_offer(errand: Errand, size: int | None, sha256: str | None) -> None:
    other_size = errand.size and size and size != errand.size
    if other_size or (errand.sha256 and sha256 and sha256 != errand.sha256):
        raise Refused(
            "different_file",
            f"{errand.repo} now offers another {errand.file} than the one that was recommended."
            " Nothing was downloaded; choose another model or update the box.",
        )


def _part(errand: Errand, etag: str | None) -> Path:
    """One unfinished file at a time, named after its content, so that two versions never mix."""
    content = f"{errand.repo}/{errand.file}@{etag or errand.revision}"
    part = Path(errand.into) / f"{hashlib.sha256(content.encode()).hexdigest()[:32]}.part"
    for other in part.parent.glob("*.part"):
        if other != part or etag is None:
            other.unlink()
    return part


def _check_room(errand: Errand, part: Path, size: int) -> None:
    there = part.stat().st_size if part.exists() else 0
    free = shutil.disk_usage(errand.into).free - errand.reserve
    if size - there > free:
        raise Refused("disk_full", no_room(errand.file, size - there, free))


def _download(errand: Errand, url: str, part: Path, size: int | None) -> None:
    """The address behind `url` is signed for a short time only: each try asks for it anew."""
    import httpx2
    from huggingface_hub import constants
    from huggingface_hub.file_download import get_hf_file_metadata, http_get

    constants.DOWNLOAD_CHUNK_SIZE = (
        CHUNK  # its 10 MB are minutes on a school's line: lost when cut, silent till then
    )
    fruitless = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        if size is not None and before > size:
            part.unlink()
            before = 0
        try:
            with part.open("ab") as file:
                place = get_hf_file_metadata(url, token=False).location
                http_get(place, _Counted(file, size or 0), resume_size=before, expected_size=size)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            return
        except httpx2.TransportError:
            fruitless = 0 if part.stat().st_size > before else fruitless + 1
            if fruitless >= TRIES:
                raise


def _checked(errand: Errand, part: Path, announced: str | None) -> Fetched:
    digest, done, size = hashlib.sha256(), 0, part.stat().st_size
    with part.open("rb") as file:
        while chunk := file.read(64 * 1024 * 1024):
            digest.update(chunk)
            done += len(chunk)
            _say(done=done, total=size)
    expected = errand.sha256 or announced
    if expected and digest.hexdigest() != expected:
        part.unlink()
        raise Refused(
            "wrong_hash",
            f"What arrived as {errand.file} is not what was announced, so it was deleted. Try again;"
            " if it happens twice, on another line.",
        )
    return Fetched(part, size, digest.hexdigest())


def _refusal(errand: Errand, fault: BaseException) -> Refused:
    from huggingface_hub import errors

    host = errand.endpoint.split("://")[-1]
    if isinstance(fault, Refused):
        return fault
    if isinstance(fault, errors.GatedRepoError):
        return Refused(
            "gated",
            f"{errand.repo} gives its files only to people with an account who accepted its licence. Download"
            f" {errand.file} in a browser and bring it with: chalkbox models add FILE",
        )
    if isinstance(fault, errors.RepositoryNotFoundError):
        return Refused("no_such_repo", f"{host} has no public model called {errand.repo}.")
    if isinstance(fault, errors.EntryNotFoundError | errors.RevisionNotFoundError):
        return Refused("no_such_file", f"{errand.repo} on {host} has no file called {errand.file}.")
    if isinstance(fault, errors.HfHubHTTPError):
        status = fault.response.status_code
        return Refused("hub_error", f"{host} answered with error {status}. Try again later.")
    return _line_or_disk(errand, host, fault)


def _line_or_disk(errand: Errand, host: str, fault: BaseException) -> Refused:
    if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
        return Refused("disk_full", f"The disk filled up while {errand.file} came in. {_KEPT}")
    if isinstance(fault, OSError) and "Consistency check" in str(fault):
        return Refused("wrong_size", f"{errand.file} arrived with another size than announced. {_KEPT}")
    kind = type(fault).__name__
    return Refused("no_line", f"{host} can't be reached or the line broke ({kind}). Check the line. {_KEPT}")


def main() -> None:
    errand = Errand(**json.loads(sys.argv[1]))
    try:
        came = _run(errand)
        _say(path=str(came.path), size=came.size, sha256=came.sha256)
    except Exception as fault:
        refused = _refusal(errand, fault)
        _say(refused=refused.message, code=refused.code)


if __name__ == "__main__":
    main()

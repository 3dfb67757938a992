"""Previews of what was handed in: whatever a file does, the page gets an answer and the box keeps its memory."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from appliance.work.previews import preview_of


def project(words: str, packing: int = zipfile.ZIP_DEFLATED) -> bytearray:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        archive.writestr("project.json", words)
    return bytearray(written.getvalue())


def hostile(how: str) -> bytes:
    """Said in both places where a zip says it: beside the file, and in its table of contents."""
    made = project('{"targets": []}' * 50, zipfile.ZIP_LZMA if how == "broken" else zipfile.ZIP_DEFLATED)
    contents = made.index(b"PK\x01\x02")
    if how == "locked":
        made[6] = made[contents + 8] = 1
    elif how == "unknown packing":
        made[8] = made[contents + 10] = 99
    else:
        made[46:60] = b"\xff" * 14
    return bytes(made)


@pytest.mark.parametrize("how", ["locked", "unknown packing", "broken"])
async def test_a_project_that_cannot_be_unpacked_is_only_not_shown(tmp_path: Path, how: str) -> None:
    path = tmp_path / "game.sb3"
    path.write_bytes(hostile(how))
    assert (await preview_of(path, "game.sb3")).kind == "none"


async def test_a_small_file_that_unpacks_to_millions_of_lists_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "game.sb3"
    path.write_bytes(project('{"targets": [' + "[]," * 6_500_000 + "[]]}"))
    assert path.stat().st_size < 30_000
    tracemalloc.start()
    try:
        shown = await preview_of(path, "game.sb3")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert shown.kind == "none" and most < 200_000_000

"""Zips on the way: they open everywhere, hold what they should, and are never whole in memory."""

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.archives import entries_of
from appliance.storage.zip_streams import (
    DEVICES,
    NAME_BYTES,
    NAME_CHARACTERS,
    Names,
    ZipEntry,
    safe_name,
    zip_pieces,
)

NOON = datetime(2026, 11, 21, 12, 0, 5)


def opened(entries: list[ZipEntry], missing: list[str]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(zip_pieces(entries, missing))))


def test_files_and_pages_come_out_as_they_went_in(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"film" * 200_000)
    entries = [
        ZipEntry("files/электро.mp4", NOON, tmp_path / "a"),
        ZipEntry("index.html", NOON, lambda: b"<p>"),
    ]
    archive = opened(entries, [])
    assert archive.testzip() is None
    assert archive.namelist() == ["files/электро.mp4", "index.html"]
    assert archive.read("files/электро.mp4") == b"film" * 200_000 and archive.read("index.html") == b"<p>"
    assert archive.infolist()[0].date_time == (2026, 11, 21, 12, 0, 4)


def test_a_file_that_is_gone_is_named_and_the_rest_is_there(tmp_path: Path) -> None:
    missing: list[str] = []
    entries = [
        ZipEntry("gone.png", NOON, tmp_path / "nothing"),
        ZipEntry("index.html", NOON, lambda: str(missing).encode()),
    ]
    archive = opened(entries, missing)
    assert archive.namelist() == ["index.html"] and archive.read("index.html") == b"['gone.png']"


def test_a_clock_far_off_makes_a_zip_all_the_same() -> None:
    entries = [ZipEntry(str(year), NOON.replace(year=year), lambda: b"") for year in (1970, 2300)]
    assert [info.date_time[0] for info in opened(entries, []).infolist()] == [1980, 2107]


def test_a_large_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "film").open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    tracemalloc.start()
    sent = sum(len(piece) for piece in zip_pieces([ZipEntry("film", NOON, tmp_path / "film")], []))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 64 * 1024 * 1024 and most < 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("my loop.png", "my loop.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\a.txt", "C__Windows_a.txt"),
        ("what? <b>.html", "what_ _b_.html"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("com¹.txt", "_com¹.txt"),
        ("console.txt", "console.txt"),
        ("trailing. . ", "trailing"),
        ("a\u202eb\x07.png", "ab.png"),
        ("\ud800", "_"),
        ("", "_"),
        ("..", "_"),
        ("日本語 名前.png", "日本語 名前.png"),
    ],
)
def test_names_are_safe_on_windows_and_keep_their_script(given_name: str, name: str) -> None:
    found = safe_name(given_name)
    assert found == name or (given_name.startswith("../") and "/" not in found)


@given(st.lists(st.tuples(st.text(max_size=200), st.text(max_size=300)), max_size=12))
def test_whatever_names_are_given_no_two_paths_meet_and_none_climbs_out(pairs: list[tuple[str, str]]) -> None:
    names = Names()
    paths = [names.path("files", folder, name) for folder, name in pairs]
    assert len({path.casefold() for path in paths}) == len(paths)
    for path in paths:
        folders = path.split("/")
        assert len(folders) == 3 and folders[0] == "files"
        for part in folders:
            assert part not in ("", ".", "..") and part.split(".")[0].strip().casefold() not in DEVICES
            assert not set('<>:"\\|?*') & set(part) and part == part.strip(" .") and part.isprintable()
            assert len(part) <= NAME_CHARACTERS + 8 and len(part.encode()) <= NAME_BYTES + 8


@given(st.lists(st.tuples(st.text(min_size=1, max_size=60), st.binary(max_size=300)), min_size=1, max_size=8))
def test_every_zip_opens_and_passes_the_look_at_archives_that_strangers_send(
    pairs: list[tuple[str, bytes]],
) -> None:
    names = Names()

    def entries() -> Iterator[ZipEntry]:
        for name, content in pairs:
            yield ZipEntry(names.path(name), NOON, lambda content=content: content)  # type: ignore[misc]

    whole = b"".join(zip_pieces(entries(), []))
    archive = zipfile.ZipFile(io.BytesIO(whole))
    assert archive.testzip() is None
    assert [archive.read(info) for info in archive.infolist()] == [content for _, content in pairs]


def test_the_look_at_archives_finds_its_entries(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"".join(zip_pieces([ZipEntry("a", NOON, lambda: b"x")], [])))
    assert [entry.filename for entry in entries_of(tmp_path / "a.zip")] == ["a"]

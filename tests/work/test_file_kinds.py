"""What a file really is: by its first bytes and, for archives, by their table of contents alone."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import Invalid
from appliance.storage.archives import CONTENTS_BYTES, MOST_ENTRIES
from appliance.work.file_kinds import (
    MAGIC,
    PROGRAMS,
    TEXT_EXTENSIONS,
    ZIP_EXTENSIONS,
    check_content,
    check_name,
    extension_of,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 40


def checked(tmp_path: Path, filename: str, content: bytes) -> None:
    path = tmp_path / "arriving"
    path.write_bytes(content)
    check_content(path, filename, content[:8192])


def refused(tmp_path: Path, filename: str, content: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        checked(tmp_path, filename, content)
    assert refusal.value.field == "file"
    return refusal.value.code


def archive(*names: str, content: bytes = b"", method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name in names:
            packed.writestr(name, content)
    return file.getvalue()


def starting(mark: bytes, offset: int) -> bytes:
    return b"\x01" * offset + mark + b"\x01" * 100


@pytest.mark.parametrize(
    ("extension", "offset", "mark"),
    [(kind, *pair) for kind, pairs in MAGIC.items() if kind not in ZIP_EXTENSIONS for pair in pairs],
)
def test_every_kind_is_known_by_its_own_bytes_and_by_no_others(
    tmp_path: Path, extension: str, offset: int, mark: bytes
) -> None:
    checked(tmp_path, f"Work{extension.upper()}", starting(mark, offset))
    assert refused(tmp_path, f"work{extension}", b"just words") == "wrong_content"
    assert refused(tmp_path, f"work{extension}", starting(mark, offset + 1)) == "wrong_content"


@pytest.mark.parametrize("extension", sorted(ZIP_EXTENSIONS))
def test_every_kind_of_archive_opens_as_one(tmp_path: Path, extension: str) -> None:
    checked(tmp_path, f"work{extension}", archive("project.json", "costume.svg"))
    assert refused(tmp_path, f"work{extension}", PNG) == "wrong_content"


@pytest.mark.parametrize("extension", sorted(TEXT_EXTENSIONS))
def test_text_is_text_in_any_language_and_no_bytes(tmp_path: Path, extension: str) -> None:
    checked(tmp_path, f"work{extension}", "Ein Stromkreis: ça marche, 電気".encode())
    checked(tmp_path, f"work{extension}", "Notepad's own way".encode("utf-16"))
    assert refused(tmp_path, f"work{extension}", b"text\x00and more") == "wrong_content"


@pytest.mark.parametrize("mark", PROGRAMS)
@pytest.mark.parametrize("extension", [".png", ".sb3", ".txt", ".mp4", ".blend"])
def test_a_program_is_refused_whatever_it_calls_itself(tmp_path: Path, mark: bytes, extension: str) -> None:
    assert refused(tmp_path, f"work{extension}", mark + b"\x00" * 200) == "is_program"


@pytest.mark.parametrize("text", [b"#!/usr/bin/env python3\nprint(1)\n", b"MZ is how I sign my poems.\n"])
def test_words_that_begin_like_a_program_are_still_words(tmp_path: Path, text: bytes) -> None:
    checked(tmp_path, "work.py", text)
    assert refused(tmp_path, "work.png", text) == "is_program"


def test_a_picture_with_an_archive_behind_it_is_a_picture_and_no_archive(tmp_path: Path) -> None:
    both = PNG + archive("project.json")
    checked(tmp_path, "both.png", both)
    assert refused(tmp_path, "both.zip", both) == "wrong_content"
    assert refused(tmp_path, "both.sb3", both) == "wrong_content"


def test_a_program_with_an_archive_behind_it_is_a_program(tmp_path: Path) -> None:
    assert refused(tmp_path, "game.zip", b"MZ" + b"\x00" * 100 + archive("a.txt")) == "is_program"


def test_a_kind_without_known_bytes_is_taken_at_its_word(tmp_path: Path) -> None:
    checked(tmp_path, "model.stl", b"solid cube")


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    assert refused(tmp_path, "work.png", b"") == "empty_file"


@pytest.mark.parametrize(
    "content", [archive("project.json")[:-10], b"PK\x03\x04 and then nothing of the kind"]
)
def test_a_damaged_archive_says_so(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, "game.sb3", content) == "damaged"


def test_an_archive_that_is_no_scratch_project_says_how_to_save_one(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Save to your computer"):
        checked(tmp_path, "game.sb3", archive("readme.txt"))


def test_a_bomb_is_looked_at_and_not_unpacked(tmp_path: Path) -> None:
    """50 MB of zeros in 50 kB: harmless as long as nobody unpacks it."""
    bomb = archive("project.json", content=b"\x00" * 50_000_000, method=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert peak(lambda: checked(tmp_path, "game.sb3", bomb)) < 5_000_000


def test_an_archive_of_very_many_files_is_refused(tmp_path: Path) -> None:
    names = [f"{number}" for number in range(MOST_ENTRIES + 1)]
    checked(tmp_path, "many.zip", archive(*names[:-1]))
    assert refused(tmp_path, "many.zip", archive(*names)) == "too_many_files"


def test_a_huge_table_of_contents_is_never_read(tmp_path: Path) -> None:
    """A million entries would take a gigabyte once read, and the archive's own count of them may lie."""
    entry = (
        struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", *[20, 0, 20, 0], *[0] * 4, 0, 0, 0, 1, *[0] * 4, 0, 0)
        + b"a"
    )
    contents = entry * 400_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 5, 5, len(contents), 100, 0)
    lying = b"PK\x03\x04".ljust(100, b"\x00") + contents + end
    assert len(contents) > CONTENTS_BYTES
    assert peak(lambda: refused(tmp_path, "lying.zip", lying)) < 5_000_000


def peak(act: object) -> int:
    """The most memory that Python held at once meanwhile, in bytes, over what it held before."""
    assert callable(act)
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(
    name=st.sampled_from(sorted({*MAGIC, *TEXT_EXTENSIONS, ".stl", ""})),
    content=st.binary(max_size=300)
    | st.tuples(st.integers(0, 400), st.binary(max_size=20)).map(lambda cut: spoilt(*cut)),
)
def test_whatever_comes_is_taken_or_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes
) -> None:
    try:
        checked(tmp_path, f"work{name}", content)
    except Invalid as refusal:
        assert refusal.field == "file" and refusal.message.endswith(".")


def spoilt(at: int, by: bytes) -> bytes:
    whole = archive("project.json", "a.txt", content=b"hello")
    return whole[:at] + by + whole[at + len(by) :]


@pytest.mark.parametrize(
    ("filename", "extension"),
    [("a.PNG", ".png"), ("a.tar.gz", ".gz"), ("png", ""), (".png", ""), ("a.", ""), ("a.b.c.Sb3", ".sb3")],
)
def test_the_kind_is_what_stands_behind_the_last_dot(filename: str, extension: str) -> None:
    assert extension_of(filename) == extension


@pytest.mark.parametrize("filename", ["game.exe", "photo", "photo.png.exe", "photo.PNG "])
def test_a_kind_that_is_not_wanted_is_refused_by_its_name(filename: str) -> None:
    check_name("photo.PNG", (".png",))
    with pytest.raises(Invalid, match="kinds listed below"):
        check_name(filename, (".png",))

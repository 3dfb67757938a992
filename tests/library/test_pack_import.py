"""A pack comes in whole or not at all."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import Conflict, Invalid, Refusal, TooLarge
from appliance.library.courses import Shelf
from appliance.library.packs import import_pack

PACKS = Path(__file__).parent / "packs"
MANIFEST = "lessons:\n  - {slug: wind, file: lessons/wind.md}\n"

WriteCourse = Callable[..., Path]


def zipped(tmp_path: Path, files: dict[str, str | bytes], name: str = "kites.zip") -> Path:
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, text in files.items():
            archive.writestr(inner, text)
    return path


def refused(tmp_path: Path, source: Path, kind: type[Refusal], words: str) -> None:
    """Refused with these words, and nothing is left behind."""
    shelf = tmp_path / "shelf"
    with pytest.raises(kind, match=words):
        import_pack(source, shelf)
    assert not shelf.exists() or list(shelf.iterdir()) == []


def test_a_folder_is_copied_and_opens(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    assert import_pack(PACKS / "window_garden_3", shelf) == "window_garden_3"
    assert len(Shelf([shelf]).lessons("window_garden_3")) == 3
    assert [path.name for path in shelf.iterdir()] == ["window_garden_3"]


@pytest.mark.parametrize("top", ["", "kites/", "download/kites/"])
def test_a_zip_is_unpacked_with_or_without_a_folder_of_its_own(tmp_path: Path, top: str) -> None:
    files: dict[str, str | bytes] = {
        f"{top}course.yaml": MANIFEST,
        f"{top}lessons/wind.md": "Hello",
        f"{top}x.exe": "x",
    }
    assert import_pack(zipped(tmp_path, files), tmp_path / "shelf") == "kites"
    assert Shelf([tmp_path / "shelf"]).lesson("kites", "wind").body_student == "Hello"
    assert not (tmp_path / "shelf" / "kites" / "x.exe").exists()


def test_a_course_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    import_pack(PACKS / "window_garden_3", tmp_path / "shelf")
    with pytest.raises(Conflict, match="already has the course"):
        import_pack(PACKS / "window_garden_3", tmp_path / "shelf")


@pytest.mark.parametrize(
    "name", ["../evil.md", "/etc/evil.md", "kites/../../evil.md", "C:evil.md", "a\\..\\evil.md"]
)
def test_a_zip_cannot_write_outside_its_folder(tmp_path: Path, name: str) -> None:
    refused(
        tmp_path, zipped(tmp_path, {"course.yaml": MANIFEST, name: "x"}), Invalid, "outside its own folder"
    )
    assert not list(tmp_path.rglob("evil.md"))


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"course.yaml": MANIFEST})
    link = zipfile.ZipInfo("lessons/wind.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(tmp_path, path, Invalid, "is a link")


def test_a_link_in_a_folder_is_refused(tmp_path: Path, write_course: WriteCourse) -> None:
    folder = write_course()
    (folder / "assets").symlink_to("/etc")
    refused(tmp_path, folder, Invalid, "is a link")


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"assets/{number}.svg": "" for number in range(501)}
    refused(tmp_path, zipped(tmp_path, files), TooLarge, "more than 500 files")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = bytes(60 * 1024 * 1024)
    files: dict[str, str | bytes] = {"course.yaml": MANIFEST, **{f"assets/{n}.mp4": bomb for n in range(5)}}
    refused(tmp_path, zipped(tmp_path, files), TooLarge, "larger than 256 MB")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"not a zip at all" * 100])
def test_what_is_no_zip_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kites.zip"
    path.write_bytes(content)
    refused(tmp_path, path, Invalid, "can't be opened as a zip file")


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_zip_that_is_damaged_inside_is_told(tmp_path: Path, packing: int) -> None:
    path = tmp_path / "kites.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("course.yaml", MANIFEST + "# the wind lifts the kite\n" * 50)
    content = bytearray(path.read_bytes())
    begin = content.index(b"course.yaml") + len("course.yaml")
    content[begin : begin + 30] = bytes(byte ^ 255 for byte in content[begin : begin + 30])
    path.write_bytes(content)
    refused(tmp_path, path, Invalid, "can't be opened as a zip file")


@pytest.mark.parametrize("name", ["lessons/wind.md/rain.md", f"assets/{'x' * 300}.svg"])
def test_a_zip_with_names_that_no_disk_can_hold_is_told(tmp_path: Path, name: str) -> None:
    files: dict[str, str | bytes] = {"course.yaml": MANIFEST, "lessons/wind.md": "Hello", name: "x"}
    refused(tmp_path, zipped(tmp_path, files), Invalid, "can't be opened as a zip file")


def test_a_faulty_pack_is_refused_with_its_first_fault(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"course.yaml": MANIFEST, "lessons/wind.md": "---\ntitle: a: b\n---\n"}
    refused(tmp_path, zipped(tmp_path, files), Invalid, r"kites/lessons/wind.md, line 2: .* double quotes")


def test_a_pack_without_a_manifest_is_told(tmp_path: Path) -> None:
    refused(tmp_path, zipped(tmp_path, {"wind.md": "Hello"}), Invalid, "no course.yaml")


def test_a_pack_needs_a_name_that_can_be_an_address(tmp_path: Path) -> None:
    refused(
        tmp_path, zipped(tmp_path, {"course.yaml": MANIFEST}, "my kites!.zip"), Invalid, "can't name a course"
    )

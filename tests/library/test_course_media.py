"""Only a course's own files of known kinds are served."""

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import NotFound
from appliance.library.courses import Course, Shelf
from appliance.library.media import asset_path, content_type

WriteCourse = Callable[..., Path]


@pytest.fixture
def course(write_course: WriteCourse) -> Course:
    folder = write_course(
        **{
            "assets/kite.svg": "<svg/>",
            "assets/big/kite 2.png": b"x",
            "assets/notes.md": "x",
            "assets/run.html": "x",
        }
    )
    (folder / "assets" / "away.svg").symlink_to("/etc/passwd")
    (folder / "assets" / "folder.svg").mkdir()
    return Shelf([folder.parent]).course("kites")


def test_a_picture_is_found_with_its_type(course: Course) -> None:
    assert asset_path(course, "kite.svg").read_text() == "<svg/>"
    assert asset_path(course, "big/kite 2.png").name == "kite 2.png"
    assert content_type("kite.SVG") == "image/svg+xml" and content_type("x.html") is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "none.svg",
        "notes.md",
        "run.html",
        "away.svg",
        "folder.svg",
        "../course.yaml",
        "../assets/kite.svg",
        "/etc/passwd",
        "big/../kite.svg",
        "..",
        ".hidden.svg",
        "a\0.svg",
        "kite.svg/x.svg",
        "x" * 5000 + ".svg",
    ],
)
def test_everything_else_is_not_found(course: Course, name: str) -> None:
    with pytest.raises(NotFound):
        asset_path(course, name)

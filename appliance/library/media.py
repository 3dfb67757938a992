"""Pictures, sounds and sheets that a course brings along in its `assets` folder."""

import html
import re
import stat
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from appliance.errors import NotFound
from appliance.library.courses import Course
from appliance.library.sources import inside

CONTENT_TYPES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
}
ASSETS = "assets"
NO_ASSET = "This file isn't part of the course."
_NAME = re.compile(r"(?:[\w-][\w. -]{0,100}/){0,3}[\w-][\w. -]{0,100}")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def asset_path(course: Course, name: str) -> Path:
    """Where a file of the course lies; `name` is its path below `assets/`.

    Raises NotFound for everything that isn't a plain file of a known kind inside that folder. An SVG may hold script:
    serve it with a Content-Security-Policy of its own.
    """
    if not _NAME.fullmatch(name) or content_type(name) is None:
        raise NotFound(NO_ASSET, "asset_not_found")
    try:
        path = inside(course.folder.parent, course.slug, ASSETS, name)
        is_file = stat.S_ISREG(path.lstat().st_mode)
    except (OSError, NotFound) as error:
        raise NotFound(NO_ASSET, "asset_not_found") from error
    if not is_file or not path.is_relative_to(course.folder / ASSETS):
        raise NotFound(NO_ASSET, "asset_not_found")
    return path


def names_asset(markdown: str, name: str, folder: str = ASSETS) -> bool:
    """Whether a text shows or links this file of the course, however its author spelt the address.

    A name that the text merely mentions counts too: a picture that doesn't come would be worse.
    """
    if ASSETS not in markdown:
        return False
    address = re.compile(rf"{re.escape(folder)}/{re.escape(name)}(?![\w-]|\.\w)")
    return address.search(_spelt_out(markdown)) is not None


def content_type(name: str) -> str | None:
    """By extension; None for kinds that a course can't bring."""
    return CONTENT_TYPES.get(Path(name).suffix.lower())


@lru_cache(maxsize=128)
def _spelt_out(markdown: str) -> str:
    """Without what Markdown, HTML and addresses escape."""
    return unquote(html.unescape(_ESCAPED.sub(r"\1", markdown)))

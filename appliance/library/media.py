"""Pictures, sounds and papers of a course, found by name and never outside its folder."""

from pathlib import Path

from appliance.errors import NotFound
from appliance.library.courses import Course

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
NO_ASSET = "This picture or file is not in the course. Tell your teacher which lesson it is missing from."


def asset_path(course: Course, name: str) -> tuple[Path, str]:
    """Where it lies and its content type. Raises NotFound, for a name that tries to leave the folder too."""
    kind = CONTENT_TYPES.get(Path(name).suffix.lower())
    path = course.folder / "assets" / name
    plain = name == Path(name).name and not name.startswith(".") and "\x00" not in name
    if kind is None or not plain or path.is_symlink() or not path.is_file():
        raise NotFound(NO_ASSET, "asset_not_found")
    return path, kind

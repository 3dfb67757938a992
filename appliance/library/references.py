"""What the helper may quote beside the lessons: facts of a pack's own, then those that the operator put on the box."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from appliance.errors import NotFound, StartRefused
from appliance.library.courses import Course
from appliance.library.courses import reference_text as text_of_pack
from appliance.library.sources import SLUG, read_source
from appliance.settings import Settings


@dataclass(frozen=True)
class References:
    """The operator's own: `folder` holds a `<key>.md` for a key, or the file that `names` gives it.

    `otherwise` is the file for courses and lessons that name no key; empty for none.
    """

    folder: Path | None = None
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    otherwise: str = ""

    def text(self, course: Course, key: str) -> str:
        """Of the pack first, since it knows its lessons; empty where nobody has one. Raises Invalid."""
        if not key:
            return self._file(self.otherwise)
        own = text_of_pack(course, key)
        if own or not SLUG.fullmatch(key):
            return own
        return self._file(self.names.get(key, f"{key}.md"))

    def _file(self, name: str) -> str:
        if self.folder is None or not name:
            return ""
        try:
            return read_source(self.folder, name).text
        except NotFound:
            return ""


PACKS_ONLY = References()


def references_of(settings: Settings) -> References:
    """Raises StartRefused for a folder that isn't there and a table that can't be read."""
    folder = (
        Path(settings.helper_reference_dir).expanduser().resolve() if settings.helper_reference_dir else None
    )
    if folder is not None and not folder.is_dir():
        raise StartRefused(f"HELPER_REFERENCE_DIR is {folder}, but there is no such folder.")
    names = _names(settings.helper_reference_map)
    if folder is None and (names or settings.helper_reference_file):
        raise StartRefused(
            "HELPER_REFERENCE_FILE and HELPER_REFERENCE_MAP need HELPER_REFERENCE_DIR, their folder."
        )
    return References(folder, names, settings.helper_reference_file)


def _names(text: str) -> dict[str, str]:
    if not text.strip():
        return {}
    try:
        names = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _no_map() from fault
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise _no_map()
    return names


def _no_map() -> StartRefused:
    return StartRefused(
        'HELPER_REFERENCE_MAP has to be like {"key": "file.md"}: a key, and the name of a file in the folder.'
    )

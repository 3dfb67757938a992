"""Names of files inside an archive: what people typed, made safe for every system, and never twice."""

import unicodedata

MOST_CHARACTERS = 80
FORBIDDEN = frozenset('<>:"/\\|?*')
# Windows takes these for devices, whatever ending they have.
DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
)


def safe_name(text: str, otherwise: str = "_") -> str:
    """One part of a path: letters of any script stay, what a system may stumble over becomes `_`."""
    name = unicodedata.normalize("NFC", text)
    name = "".join(
        "_" if character in FORBIDDEN or unicodedata.category(character)[0] == "C" else character
        for character in name
    )
    stem, dot, ending = name.rpartition(".")
    if dot and stem and len(ending) <= 10:
        name = f"{stem[: MOST_CHARACTERS - len(ending) - 1].rstrip(' .')}.{ending}"
    name = name[:MOST_CHARACTERS].strip(" ").rstrip(".")
    if not name.strip("_. ") or name.split(".")[0].upper() in DEVICES:
        name = f"{otherwise}{name}".rstrip(".")
    return name


class Names:
    """Gives every path of an archive once; what clashes, capitals apart, gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, path: str) -> str:
        folder, slash, name = path.rpartition("/")
        stem, dot, ending = name.rpartition(".")
        if not stem:
            stem, dot, ending = name, "", ""
        tried, number = path, 1
        while tried.casefold() in self._taken:
            number += 1
            tried = f"{folder}{slash}{stem} ({number}){dot}{ending}"
        self._taken.add(tried.casefold())
        return tried

"""Lines to teach with: plain text, a label in brackets over the lines that have it, # for remarks."""

from hashlib import sha256
from importlib.resources import files


def lines_of(name: str) -> list[tuple[str, str]]:
    """Each with its label, in the order of the file."""
    found, label = [], ""
    for line in (files(__package__) / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            label = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append((label, line))
    return found


def hash_of(*names: str) -> str:
    """Of the files in this folder, to tell which lines a classifier was taught with."""
    texts = [(files(__package__) / f"{name}.txt").read_bytes() for name in names]
    return sha256(b"".join(texts)).hexdigest()

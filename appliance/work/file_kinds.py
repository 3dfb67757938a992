"""What a file really is: its name, its first bytes and, for archives, what lies inside."""

from pathlib import Path, PurePosixPath

from appliance.errors import Invalid
from appliance.storage.archives import entries_of

ZIP_EXTENSIONS = frozenset({".zip", ".sb3", ".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods"})
# (offset, bytes) pairs, any of which is enough.
MAGIC: dict[str, tuple[tuple[int, bytes], ...]] = {
    ".png": ((0, b"\x89PNG\r\n\x1a\n"),),
    ".jpg": ((0, b"\xff\xd8\xff"),),
    ".jpeg": ((0, b"\xff\xd8\xff"),),
    ".gif": ((0, b"GIF87a"), (0, b"GIF89a")),
    ".webp": ((8, b"WEBP"),),
    ".heic": ((4, b"ftyp"),),
    ".heif": ((4, b"ftyp"),),
    ".mp4": ((4, b"ftyp"),),
    ".mov": ((4, b"ftyp"), (4, b"moov"), (4, b"mdat")),
    ".m4a": ((4, b"ftyp"),),
    ".mp3": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    ".wav": ((8, b"WAVE"),),
    ".ogg": ((0, b"OggS"),),
    ".ogv": ((0, b"OggS"),),
    ".vtt": ((0, b"WEBVTT"), (0, b"\xef\xbb\xbfWEBVTT")),
    ".webm": ((0, b"\x1a\x45\xdf\xa3"),),
    ".pdf": ((0, b"%PDF-"),),
    **{extension: ((0, b"PK\x03\x04"),) for extension in ZIP_EXTENSIONS},
}
# A programme is refused whatever it calls itself.
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
TEXT_EXTENSIONS = frozenset({".txt", ".md", ".csv", ".py", ".ino", ".json", ".html", ".css", ".js", ".svg"})
# Windows' Notepad and Excel still write UTF-16, which is full of zero bytes.
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def extension_of(filename: str) -> str:
    return PurePosixPath(filename).suffix.lower()


def check_name(filename: str, accepted: tuple[str, ...]) -> None:
    if extension_of(filename) not in accepted:
        raise Invalid(
            "This kind of file can't be handed in here. Look at the kinds listed below.", "wrong_kind", "file"
        )


def check_content(path: Path, filename: str, head: bytes) -> None:
    """Raise Invalid unless the bytes are what the name says. Reads the disk: call it in a thread."""
    extension = extension_of(filename)
    if not head:
        raise Invalid("This file is empty. Save it again and hand it in once more.", "empty_file", "file")
    is_text = b"\x00" not in head or head.startswith(UTF_16)
    if head.startswith(PROGRAMS) and not (is_text and extension in TEXT_EXTENSIONS):
        raise Invalid("This is a program, not what its name says. Choose another file.", "is_program", "file")
    wanted = MAGIC.get(extension)
    if wanted and not any(head[offset:].startswith(mark) for offset, mark in wanted):
        raise Invalid(
            "What is inside this file doesn't fit its name. Export it again from its own app.",
            "wrong_content",
            "file",
        )
    if extension in TEXT_EXTENSIONS and not is_text:
        raise Invalid("This should be text, but it isn't. Choose another file.", "wrong_content", "file")
    if extension in ZIP_EXTENSIONS:
        _check_archive(path, extension)


def _check_archive(path: Path, extension: str) -> None:
    names = {entry.filename for entry in entries_of(path)}
    if extension == ".sb3" and "project.json" not in names:
        raise Invalid(
            "This is not a Scratch project. In Scratch choose File, then Save to your computer.",
            "wrong_content",
            "file",
        )

"""The bytes of a picture without what a camera wrote beside it: no pixel is touched, nothing is decoded.

JPEG: ITU-T T.81, annex B. PNG: RFC 2083 and its extensions. GIF: GIF89a. WebP: RFC 9649.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 256 * 1024
# Far more than any camera or drawing program makes; each costs a turn of a loop.
MOST_PARTS = 200_000
MOST_SUB_BLOCKS = 1_000_000
# Some encoders put a few before a marker; a file of nothing else would keep a thread for minutes.
MOST_FILLERS = 4096
PNG_KEPT = frozenset(
    (
        *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP"),
        *(b"sBIT", b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT"),
    )
)
WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
WEBP_HAS_EXIF_OR_XMP = 0x0C
GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
# In the picture's data 0xFF is followed by 0x00, or by the number of a restart; anything else ends it.
JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
SOI, EOI, SOS, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_BARE = frozenset((0x01, *range(0xD0, 0xD8)))
# The parts of a JPEG that belong to its pixels: how they are coded and which colours they mean.
JPEG_KEPT = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
ORIENTATION = 0x0112

# Bytes of our own, or the place (start, length) in the file where they stand.
Piece = bytes | tuple[int, int]


class NotWellFormed(Exception):
    """The file doesn't hold to its format; whatever is in it can't be told apart."""


@dataclass(frozen=True)
class Look:
    """`orientation` as EXIF counts it: 1 is upright. `has_more` says that something is left out of `pieces`."""

    pieces: tuple[Piece, ...]
    orientation: int
    has_more: bool


def look_at(file: BinaryIO, extension: str) -> Look:
    """Raises NotWellFormed. Reads the disk: call it in a thread."""
    size = file.seek(0, 2)
    file.seek(0)
    try:
        pieces, orientation = WALKS[extension](file, size)
    except (struct.error, IndexError) as error:
        raise NotWellFormed(extension) from error
    return Look(tuple(pieces), orientation, _length(pieces) != size)


def upright_mark(look: Look) -> Look:
    """A JPEG that says which way is up, and nothing else about itself."""
    exif = b"Exif\x00\x00MM\x00\x2a" + struct.pack(
        ">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, look.orientation, 0, 0
    )
    mark = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return Look((b"\xff\xd8" + mark, *_without_first(look.pieces, 2)), look.orientation, True)


def bytes_of(file: BinaryIO, look: Look) -> Iterator[bytes]:
    for piece in look.pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        start, left = piece
        file.seek(start)
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def _jpeg(file: BinaryIO, size: int) -> tuple[list[Piece], int]:
    if _exactly(file, 2) != b"\xff\xd8":
        raise NotWellFormed("no start")
    pieces, orientation, frames, place = [(0, 2)], 1, 0, 2
    for _ in range(MOST_PARTS):
        marker, place = _marker(file, place)
        if marker == EOI:
            _add(pieces, place, 2)
            return _whole(pieces, frames), orientation
        if marker in JPEG_BARE:
            place += 2
            continue
        content = _exactly(file, max(struct.unpack(">H", _exactly(file, 2))[0] - 2, 0))
        frames += marker in JPEG_FRAMES
        if marker == 0xE1 and content.startswith(b"Exif\x00\x00") and orientation == 1:
            orientation = _orientation(content[6:])
        if _is_kept(marker, content):
            _add(pieces, place, len(content) + 4)
        place += len(content) + 4
        if marker == SOS:
            end = _end_of_scan(file, place, size)
            _add(pieces, place, end - place)
            if end == size:
                # A download that broke off: the rest is missing, and the picture has to end all the same.
                return [*_whole(pieces, frames), b"\xff\xd9"], orientation
            place = end
    raise NotWellFormed("too many parts")


def _marker(file: BinaryIO, place: int) -> tuple[int, int]:
    """The next marker and where it stands; a filler of 0xFF may stand before it."""
    file.seek(place)
    lead, number = _exactly(file, 2)
    start = place
    while number == 0xFF and place - start < MOST_FILLERS:
        number = _exactly(file, 1)[0]
        place += 1
    if lead != 0xFF or number in (0, SOI, 0xFF):
        raise NotWellFormed("no marker")
    return number, place


def _whole(pieces: list[tuple[int, int]], frames: int) -> list[Piece]:
    if not frames:
        raise NotWellFormed("no picture")
    return list(pieces)


def _is_kept(marker: int, content: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return marker in JPEG_KEPT and content.startswith(JPEG_KEPT[marker])
    return marker != COMMENT


def _end_of_scan(file: BinaryIO, place: int, size: int) -> int:
    """Where the next marker stands, or the end of the file."""
    file.seek(place)
    carried = b""
    while block := file.read(BLOCK):
        found = JPEG_MARKER.search(carried + block)
        if found:
            return place - len(carried) + found.start()
        place += len(block)
        carried = block[-1:]
    return size


def _orientation(tiff: bytes) -> int:
    """The one number of an EXIF block that has to do with the pixels; 1 where it can't be read."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    try:
        start = struct.unpack_from(f"{order}I", tiff, 4)[0] if order else len(tiff)
        entries = struct.unpack_from(f"{order}H", tiff, start)[0]
        for number in range(min(entries, 1000)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * number)
            if tag == ORIENTATION and kind == 3:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _png(file: BinaryIO, size: int) -> tuple[list[Piece], int]:
    if _exactly(file, 8) != b"\x89PNG\r\n\x1a\n":
        raise NotWellFormed("no start")
    pieces, orientation, place = [(0, 8)], 1, 8
    for number in range(MOST_PARTS):
        length, name = struct.unpack(">I4s", _exactly(file, 8))
        end = place + length + 12
        if end > size or not name.isalpha() or (name == b"IHDR") != (number == 0):
            raise NotWellFormed("no chunk")
        if name == b"eXIf":
            orientation = _orientation(_exactly(file, min(length, 65536)))
        if name in PNG_KEPT:
            _add(pieces, place, length + 12)
        if name == b"IEND":
            return list(pieces), orientation
        place = end
        file.seek(place)
    raise NotWellFormed("too many parts")


def _webp(file: BinaryIO, size: int) -> tuple[list[Piece], int]:
    riff, length, kind = struct.unpack("<4sI4s", _exactly(file, 12))
    end = length + 8
    if riff != b"RIFF" or kind != b"WEBP" or end > size:
        raise NotWellFormed("no start")
    pieces: list[Piece] = []
    orientation, place = 1, 12
    for _ in range(MOST_PARTS):
        if place >= end:
            break
        file.seek(place)
        name, length = struct.unpack("<4sI", _exactly(file, 8))
        whole = 8 + length + length % 2
        if place + 8 + length > end:
            raise NotWellFormed("no chunk")
        if name == b"EXIF":
            orientation = _orientation(_exactly(file, min(length, 65536)).removeprefix(b"Exif\x00\x00"))
        if name == b"VP8X":
            content = bytearray(_exactly(file, length))
            content[0] &= ~WEBP_HAS_EXIF_OR_XMP
            pieces.append(struct.pack("<4sI", name, length) + bytes(content) + b"\x00" * (length % 2))
        elif name in WEBP_KEPT:
            pieces.append((place, min(whole, end - place)))
        place += whole
    else:
        raise NotWellFormed("too many parts")
    if not pieces:
        raise NotWellFormed("no picture")
    return [struct.pack("<4sI4s", b"RIFF", _length(pieces) + 4, b"WEBP"), *pieces], orientation


def _gif(file: BinaryIO, size: int) -> tuple[list[Piece], int]:
    head = _exactly(file, 13)
    if head[:6] not in (b"GIF87a", b"GIF89a"):
        raise NotWellFormed("no start")
    place = 13 + _colours(head[10])
    pieces, budget = [(0, place)], [MOST_SUB_BLOCKS]
    for _ in range(MOST_PARTS):
        file.seek(place)
        kind = _exactly(file, 1)
        if kind == b";":
            _add(pieces, place, 1)
            return list(pieces), 1
        if kind == b",":
            colours = _colours(_exactly(file, 9)[8])
            file.seek(place + 10 + colours + 1)
            is_kept = True
        elif kind == b"!":
            label = _exactly(file, 1)
            is_kept = label in (b"\xf9", b"\x01") or (label == b"\xff" and _loops(file))
            file.seek(place + 2)
        else:
            raise NotWellFormed("no block")
        end = _end_of_sub_blocks(file, budget)
        if is_kept:
            _add(pieces, place, end - place)
        place = end
    raise NotWellFormed("too many parts")


def _colours(flags: int) -> int:
    """Bytes of the table of colours."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _loops(file: BinaryIO) -> bool:
    """Of all that programs add to a GIF only this has to do with how it plays."""
    return _exactly(file, 12)[1:] in GIF_LOOPS


def _end_of_sub_blocks(file: BinaryIO, budget: list[int]) -> int:
    while budget[0]:
        budget[0] -= 1
        length = _exactly(file, 1)[0]
        if length == 0:
            return file.tell()
        _exactly(file, length)
    raise NotWellFormed("too many parts")


def _exactly(file: BinaryIO, length: int) -> bytes:
    read = file.read(length)
    if len(read) != length:
        raise NotWellFormed("broken off")
    return read


def _add(pieces: list[tuple[int, int]], start: int, length: int) -> None:
    """Neighbours become one piece."""
    if pieces and sum(pieces[-1]) == start:
        pieces[-1] = (pieces[-1][0], pieces[-1][1] + length)
    else:
        pieces.append((start, length))


def _length(pieces: list[Piece]) -> int:
    return sum(len(piece) if isinstance(piece, bytes) else piece[1] for piece in pieces)


def _without_first(pieces: tuple[Piece, ...], count: int) -> tuple[Piece, ...]:
    first, *rest = pieces
    if isinstance(first, bytes):
        return (first[count:], *rest)
    return ((first[0] + count, first[1] - count), *rest)


WALKS: dict[str, Callable[[BinaryIO, int], tuple[list[Piece], int]]] = {
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".png": _png,
    ".webp": _webp,
    ".gif": _gif,
}

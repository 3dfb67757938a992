"""The throw-away child that opens a stranger's picture: `python -m appliance.work.picture_drawing WHAT < file`."""

import contextlib
import io
import os
import sys
from typing import BinaryIO

from PIL import Image, ImageOps

from appliance.storage.confinement import confine

with contextlib.suppress(ImportError):
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener()

CPU_SECONDS = 25
# What today's phones take; more is kept with its pixels as they are.
MOST_PIXELS = 52_000_000
SIDE = 480
QUALITY = 92
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF")


def main() -> int:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns above it and refuses above twice of it
    confine(CPU_SECONDS)
    try:
        sys.stdout.buffer.write(drawn(sys.stdin.buffer, sys.argv[1]))
        sys.stdout.buffer.flush()
    except Exception:  # whatever a broken file makes of it: this is the edge
        return 1
    return 0


def drawn(file: BinaryIO, what: str) -> bytes:
    """`turn`: upright, in its own format; `jpeg`: upright, as a JPEG; `thumbnail`: small."""
    image = Image.open(file, formats=FORMATS)
    if what == "turn" and getattr(image, "n_frames", 1) > 1:
        raise ValueError("more than one picture")
    kind = str(image.format)
    if what == "thumbnail":
        image.draft("RGB", (SIDE * 2, SIDE * 2))
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if what == "thumbnail":
        upright.thumbnail((SIDE, SIDE))
        kind = (
            "PNG"
            if "A" in upright.convert("PA" if upright.mode == "P" else upright.mode).getbands()
            else "JPEG"
        )
    # Encoders take what they find there along: comments, text, EXIF.
    upright.info = {}
    return _encoded(upright, "JPEG" if what == "jpeg" else kind, profile)


def _encoded(image: Image.Image, kind: str, profile: bytes | None) -> bytes:
    if kind == "JPEG" and image.mode not in ("L", "RGB", "CMYK"):
        image = _on_white(image)
    written = io.BytesIO()
    options: dict[str, object] = {"quality": QUALITY} if kind in ("JPEG", "WEBP") else {}
    image.save(written, kind, icc_profile=profile, **options)
    return written.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """A JPEG has no see-through parts."""
    if image.mode in ("RGBA", "LA", "PA", "P"):
        seen = image.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(paper, seen).convert("RGB")
    return image.convert("RGB")


if __name__ == "__main__":
    code = main()
    # No farewell of the libraries: a broken file may trip them.
    os._exit(code)

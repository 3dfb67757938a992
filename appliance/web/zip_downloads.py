"""A zip sent while it is made."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sanic.response import ResponseStream

from appliance.storage.zip_streams import ZipEntry, zip_pieces
from appliance.web.headers import SANDBOX


def send_zip(name: str, entries: Iterable[ZipEntry], missing: list[str]) -> ResponseStream:
    """A download; `name` is plain ASCII with its ending. Files that are gone are left out and named in `missing`."""
    pieces = zip_pieces(entries, missing)

    async def send(response: Any) -> None:
        try:
            while piece := await asyncio.to_thread(next, pieces, b""):
                await response.write(piece)
        finally:
            # Whoever goes away in the middle leaves a thread that still packs its last block.
            with suppress(ValueError):
                pieces.close()

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": SANDBOX}
    return ResponseStream(send, headers=headers, content_type="application/zip")

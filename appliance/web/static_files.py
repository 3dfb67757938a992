"""Our own CSS, scripts and pictures: read once, served under an address that changes with their content."""

import hashlib
import mimetypes
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from sanic import HTTPResponse, Request, Sanic
from sanic.response import empty, raw

from appliance.errors import NotFound

FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class StaticFile:
    body: bytes
    content_type: str


class StaticFiles:
    """All files under one mark, so that a module's relative imports stay within its own version."""

    def __init__(self, folder: Traversable | None = None) -> None:
        self._files = dict(_read(folder or files("appliance.web") / "static", ""))
        digest = hashlib.sha256()
        for path in sorted(self._files):
            digest.update(path.encode() + self._files[path].body)
        self.mark = digest.hexdigest()[:12]

    def address(self, path: str) -> str:
        """Where the page finds it. A path that isn't there is our own mistake, hence KeyError."""
        if path not in self._files:
            raise KeyError(path)
        return f"/static/{self.mark}/{path}"

    async def show(self, request: Request, mark: str, path: str) -> HTTPResponse:
        found = self._files.get(path)
        if found is None:
            raise NotFound("This file isn't here. Load the page again.")
        if request.headers.get("if-none-match") == f'"{self.mark}"':
            return empty(304)
        lasting = FOR_EVER if mark == self.mark else "no-cache"
        headers = {"Cache-Control": lasting, "ETag": f'"{self.mark}"'}
        return raw(found.body, content_type=found.content_type, headers=headers)

    def attach(self, app: Sanic) -> None:
        app.add_route(self.show, "/static/<mark:str>/<path:path>", name="static", methods=["GET", "HEAD"])


def _read(folder: Traversable, prefix: str) -> list[tuple[str, StaticFile]]:
    found: list[tuple[str, StaticFile]] = []
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            found += _read(entry, name + "/")
        else:
            kind = mimetypes.guess_type(entry.name)[0] or "application/octet-stream"
            text = kind.startswith("text/") or kind.endswith(("javascript", "+xml"))
            found.append((name, StaticFile(entry.read_bytes(), f"{kind}; charset=utf-8" if text else kind)))
    return found

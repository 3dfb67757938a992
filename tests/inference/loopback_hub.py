"""A Hugging Face hub on the loopback: addresses, redirects and headers as the real one has them."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class Hub:
    """`cut_after` bytes the line breaks once; past `hold_after` bytes the hub waits for `go_on`."""

    endpoint: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    announced_size: int | None = None
    announced_hash: str | None = None
    refuses: tuple[int, str] | None = None
    cut_after: int | None = None
    hold_after: int | None = None
    knows_ranges: bool = True
    go_on: threading.Event = field(default_factory=threading.Event)
    ranges: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def offer(self, content: bytes, repo: str = "school/model", file: str = "model.gguf") -> None:
        self.files[f"/{repo}/resolve/main/{file}"] = content


@contextmanager
def hub_on_loopback() -> Iterator[Hub]:
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = False
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hub
    finally:
        hub.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            hub.headers.append(dict(self.headers))
            content = hub.files.get(unquote(self.path))
            if hub.refuses or content is None:
                return self._refuse(*(hub.refuses or (404, "EntryNotFound")))
            self.send_response(302)
            # Another host, as with the real hub: the client reads the headers of the first one only.
            self.send_header("Location", hub.endpoint.replace("127.0.0.1", "localhost") + "/cdn" + self.path)
            self.send_header("X-Repo-Commit", "0" * 40)
            self.send_header("X-Linked-Size", str(hub.announced_size or len(content)))
            self.send_header(
                "X-Linked-Etag", f'"{hub.announced_hash or hashlib.sha256(content).hexdigest()}"'
            )
            self.end_headers()

        def do_GET(self) -> None:
            content = hub.files[unquote(self.path.removeprefix("/cdn"))]
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            hub.ranges.append(self.headers.get("Range", ""))
            start = int(asked[1]) if asked and hub.knows_ranges else 0
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self._send(content, start)

        def _send(self, content: bytes, start: int) -> None:
            cut, hub.cut_after = hub.cut_after, None
            end = len(content) if cut is None else cut
            held = end if hub.hold_after is None else max(start, hub.hold_after)
            try:
                self.wfile.write(content[start:held])
                if held < end:
                    hub.go_on.wait(30)
                    self.wfile.write(content[held:end])
            except OSError:
                self.close_connection = True  # the other side went away, which some tests want

        def _refuse(self, status: int, code: str) -> None:
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    return Handler

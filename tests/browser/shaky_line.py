"""A line to a box that a test can break: every connection on it ends without a goodbye."""

import contextlib
import socket
import struct
import threading
from typing import Self
from urllib.parse import urlsplit

AT_ONCE = struct.pack("ii", 1, 0)


class ShakyLine:
    def __init__(self, url: str) -> None:
        self._box = ("127.0.0.1", urlsplit(url).port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._ends: list[socket.socket] = []
        self.url = f"http://{urlsplit(url).hostname}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Only this wakes a thread that waits for a connection.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.break_off()

    def break_off(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                box = socket.create_connection(self._box)
                self._ends += [browser, box]
                for source, target in ((browser, box), (box, browser)):
                    threading.Thread(target=_carry, args=(source, target), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)

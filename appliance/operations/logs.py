"""One line per event on stderr: key=value, UTC, and nothing that a stranger sends can make two of it."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

OURS = "chalkbox"
NOISY = ("sanic.root", "sanic.error", "sanic.server", "sanic.websockets", "asyncio", "httpx")
PLAIN = re.compile(r"[\w./:@+,%*~-]+", re.ASCII)
EVENT = re.compile(r"(?:event=)?(?P<name>[a-z][a-z0-9_]*)(?P<rest>(?: [a-z][a-z0-9_]*=.*)?)", re.DOTALL)


def configure(level: str, stream: TextIO = sys.stderr) -> None:
    """From here on everything that is logged in this process goes to `stream`, once."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(level)
    for name in NOISY:
        quiet = logging.getLogger(name)
        quiet.handlers.clear()
        quiet.propagate = True
        quiet.setLevel(logging.DEBUG if level == "DEBUG" else logging.WARNING)
    # It tells of every cable that is pulled with a trace; the announcer says the same in a line.
    logging.getLogger("zeroconf").setLevel(logging.ERROR)
    # The access log would put addresses and paths of children's pages on disk.
    logging.getLogger("sanic.access").disabled = True


class OneLine(logging.Formatter):
    """`time=… level=info from=jobs event=job_failed kind=index id=3 trace="…"`"""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [
            f"time={moment.replace('+00:00', 'Z')}",
            f"level={record.levelname.lower()}",
            f"from={shown(record.name.removeprefix(OURS + '.'))}",
            _event(record),
        ]
        if record.exc_info:
            parts.append(f"trace={shown(self.formatException(record.exc_info))}")
        return " ".join(parts)


def shown(text: str) -> str:
    """As it is when it is one plain word, else in quotes, and nothing in it can end the line or the quote."""
    if PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escaped(c) for c in escaped) + '"'


class _Shown:
    """A value on its way into a message: quoted if it needs to be, whether the message says %s or %r."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __str__(self) -> str:
        return shown(str(self._value))

    __repr__ = __str__


def _event(record: logging.LogRecord) -> str:
    is_ours = record.name.split(".")[0] == OURS
    message = _filled(record) if is_ours else record.getMessage()
    named = EVENT.fullmatch(message)
    if is_ours and named:
        return f"event={named['name']}{''.join(c if c.isprintable() else _escaped(c) for c in named['rest'])}"
    return f"event=message text={shown(message)}"


def _filled(record: logging.LogRecord) -> str:
    if not isinstance(record.args, tuple) or not record.args:
        return record.getMessage()
    return str(record.msg) % tuple(_safe(value) for value in record.args)


def _safe(value: object) -> object:
    return value if isinstance(value, int | float) else _Shown(value)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")

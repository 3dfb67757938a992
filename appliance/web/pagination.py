"""Which part of a list a program asks for, and how it is told what it got."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sanic import Request

MOST_LINES = 100
USUAL_LINES = 50
LARGEST_OFFSET = 2**31


@dataclass(frozen=True)
class Window:
    limit: int = USUAL_LINES
    offset: int = 0

    def told(self, total: int) -> dict[str, int]:
        return {**asdict(self), "total": total}


def window_of(request: Request) -> Window:
    """`?limit=` from 1 to 100 and `?offset=`, brought within bounds; the first 50 for what is no number."""
    try:
        limit, offset = (int(str(request.args.get(name) or usual)) for name, usual in _USUAL)
    except ValueError:
        return Window()
    return Window(max(1, min(limit, MOST_LINES)), max(0, min(offset, LARGEST_OFFSET)))


def moment(seconds: int) -> str | None:
    """ISO 8601 in UTC; None for never."""
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


_USUAL = (("limit", USUAL_LINES), ("offset", 0))

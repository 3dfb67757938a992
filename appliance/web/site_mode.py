"""What each site mode stops, and what no mode ever stops: coming back, going out, and one's own data.

read-only     everybody looks at everything and asks the helper; nothing is handed in or changed, nobody new joins.
join-only     students join and read lessons; staff look; no hand-in, no helper, no quizzes, no chats.
maintenance   staff alone, and they may do everything.

A class that has ended is read-only for its students, and its helper rests.
"""

import re

from sanic import Request

from appliance.errors import Forbidden, Refusal
from appliance.web.identity import Person

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Whatever the mode: signing in and out, the language, one's own data, an invitation read, the operator's pages.
ALWAYS = (
    "/static",
    "/sign-in",
    "/sign-out",
    "/setup",
    "/language",
    "/privacy",
    "/help",
    "/healthz",
    "/metrics",
    "/invite",
    "/operate",
    "/student/my-data",
    "/student/return-code",
    "/student/name",
    "/student/feedback",
    "/student/delete-work",
    "/student/delete-me",
    "/student/end-session",
    "/student/portfolio",
    "/v1/healthz",
    "/v1/openapi.json",
    "/helper/healthz",
)
# What My data leads to; whose file it is, its page asks.
FILES = re.compile(r"/submission/\d+/(download|thumbnail)")
# Out of a gallery at any time; into one, its page refuses.
SHARING = re.compile(r"/submission/\d+/share")
JOINING = ("/join",)
# Asking changes nothing that anybody handed in; a form without script asks at the lesson or the material itself.
ASKING = ("/helper", "/course", "/v1/llm", "/v1/chat/completions", "/v1/embeddings", "/v1/chat/generate")
ASKING_BESIDE = re.compile(r"/material/\d+/helper")
READING = (
    "/student",
    "/course",
    "/lesson-media",
    "/material",
    "/certificate",
    "/teach",
    "/api/v1/student",
    "/api/v1/teacher",
)
NOT_READING = ("/student/chats", "/student/study", "/student/live")
CLOSED_TO_CHANGES = (
    "The box can be read but not changed just now. What you typed was not saved: try again later."
)
CHANGES_NOTHING = "The box can be read but not changed just now: nothing that you type or hand in is kept."
CLOSED_TO_WORK = "Just now the box lets people join and read lessons, nothing else. Try again later."
CLOSED = "The box is being looked after. Try again later, or ask your teacher."
NOBODY_NEW = (
    "The box can be read but not changed just now, so nobody new gets in. "
    "Were you here before? Then use your return code."
)
CLASS_ENDED = (
    "Your class has ended. You can still read everything and take your work home, but hand nothing in."
)
MESSAGES = {"read-only": CLOSED_TO_CHANGES, "join-only": CLOSED_TO_WORK, "maintenance": CLOSED}
RETRY_SECONDS = 120
# On top of every page meanwhile, so that nobody works for nothing.
STANDING = {
    "read-only": CHANGES_NOTHING,
    "join-only": CLOSED_TO_WORK,
    "maintenance": CLOSED,
}


class Restricted(Refusal):
    """The mode of the site stops this; another time it will do."""

    status = 503
    default_code = "site_mode_restricted"

    def __init__(self, message: str, mode: str) -> None:
        super().__init__(message)
        self.mode = mode


def check(request: Request) -> None:
    """Raises Restricted, or Forbidden for a student whose class has ended."""
    if request.ctx.person.class_has_ended and not _is_still_there(request.method, request.path):
        raise Forbidden(CLASS_ENDED, "class_ended")
    mode, message = request.app.ctx.site_mode()
    if mode != "normal" and not allows(mode, request.method, request.path, request.ctx.person.is_staff):
        raise Restricted(message or MESSAGES[mode], mode)


def allows(mode: str, method: str, path: str, is_staff: bool) -> bool:
    """Whether somebody may send this to this address; `is_staff` for whoever is signed in as staff."""
    if path == "/" or _is_under(path, ALWAYS) or (method in SAFE and FILES.fullmatch(path)):
        return True
    if mode == "maintenance":
        return is_staff or (_is_under(path, ("/teach",)) and method in SAFE)
    if _is_under(path, JOINING):
        return True
    if mode == "read-only":
        return method in SAFE or _is_under(path, ASKING) or ASKING_BESIDE.fullmatch(path) is not None
    return method in SAFE and _is_under(path, READING) and not _is_under(path, NOT_READING)


def said_on_top(request: Request, person: Person) -> str:
    """What every page says while something is stopped for this person; empty while nothing is."""
    if person.class_has_ended:
        return CLASS_ENDED
    mode, message = request.app.ctx.site_mode()
    if (
        mode == "normal"
        or _is_under(request.path, ("/operate",))
        or (mode == "maintenance" and person.is_staff)
    ):
        return ""
    return str(message) or STANDING[mode]


def closed_to_newcomers(request: Request) -> Restricted | None:
    """Why nobody new joins any class of the box just now; who was there before comes back all the same."""
    mode, _ = request.app.ctx.site_mode()
    return Restricted(NOBODY_NEW, mode) if mode == "read-only" else None


def _is_still_there(method: str, path: str) -> bool:
    """In a class that has ended."""
    return (
        method in SAFE or path == "/" or _is_under(path, (*ALWAYS, *JOINING)) or bool(SHARING.fullmatch(path))
    )


def _is_under(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)

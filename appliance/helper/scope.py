"""The scope token: which class may ask about which lesson, signed when the lesson page is drawn."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Literal

from itsdangerous import BadData, URLSafeSerializer

from appliance.errors import Invalid
from appliance.library.lessons import Lesson

SALT = "chalkbox.helper.scope.v1"
VERSION = 1
CONTEXT_CHARS = 400
MOST_TOPICS = 24
# Seconds; longer than any page stays open.
FOREVER = 10**12
RELOAD = "This page has been open too long for the helper: reload it and ask again."

Audience = Literal["student", "staff"]


@dataclass(frozen=True)
class Scope:
    """`class_id` is 0 for a staff preview; `context` says in a line what the lesson is about."""

    class_id: int
    course_slug: str
    lesson_slug: str
    audience: Audience
    context: str = ""
    topics: tuple[str, ...] = ()
    allowed_topics: tuple[str, ...] = ()
    reference: str = ""


def scope_of_lesson(lesson: Lesson, class_id: int, audience: Audience) -> Scope:
    return Scope(
        class_id=class_id,
        course_slug=lesson.course_slug,
        lesson_slug=lesson.slug,
        audience=audience,
        context=context_of(lesson),
        topics=(lesson.title,),
        allowed_topics=tuple(lesson.allowed_topics)[:MOST_TOPICS],
        reference=lesson.helper_reference,
    )


def context_of(lesson: Lesson) -> str:
    return " – ".join(part for part in (lesson.title, lesson.summary) if part)[:CONTEXT_CHARS]


def sign(secret: bytes, scope: Scope, now: float) -> str:
    """Readable by whoever holds it and changeable by nobody."""
    signed = _serializer(secret).dumps({"v": VERSION, "at": int(now), **asdict(scope)})
    return signed if isinstance(signed, str) else signed.decode("ascii")


def read(secret: bytes, token: str, now: float, max_age: int) -> Scope:
    """Raises Invalid: `missing_scope_token`, or `invalid_scope_token` for one that is forged or too old."""
    if not token.strip():
        raise Invalid(RELOAD, "missing_scope_token")
    try:
        said = _serializer(secret).loads(token.strip())
    except (BadData, UnicodeError) as error:
        raise refused() from error
    # The clock of a box may be set back: what it signed a little while "in the future" stays good.
    if said.pop("v", None) != VERSION or not -max_age <= int(now) - said.pop("at", 0) <= max_age:
        raise refused()
    return _scope(said)


def renewed(secret: bytes, token: str, scope: Scope, now: float) -> str:
    """A fresh token where `token` was signed for the same page, however long ago; else `token` as it is.

    Only for whoever may open that page now: the session says so, not the token.
    """
    try:
        old = read(secret, token, now, FOREVER)
    except Invalid:
        return token
    is_same = (old.class_id, old.course_slug, old.lesson_slug, old.audience) == (
        scope.class_id,
        scope.course_slug,
        scope.lesson_slug,
        scope.audience,
    )
    return sign(secret, scope, now) if is_same else token


def refused() -> Invalid:
    return Invalid(RELOAD, "invalid_scope_token")


def _scope(said: dict[str, Any]) -> Scope:
    said["topics"], said["allowed_topics"] = tuple(said["topics"]), tuple(said["allowed_topics"])
    return Scope(**said)


def _serializer(secret: bytes) -> URLSafeSerializer:
    signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(secret, salt=SALT, signer_kwargs=signing)

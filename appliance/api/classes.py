"""Classes made by teachers and joined by students through other programs."""

from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from appliance.api.callers import bind
from appliance.api.routes import Route, Text, invalid
from appliance.auth.join_codes import is_chosen_join_code
from appliance.classroom.audit import record_staff, record_student
from appliance.classroom.classes import NAME_CHARACTERS, create_class, set_landing_message
from appliance.classroom.joining import Joined, join_another
from appliance.errors import Forbidden
from appliance.parts import Parts, parts_of

TRIES_A_MINUTE = 10
STAFF_ONLY = "Only teachers make classes. Send a staff token."
STUDENTS_ONLY = "Only students join classes. Send the api_token of a student."
WRONG_CODE = (
    "join_code: A code has 6 to 8 letters and digits, without I, O, 0 and 1, which look alike on a board. "
    "Leave it out and the box makes one."
)
NO_TITLE = "title: Give the class a name, such as 7B Science."

ClassTitle = Annotated[str, Meta(min_length=1, max_length=NAME_CHARACTERS)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
ShortText = Annotated[str, Meta(max_length=120)]
Description = Annotated[str, Meta(max_length=2000)]


class CreateAsked(Struct):
    user_id: Text
    title: ClassTitle
    join_code: Code | None = None
    subject: ShortText | None = None
    level: ShortText | None = None
    description: Description | None = None


class Created(Struct):
    """`not_kept` names the fields that said something for which a class here has no place."""

    class_id: str
    join_code: str
    not_kept: list[str]


class JoinAsked(Struct):
    user_id: Text
    join_code: Code


class JoinedClass(Struct):
    """Each class has its own student: `user_id` and `api_token` are those of the class that was joined.

    `return_code` is told once, when the student is new there.
    """

    class_id: str
    user_id: str
    api_token: str
    return_code: str | None
    rejoined: bool


async def create(request: Request, asked: CreateAsked) -> Created:
    parts, person = parts_of(request), bind(request, asked.user_id)
    if not person.is_staff:
        raise Forbidden(STAFF_ONLY, "forbidden_account_type")
    if not _plain(asked.title):
        raise invalid(NO_TITLE, "title")
    if asked.join_code is not None and not is_chosen_join_code(asked.join_code):
        raise invalid(WRONG_CODE, "join_code")
    async with parts.db.transaction() as tx:
        made = await create_class(tx, person.id, _plain(asked.title), asked.join_code or "")
        await set_landing_message(tx, made.id, _plain(asked.description or ""))
        await record_staff(tx, "create_class", person.id, made.id, "", request.ip)
    given = {"subject": asked.subject, "level": asked.level}
    return Created(str(made.id), made.join_code, [name for name, said in given.items() if said])


async def join(request: Request, asked: JoinAsked) -> JoinedClass:
    parts, person = parts_of(request), bind(request, asked.user_id)
    if not person.is_student:
        raise Forbidden(STUDENTS_ONLY, "forbidden_account_type")
    # All come from the program's one address, so each student is counted alone.
    await parts.throttle.check("join_by_program", person.key, TRIES_A_MINUTE, 60)
    async with parts.db.transaction() as tx:
        joined = await join_another(tx, person.id, asked.join_code, parts.secrets.device)
        if joined.how == "new":
            details = {"rejoined": 0}
            await record_student(
                tx, "class_join", joined.classroom.id, joined.student.id, details, request.ip
            )
    return _told(parts, joined)


def _plain(text: str) -> str:
    return text.replace("\x00", "").strip()


def _told(parts: Parts, joined: Joined) -> JoinedClass:
    student, classroom = joined.student, joined.classroom
    return JoinedClass(
        str(classroom.id),
        f"student-{student.id}",
        joined.api_token(parts.secrets.device),
        None if joined.rejoined else student.return_code,
        joined.rejoined,
    )


ROUTES = (
    Route(
        "/v1/classes/create",
        create,
        Created,
        "Makes a class of the teacher whose token is sent along. Its students read the description "
        "first; subject and level have no place here, and not_kept says so.",
        asks=CreateAsked,
        refuses={
            "user_id_mismatch": 403,
            "forbidden_account_type": 403,
            "join_code_conflict": 409,
        },
    ),
    Route(
        "/v1/classes/join",
        join,
        JoinedClass,
        "Lets a student into a class by its code; again and again is the same as once. In a class other than their "
        "own they become a student of their own there, under the same name and with a token of its own, unless "
        "somebody has that name already.",
        asks=JoinAsked,
        refuses={
            "user_id_mismatch": 403,
            "forbidden_account_type": 403,
            "class_locked": 403,
            "class_enrollment_closed": 403,
            "invite_required": 403,
            "class_not_found": 404,
            "name_taken": 409,
            "rate_limited": 429,
        },
    ),
)

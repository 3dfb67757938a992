"""Joining a class: the one place where a browser becomes a student."""

from dataclasses import dataclass

from appliance.auth.join_codes import normal, return_code_for
from appliance.auth.pseudonyms import clean_display_name, name_problem
from appliance.classroom.classes import Class, class_by_join_code
from appliance.classroom.students import (
    Student,
    create_student,
    namesakes,
    student_by_id,
    student_by_return_code,
)
from appliance.errors import Conflict, Forbidden, Invalid, NotFound
from appliance.storage.database import Transaction

NO_CLASS = "There is no class with this code. Compare it with the board."
LOCKED = "This class is locked just now. Ask your teacher to unlock it."
NAME_THERE = "Somebody in this class has your name. Join on the page /join with another name, or with your return code."
LOOKS_PRIVATE = "This looks like an e-mail address or a phone number. Choose a name that says less about you."


@dataclass(frozen=True)
class JoinRequest:
    """What a browser offers; `device` is (class id, student id) from its signed cookie."""

    class_code: str
    display_name: str
    return_code: str = ""
    device: tuple[int, int] | None = None


@dataclass(frozen=True)
class Joined:
    student: Student
    classroom: Class
    how: str
    name_warning: str = ""

    @property
    def rejoined(self) -> bool:
        return self.how != "new"


async def join(tx: Transaction, request: JoinRequest, name_safety: str) -> Joined:
    """Let somebody into a class. A refusal is raised before anything is written, so it leaves no trace.

    A bare name never opens somebody else's account: only the return code or this device's own cookie does.
    """
    if not request.class_code.strip():
        raise Invalid("Type the class code that your teacher shows.", "missing_fields", field="class_code")
    if not request.display_name.strip() and not request.return_code.strip():
        raise Invalid("Type a name that your class may see.", "missing_fields", field="display_name")
    classroom = await _open_class(tx, request.class_code)
    if request.return_code.strip():
        return Joined(await _returning(tx, classroom, request), classroom, "return_code")
    name = clean_display_name(request.display_name)
    warning = _name_warning(name, name_safety)
    known = await _known_device(tx, classroom, name, request.device)
    if known is not None:
        return Joined(known, classroom, "device", warning)
    _check_takes_new(classroom)
    return Joined(await create_student(tx, classroom.id, name), classroom, "new", warning)


async def join_another(tx: Transaction, student_id: int, class_code: str, secret: bytes) -> Joined:
    """Let a student of one class into another under the same name; asking again finds the student made then.

    What is kept in the two classes stays apart. The return code there is derived, so that it says who it was: no
    namesake is taken for this student, and no second one is made.
    """
    classroom = await class_by_join_code(tx, class_code)
    if classroom is None:
        raise NotFound(NO_CLASS, "class_not_found", field="join_code")
    student = await student_by_id(tx, student_id)
    if student.class_id == classroom.id:
        return Joined(student, classroom, "same")
    if classroom.is_locked:
        raise Forbidden(LOCKED, "class_locked", field="join_code")
    # An id may come back after its student was removed; together with the second of joining it doesn't.
    code = return_code_for(secret, student.id, student.created_at, classroom.id)
    known = await student_by_return_code(tx, classroom.id, code)
    if known is not None:
        return Joined(known, classroom, "return_code")
    _check_takes_new(classroom)
    if await namesakes(tx, classroom.id, student.display_name):
        raise Conflict(NAME_THERE, "name_taken", field="join_code")
    return Joined(await create_student(tx, classroom.id, student.display_name, code), classroom, "new")


def _check_takes_new(classroom: Class) -> None:
    if classroom.enrollment_mode == "closed":
        raise Forbidden("This class takes no new students. Ask your teacher.", "class_enrollment_closed")
    if classroom.enrollment_mode == "invite_only":
        raise Forbidden("This class needs an invitation. Ask your teacher for the link.", "invite_required")


async def _open_class(tx: Transaction, class_code: str) -> Class:
    classroom = await class_by_join_code(tx, class_code)
    if classroom is None:
        raise NotFound(
            "There is no class with this code. Compare it with the board: it has 8 letters and digits.",
            "invalid_code",
            field="class_code",
        )
    if classroom.is_locked:
        raise Forbidden(
            LOCKED,
            "class_locked",
            field="class_code",
        )
    return classroom


async def _returning(tx: Transaction, classroom: Class, request: JoinRequest) -> Student:
    """The code is what opens the account; a name, when one is given too, has to fit it."""
    student = await student_by_return_code(tx, classroom.id, normal(request.return_code))
    named = " ".join(request.display_name.split()).casefold()
    if student is None or (named and named != student.display_name.casefold()):
        raise Invalid(
            "This return code and name don't belong together. Check both, or ask your teacher for your code.",
            "invalid_return_code",
            field="return_code",
        )
    return student


async def _known_device(
    tx: Transaction, classroom: Class, name: str, device: tuple[int, int] | None
) -> Student | None:
    if device is None or device[0] != classroom.id:
        return None
    for student in await namesakes(tx, classroom.id, name):
        if student.id == device[1]:
            return student
    return None


def _name_warning(name: str, name_safety: str) -> str:
    if name_safety == "off" or not name_problem(name):
        return ""
    if name_safety == "strict":
        raise Invalid(LOOKS_PRIVATE, "name_rejected", field="display_name")
    return LOOKS_PRIVATE

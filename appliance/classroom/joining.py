"""Joining a class: the one place where a browser becomes a student."""

from dataclasses import dataclass

from appliance.auth.join_codes import normal
from appliance.auth.pseudonyms import clean_display_name, name_problem
from appliance.classroom.classes import Class, class_by_join_code
from appliance.classroom.students import Student, create_student, namesakes, student_by_return_code
from appliance.errors import Forbidden, Invalid, NotFound
from appliance.storage.database import Transaction

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
    if classroom.enrollment_mode == "closed":
        raise Forbidden("This class takes no new students. Ask your teacher.", "class_enrollment_closed")
    if classroom.enrollment_mode == "invite_only":
        raise Forbidden("This class needs an invitation. Ask your teacher for the link.", "invite_required")
    return Joined(await create_student(tx, classroom.id, name), classroom, "new", warning)


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
            "This class is locked just now. Ask your teacher to unlock it.",
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

"""Joining a class: the one place where a browser becomes a student."""

from dataclasses import dataclass

from appliance.auth.device import ApiToken, Device, sign_api_token
from appliance.auth.emoji_codes import without_pictures
from appliance.auth.join_codes import normal, return_code_for
from appliance.auth.pseudonyms import clean_display_name, name_problem
from appliance.classroom.classes import Class, class_by_id, class_by_join_code
from appliance.classroom.invites import NO_SEAT, Invite, take_seat, usable_invite
from appliance.classroom.rejoin_codes import student_id_of_rejoin_code, use_rejoin_code
from appliance.classroom.students import (
    Student,
    create_student,
    free_name,
    namesakes,
    student_by_id,
    student_by_return_code,
    student_of_device,
    student_of_form,
)
from appliance.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Sentence
from appliance.storage.database import Transaction

NO_CLASS = "There is no class with this code. Compare it with the board."
LOCKED = "This class is locked just now. Ask your teacher to unlock it."
CLOSED = "This class takes no new students. Ask your teacher."
NAME_THERE = "Somebody in this class has your name. Join on the page /join with another name, or with your return code."
LOOKS_PRIVATE = "This looks like an e-mail address or a phone number. Choose a name that says less about you."
ARE_YOU = (
    "Somebody in this class is called %(name)s already. Are you that %(name)s? Then type your return code."
)
WRONG_CODE = "This return code and name don't belong together. Check both, or ask your teacher for your code."


@dataclass(frozen=True)
class JoinRequest:
    """What a browser offers; `device` is what its signed cookie says.

    An invitation goes before a class code. `return_code` may be a teacher's one-time code as well. `confirm_new` says
    that whoever has this name already is somebody else; `form_mark` is the form's own, so that it counts once.
    """

    class_code: str
    display_name: str
    return_code: str = ""
    device: Device | None = None
    invite_token: str = ""
    confirm_new: bool = False
    form_mark: str = ""


@dataclass(frozen=True)
class JoinRules:
    """`name_safety` is off, warn or strict; with `strict_rejoin` nobody shares a name in a class.

    `box_is_closed` is why nobody new gets into any class; None where they do.
    """

    name_safety: str = "warn"
    strict_rejoin: bool = False
    box_is_closed: Refusal | None = None


@dataclass(frozen=True)
class Joined:
    """`how` is new, device, return_code, one_time_code, or same for who was in it all along."""

    student: Student
    classroom: Class
    how: str
    name_warning: str = ""
    invite_id: int | None = None

    @property
    def rejoined(self) -> bool:
        return self.how != "new"

    def api_token(self, secret: bytes) -> str:
        """With which a program acts for the student, until the class moves on."""
        student = self.student
        token = ApiToken(student.id, student.class_id, self.classroom.session_epoch, student.created_at)
        return sign_api_token(secret, token)


class NameIsThere(Invalid):
    """Somebody of the class has this name; `suggestion` is one that nobody has, empty where nobody new gets in."""

    def __init__(self, name: str, since: int, suggestion: str) -> None:
        super().__init__(Sentence(ARE_YOU, name=name), "return_code_required", field="return_code")
        self.name = name
        self.since = since
        self.suggestion = suggestion


async def join(tx: Transaction, request: JoinRequest, rules: JoinRules) -> Joined:
    """Let somebody into a class. A refusal is raised before anything is written, so it leaves no trace.

    A bare name never opens somebody else's account: only the return code, a teacher's one-time code or this
    device's own cookie does.
    """
    _check_complete(request)
    classroom, invite = await _target(tx, request)
    if request.return_code.strip():
        return await _returning(tx, classroom, request)
    name = clean_display_name(request.display_name)
    warning = name_warning(name, rules.name_safety)
    known = await _known(tx, classroom, name, request)
    if known is not None:
        return Joined(known, classroom, "device", warning)
    await _check_name_is_free(tx, classroom, name, request, rules, invite)
    _check_takes_new(classroom, invite, rules)
    if invite is not None:
        await take_seat(tx, invite)
    student = await create_student(tx, classroom.id, name, form_mark=request.form_mark)
    return Joined(student, classroom, "new", warning, invite.id if invite else None)


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
    # The second of joining is in it since the days when the number of somebody removed came back.
    code = return_code_for(secret, student.id, student.created_at, classroom.id)
    known = await student_by_return_code(tx, classroom.id, code)
    if known is not None:
        return Joined(known, classroom, "return_code")
    _check_takes_new(classroom, None, JoinRules())
    if await namesakes(tx, classroom.id, student.display_name):
        raise Conflict(NAME_THERE, "name_taken", field="join_code")
    return Joined(await create_student(tx, classroom.id, student.display_name, code), classroom, "new")


def name_warning(name: str, name_safety: str) -> str:
    """What to tell whoever chose this name, or nothing. Raises Invalid where such a name is not let in."""
    if name_safety == "off" or not name_problem(name):
        return ""
    if name_safety == "strict":
        raise Invalid(LOOKS_PRIVATE, "name_rejected", field="display_name")
    return LOOKS_PRIVATE


def _check_complete(request: JoinRequest) -> None:
    if not request.class_code.strip() and not request.invite_token:
        raise Invalid("Type the class code that your teacher shows.", "missing_fields", field="class_code")
    if not request.display_name.strip() and not request.return_code.strip():
        raise Invalid("Type a name that your class may see.", "missing_fields", field="display_name")


async def _target(tx: Transaction, request: JoinRequest) -> tuple[Class, Invite | None]:
    invite, classroom = None, None
    if request.invite_token:
        invite = await usable_invite(tx, request.invite_token, tx.now)
        classroom = await class_by_id(tx, invite.class_id)
    else:
        classroom = await class_by_join_code(tx, request.class_code)
    if classroom is None:
        raise NotFound(
            "There is no class with this code. Compare it with the board: it has 8 letters and digits.",
            "invalid_code",
            field="class_code",
        )
    if classroom.is_locked:
        # Whoever comes with an invitation has no field for a code that it could stand under.
        raise Forbidden(LOCKED, "class_locked", field="" if invite else "class_code")
    return classroom, invite


async def _returning(tx: Transaction, classroom: Class, request: JoinRequest) -> Joined:
    """The code is what opens the account; a name, when one is given too, has to fit it."""
    code = normal(without_pictures(request.return_code))
    student, how = await student_by_return_code(tx, classroom.id, code), "return_code"
    if student is None:
        student_id, how = await student_id_of_rejoin_code(tx, classroom.id, code), "one_time_code"
        student = await student_by_id(tx, student_id) if student_id else None
    if student is None or not _may_be_name_of(student, request.display_name):
        raise Invalid(WRONG_CODE, "invalid_return_code", field="return_code")
    if how == "one_time_code":
        await use_rejoin_code(tx, student.id)
    return Joined(student, classroom, how)


def _may_be_name_of(student: Student, given: str) -> bool:
    """Nothing was typed, or the same name: as it is kept, since two phones write one accent in two ways."""
    try:
        return clean_display_name(given).casefold() == student.display_name.casefold()
    except Invalid:
        return not given.strip()


async def _known(tx: Transaction, classroom: Class, name: str, request: JoinRequest) -> Student | None:
    """Whom this device was before, or whom this very form made a moment ago."""
    twice = await student_of_form(tx, classroom.id, request.form_mark)
    if twice is not None and twice.display_name == name:
        return twice
    if request.device is None or request.device.class_id != classroom.id:
        return None
    before = await student_of_device(tx, request.device)
    return before if before and before.display_name.casefold() == name.casefold() else None


async def _check_name_is_free(
    tx: Transaction,
    classroom: Class,
    name: str,
    request: JoinRequest,
    rules: JoinRules,
    invite: Invite | None,
) -> None:
    there = await namesakes(tx, classroom.id, name)
    if not there or (request.confirm_new and not rules.strict_rejoin):
        return
    suggestion = "" if _closed_to(classroom, invite, rules) else await free_name(tx, classroom.id, name)
    raise NameIsThere(name, there[-1].created_at, suggestion)


def _check_takes_new(classroom: Class, invite: Invite | None, rules: JoinRules) -> None:
    if refusal := _closed_to(classroom, invite, rules):
        raise refusal


def _closed_to(classroom: Class, invite: Invite | None, rules: JoinRules) -> Refusal | None:
    """Why somebody new doesn't get in; who is known always does."""
    if rules.box_is_closed is not None:
        return rules.box_is_closed
    if classroom.enrollment_mode == "closed":
        return Forbidden(CLOSED, "class_enrollment_closed")
    if invite is None and classroom.enrollment_mode == "invite_only":
        return Forbidden("This class needs an invitation. Ask your teacher for the link.", "invite_required")
    if invite is not None and invite.seats_left == 0:
        return Invalid(NO_SEAT, "invite_seat_cap_reached")
    return None

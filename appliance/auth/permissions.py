"""Who may what: one row for every route, walked by one test with every member of the cast."""

from typing import Literal

# "half" has given a password and no code yet; an operator is a teacher too.
Who = Literal["anyone", "half", "student", "teacher", "operator"]

ANYONE: frozenset[Who] = frozenset({"anyone"})
HALF: frozenset[Who] = frozenset({"half"})
STUDENT: frozenset[Who] = frozenset({"student"})
TEACHER: frozenset[Who] = frozenset({"teacher"})
OPERATOR: frozenset[Who] = frozenset({"operator"})
IN_CLASS: frozenset[Who] = STUDENT | TEACHER
NOBODY: frozenset[Who] = frozenset()

# Whose row it is (this class, this file) is decided in SQL; this table says who may knock.
WHO_MAY: dict[tuple[str, str], frozenset[Who]] = {
    ("GET", "/static/<mark:str>/<path:path>"): ANYONE,
    ("GET", "/"): ANYONE,
    ("GET", "/join/<code:str>"): ANYONE,
    ("POST", "/join"): ANYONE,
    ("GET", "/sign-in"): ANYONE,
    ("POST", "/sign-in"): ANYONE,
    ("GET", "/sign-in/code"): HALF,
    ("POST", "/sign-in/code"): HALF,
    ("GET", "/sign-in/enrol"): HALF,
    ("POST", "/sign-in/enrol"): HALF,
    ("GET", "/sign-in/link/<token:str>"): ANYONE,
    ("POST", "/sign-in/link/<token:str>"): ANYONE,
    ("POST", "/sign-out"): ANYONE,
    # Guarded by the setup code, and gone once the box is set up.
    ("GET", "/setup"): ANYONE,
    ("POST", "/setup"): ANYONE,
    ("POST", "/language"): ANYONE,
    ("GET", "/privacy"): ANYONE,
    ("GET", "/help"): ANYONE,
    ("GET", "/healthz"): ANYONE,
    # From the box itself, or with the API key: the page looks at that.
    ("GET", "/metrics"): ANYONE,
    ("GET", "/student"): STUDENT,
    ("GET", "/student/my-data"): STUDENT,
    ("GET", "/student/return-code"): STUDENT,
    ("POST", "/student/delete-work"): STUDENT,
    ("POST", "/student/delete-me"): STUDENT,
    ("POST", "/student/end-session"): STUDENT,
    ("GET", "/student/library/<document_id:int>"): IN_CLASS,
    ("GET", "/student/study"): STUDENT,
    ("GET", "/student/study/<assignment_id:int>"): STUDENT,
    ("POST", "/student/study/<assignment_id:int>/attempts"): STUDENT,
    ("POST", "/student/study/<assignment_id:int>/answers"): STUDENT,
    ("POST", "/student/study/<assignment_id:int>/finish"): STUDENT,
    ("GET", "/course/<course:str>"): IN_CLASS,
    ("GET", "/course/<course:str>/<lesson:str>"): IN_CLASS,
    ("POST", "/course/<course:str>/<lesson:str>"): IN_CLASS,
    ("GET", "/course/<course:str>/assets/<name:path>"): IN_CLASS,
    ("POST", "/material/<material_id:int>/checklist"): STUDENT,
    ("POST", "/material/<material_id:int>/reflection"): STUDENT,
    ("GET", "/material/<material_id:int>/upload"): STUDENT,
    ("POST", "/material/<material_id:int>/upload"): STUDENT,
    ("GET", "/submission/<submission_id:int>/download"): IN_CLASS,
    ("POST", "/helper/chat"): IN_CLASS,
    ("POST", "/helper/tickets/<ticket:str>/remove"): IN_CLASS,
    ("GET", "/helper/healthz"): ANYONE,
    ("GET", "/student/chats"): STUDENT,
    ("POST", "/student/chats"): STUDENT,
    ("GET", "/student/chats/<session_id:int>"): STUDENT,
    ("POST", "/student/chats/<session_id:int>/messages"): STUDENT,
    ("POST", "/student/chats/<session_id:int>/title"): STUDENT,
    ("POST", "/student/chats/<session_id:int>/archive"): STUDENT,
    ("GET", "/teach"): TEACHER,
    ("GET", "/teach/lessons"): TEACHER,
    ("GET", "/teach/class/new"): TEACHER,
    ("POST", "/teach/class"): TEACHER,
    ("GET", "/teach/class/<class_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/lock"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/join-code"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/join-card"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/courses"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/releases"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/student/<student_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/student/<student_id:int>/remove"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/library"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/library"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/library/<document_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/library/<document_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/library/<document_id:int>/remove"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/blueprint"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/blueprint"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/blueprint/make"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/blueprint/publish"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/activities"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/activities/<activity_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities/<activity_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities/<activity_id:int>/items"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities/<activity_id:int>/items/<item_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities/<activity_id:int>/items/<item_id:int>/remove"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities/<activity_id:int>/publish"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities/<activity_id:int>/assign"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities/<activity_id:int>/copy"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/activities/<activity_id:int>/remove"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/assignments/<assignment_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/assignments/<assignment_id:int>/due"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/assignments/<assignment_id:int>/student/<student_id:int>"): TEACHER,
    ("POST", "/teach/class/<class_id:int>/assignments/<assignment_id:int>/student/<student_id:int>"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/insights"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/chats"): TEACHER,
    ("GET", "/teach/class/<class_id:int>/chats/<session_id:int>"): TEACHER,
    ("GET", "/operate"): OPERATOR,
    ("GET", "/operate/models"): OPERATOR,
    ("POST", "/operate/models"): OPERATOR,
    ("POST", "/operate/measurements"): OPERATOR,
}


def who_may(method: str, pattern: str) -> frozenset[Who]:
    """Nobody, for a route that the table doesn't name. HEAD is asked of the row for GET."""
    return WHO_MAY.get(("GET" if method == "HEAD" else method, pattern), NOBODY)

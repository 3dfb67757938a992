"""Every page of every room, as a list that tests and the picture script walk alike."""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningBox, join
from tests.browser.steps import came_back, certificate, closed, gallery, let_in

COURSE = "/course/electricity-you-can-touch"
VISITOR = {
    "join": "/",
    "sign-in": "/sign-in",
    "privacy": "/privacy",
    "help": "/help",
    "not-found": "/nothing-here",
}
STUDENT = {
    "class-home": "/student",
    "course": COURSE,
    "lesson": f"{COURSE}/who-lets-it-through",
    "lesson-maths": f"{COURSE}/the-push-and-the-flow",
    "class-paper": "/student/library/1",
    "study": "/student/study",
    "quiz": "/student/study/1",
    "cards": "/student/study/2",
    "feedback": "/student/feedback",
    "my-data": "/student/my-data",
    "return-code": "/student/return-code",
    "own-name": "/student/name",
    "chats": "/student/chats",
}
TEACHER = {
    "classes": "/teach",
    "new-class": "/teach/class/new",
    "class": "/teach/class/1",
    "join-cards": "/teach/class/1/join-card",
    "student": "/teach/class/1/student/1",
    "roster": "/teach/class/1/roster",
    "roster-import": "/teach/class/1/roster/import",
    "roster-merge": "/teach/class/1/roster/merge?gone=1&kept=2",
    "roster-reset": "/teach/class/1/roster/reset",
    "invitations": "/teach/class/1/invites",
    "papers": "/teach/class/1/library",
    "paper": "/teach/class/1/library/1",
    "topics": "/teach/class/1/blueprint",
    "quizzes": "/teach/class/1/activities",
    "quiz-editor": "/teach/class/1/activities/1",
    "cards-editor": "/teach/class/1/activities/2",
    "results": "/teach/class/1/assignments/1",
    "review": "/teach/class/1/assignments/1/student/1",
    "class-chats": "/teach/class/1/chats",
    "class-chat": "/teach/class/1/chats/1",
    "helper-conversations": "/teach/class/1/helper/conversations",
    "insights": "/teach/class/1/insights",
    "helper-panel": "/teach/class/1/helper",
    "care": "/teach/class/1/care",
    "review-queue": "/teach/class/1/review",
    "review-work": "/teach/class/1/review/2?show=waiting",
    "reviewed-work": "/teach/class/1/review/1?show=all",
    "words-queue": "/teach/class/1/review/written",
    "review-words": "/teach/class/1/review/written/3/1?pile=words&show=waiting",
    "gradebook": "/teach/class/1/gradebook",
    "kept-comments": "/teach/comments",
    "outcomes": "/teach/class/1/outcomes",
    "groups": "/teach/class/1/groups",
    "announcements": "/teach/class/1/announcements",
    "co-teachers": "/teach/class/1/co-teachers",
    "audit": "/teach/class/1/audit",
    "term": "/teach/class/1/term",
    "profile": "/teach/profile",
    "tuning-class": "/teach/class/1/helper/tuning",
    "tuning-lesson": "/teach/class/1/helper/tuning/electricity-you-can-touch/who-lets-it-through",
    "courses": "/teach/lessons",
    "modules": "/teach/class/1/modules",
    "module": "/teach/class/1/modules/1",
    "new-list": "/teach/class/1/modules/1/materials/new?kind=checklist",
    "new-hand-in": "/teach/class/1/modules/1/materials/new?kind=upload",
    "material": "/teach/class/1/materials/2",
    "edit-material": "/teach/class/1/materials/2/edit",
    "tracker": "/teach/class/1/lessons",
    "landing": "/teach/class/1/landing",
    "live": "/teach/class/1/live",
    "media": "/teach/class/1/media",
    "copy-class": "/teach/class/1/copy",
    "teacher-lesson": f"{COURSE}/who-lets-it-through",
    "operator": "/operate",
    "school": "/operate/school",
    "models": "/operate/models",
    "site-mode": "/operate/site-mode",
    "audit-of-box": "/operate/audit",
}
# What a GET of the who-may-what table answers when it is no page to look at here, and why.
NO_PAGES = {
    "/static/<mark:str>/<path:path>": "style, script and pictures",
    "/sign-in/code": "asks for a password, and the demo's is told to nobody: test_first_run goes there",
    "/sign-in/enrol": "the same",
    "/setup": "gone once the box is set up: test_first_run goes there",
    "/healthz": "for programs",
    "/metrics": "for programs",
    "/helper/healthz": "for programs",
    "/helper/scope/<course:str>/<lesson:str>": "for the script of the lesson page",
    "/v1/healthz": "for programs",
    "/v1/openapi.json": "for programs",
    "/v1/models": "for programs",
    "/student/portfolio": "a download",
    "/course/<course:str>/assets/<name:path>": "pictures of a lesson",
    "/material/<material_id:int>/helper": "for the script of the material's page",
    "/material/<material_id:int>/upload": "sends on to the page of the material",
    "/material/<material_id:int>/uploads/<upload_id:str>": "for the script that sends files",
    "/submission/<submission_id:int>/download": "a download",
    "/submission/<submission_id:int>/thumbnail": "a picture",
    "/teach/class/<class_id:int>/roster/export": "a download",
    "/teach/class/<class_id:int>/helper/questions.csv": "a download",
    "/teach/class/<class_id:int>/review/<submission_id:int>/file": "a picture in the review page",
    "/teach/class/<class_id:int>/review/<submission_id:int>/pages/<number:int>": "a picture in the review page",
    "/teach/class/<class_id:int>/gradebook.csv": "a download",
    "/teach/class/<class_id:int>/exports/today.zip": "a download",
    "/teach/class/<class_id:int>/exports/material/<material_id:int>/latest.zip": "a download",
    "/teach/class/<class_id:int>/exports/summary.csv": "a download",
    "/teach/class/<class_id:int>/exports/outcomes.csv": "a download",
    "/certificate/<code:str>/pdf": "a download",
    "/lesson-media/<media_id:int>": "a video or a file",
    "/teach/class/<class_id:int>/media/<media_id:int>": "the demo has no media: test_live goes there",
    "/teach/class/<class_id:int>/live/events": "for the script of the live view",
    "/api/v1/student/session": "for programs",
    "/api/v1/student/modules": "for programs",
    "/api/v1/student/submissions": "for programs",
    "/api/v1/teacher/classes": "for programs",
    "/api/v1/teacher/class/<class_id:int>/roster": "for programs",
    "/api/v1/teacher/class/<class_id:int>/submissions": "for programs",
}

Newcomer = Callable[..., Page]


def every_page(box: RunningBox, people: Newcomer, **choices: object) -> Iterator[tuple[str, Page]]:
    """Each page once, opened by somebody who may."""
    visitor = people(**choices)
    yield from _opened(box, visitor, VISITOR)
    yield from _opened(box, visitor, {"join-code": f"/join/{box.class_code}"})
    student = people(**choices)
    join(student, box, "Noor")
    yield from _opened(box, student, STUDENT)
    yield from _worked_at(box, student)
    teacher = people(**choices)
    teacher.goto(box.url + box.sign_in_link)
    yield "sign-in-link", teacher
    sign_in(teacher, box)
    yield from _opened(box, teacher, TEACHER)
    yield from let_in(box, teacher, people(**choices))
    yield from gallery(box, teacher, student)
    yield from certificate(box, teacher)
    yield from came_back(box, teacher, student)
    yield from closed(box, teacher, student)
    yield from _namesake(box, people(**choices))


def _worked_at(box: RunningBox, student: Page) -> Iterator[tuple[str, Page]]:
    """Pages that are only there once something was asked, begun or handed in."""
    ask_in_lesson(student, box, "Why does a pencil let electricity through?")
    yield "lesson-answered", student
    new_chat(student, box)
    yield "chat", student
    student.fill("#helper-message", "Why does a pencil let electricity through?")
    student.locator("[data-part=send]").click()
    expect(student.locator(".answer .cite").first).to_be_visible()
    yield "chat-answered", student
    student.goto(f"{box.url}/student/study/1")
    student.get_by_role("button", name="Start").click()
    yield "quiz-taking", student
    for answer in ("The LED goes dark", "A rubber eraser", "3 mA"):
        student.get_by_label(answer).first.check()
    student.get_by_role("button", name="Hand in my answers").click()
    expect(student.get_by_role("heading", name="You have 33%")).to_be_visible()
    yield "quiz-done", student


def _namesake(box: RunningBox, visitor: Page) -> Iterator[tuple[str, Page]]:
    visitor.goto(f"{box.url}/join/{box.class_code}")
    visitor.fill("[name=display_name]", "Noor")
    visitor.get_by_role("button", name="Join the class").click()
    visitor.get_by_text("Noor is here already").wait_for()
    visitor.get_by_text("Type it with pictures").click()
    yield "namesake", visitor


def sign_in(page: Page, box: RunningBox) -> None:
    """With the one-time link from the console."""
    page.goto(box.url + box.sign_in_link)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/teach")


def ask_in_lesson(page: Page, box: RunningBox, question: str) -> None:
    """Leaves the helper open, with an answer that can be rated."""
    page.goto(f"{box.url}{COURSE}/who-lets-it-through")
    opener = page.locator(".helper-opener")
    if opener.is_visible():
        opener.click()
    page.fill("#helper-message", question)
    page.locator("[data-part=send]").click()
    expect(page.locator(".answer .thumbs")).to_be_visible()


def new_chat(page: Page, box: RunningBox) -> None:
    page.goto(f"{box.url}/student/chats")
    page.get_by_role("button", name="Start a new chat").click()
    page.wait_for_url("**/student/chats/*")


def _opened(box: RunningBox, page: Page, addresses: dict[str, str]) -> Iterator[tuple[str, Page]]:
    for name, address in addresses.items():
        page.goto(box.url + address)
        yield name, page

"""Pages that are only there once a teacher has done something, made and opened on the way."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningBox

FIRST_LESSON = "/course/electricity-you-can-touch/a-circle-makes-light"
LAST_LESSON = "/course/electricity-you-can-touch/build-something-that-matters"


def let_in(box: RunningBox, teacher: Page, visitor: Page) -> Iterator[tuple[str, Page]]:
    """What a teacher gets to see on the way to letting students in."""
    teacher.goto(f"{box.url}/teach/class/1/invites")
    teacher.fill("[name=seats]", "30")
    teacher.get_by_role("button", name="Make the invitation").click()
    teacher.wait_for_url("**/invites/*")
    yield "invitation", teacher
    visitor.goto(teacher.locator("#invite-link").inner_text())
    yield "invited", visitor
    teacher.goto(f"{box.url}/teach/class/1/student/1")
    teacher.get_by_role("button", name="Make a one-time code").click()
    teacher.locator(".key-large").wait_for()
    yield "one-time-code", teacher
    teacher.goto(f"{box.url}/teach/class/1/roster/import")
    teacher.fill("[name=names]", "Aisha\nNoor\nAisha\n-")
    teacher.get_by_role("button", name="Look at the list first").click()
    yield "roster-preview", teacher
    teacher.get_by_role("button", name="Add those with a tick").click()
    teacher.wait_for_url("**/roster?new=*")
    teacher.get_by_role("button", name="Show the new cards").click()
    teacher.locator(".join-card").first.wait_for()
    yield "return-cards", teacher


def gallery(box: RunningBox, teacher: Page, student: Page) -> Iterator[tuple[str, Page]]:
    """A place where students show work, as its teacher and one of the class see it."""
    teacher.goto(f"{box.url}/teach/class/1/modules/1/materials/new?kind=gallery")
    teacher.get_by_label("Title").fill("Our lamps")
    teacher.get_by_role("button", name="Put it into the module").click()
    teacher.wait_for_url("**/modules#material-*")
    material_id = teacher.url.rpartition("-")[2]
    teacher.goto(f"{box.url}/teach/class/1/gallery/{material_id}")
    yield "gallery-teacher", teacher
    student.goto(f"{box.url}/material/{material_id}")
    yield "material-student", student
    student.goto(f"{box.url}/material/{material_id}/gallery")
    yield "gallery", student


def certificate(box: RunningBox, teacher: Page) -> Iterator[tuple[str, Page]]:
    """Once as much is asked for as the demo's students have done."""
    teacher.goto(f"{box.url}/teach/class/1/outcomes")
    teacher.get_by_label("Sessions").fill("1")
    teacher.get_by_label("Pieces of work").fill("1")
    teacher.get_by_role("button", name="Save").click()
    teacher.get_by_role("button", name="Issue a certificate").first.click()
    teacher.get_by_role("button", name="Withdraw").first.wait_for()
    yield "outcomes-reached", teacher
    teacher.locator("main a[href^='/certificate/']").first.click()
    teacher.wait_for_url("**/certificate/*")
    yield "certificate", teacher


def came_back(box: RunningBox, teacher: Page, student: Page) -> Iterator[tuple[str, Page]]:
    """What a student wrote, returned by the teacher: on the class home, in the lesson, and among all words."""
    student.goto(box.url + FIRST_LESSON)
    student.locator("#reflection textarea").fill("Because.")
    student.get_by_role("button", name="Save what I wrote").click()
    expect(student.locator("#reflection .work-head")).to_contain_text("Done")
    teacher.goto(f"{box.url}/teach/class/1/review/written?pile=words&show=waiting")
    teacher.get_by_role("link", name="Noor").first.click()
    teacher.locator("[name=comment]").fill("Because of what?")
    teacher.get_by_role("button", name="Return").click()
    teacher.wait_for_load_state()
    for name, path in (
        ("class-home-returned", "/student"),
        ("lesson-returned", FIRST_LESSON),
        ("feedback-returned", "/student/feedback"),
        ("my-data-full", "/student/my-data"),
    ):
        student.goto(box.url + path)
        yield name, student


def closed(box: RunningBox, teacher: Page, student: Page) -> Iterator[tuple[str, Page]]:
    """A lesson that is locked, and the box while it is read-only or looked after; open again afterwards."""
    teacher.goto(f"{box.url}/teach/class/1/lessons")
    part = teacher.locator(".tracker-part").last
    part.get_by_text("When it is open").click()
    part.get_by_role("button", name="Lock", exact=True).click()
    teacher.wait_for_load_state()
    student.goto(box.url + LAST_LESSON)
    yield "lesson-locked", student
    for mode in ("read-only", "maintenance"):
        _switch(box, teacher, mode)
        student.goto(f"{box.url}/student")
        yield f"mode-{mode}", student
    _switch(box, teacher, "normal")


def _switch(box: RunningBox, operator: Page, mode: str) -> None:
    operator.goto(f"{box.url}/operate/site-mode")
    operator.locator(f"[name=mode][value={mode}]").check()
    operator.get_by_role("button", name="Switch").click()
    operator.wait_for_load_state()

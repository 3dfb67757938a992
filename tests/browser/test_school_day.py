"""One school day: a class is made, six phones join, work goes in, a word comes back, and the day is closed."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LAPTOP, PHONE, RunningBox
from tests.browser.school_day import (
    CAMERA,
    Day,
    ask_to_join,
    come_back,
    hand_in,
    open_from_home,
    photo,
    press_by_keyboard,
    to_the_class,
)
from tests.browser.test_first_run import set_up
from tests.made_documents import pdf

# Long, for a machine that has much else to do.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

LESSON = "/course/electricity-you-can-touch/a-circle-makes-light"
BY_CODE, BY_INVITATION = ("Noor", "Sam", "Lena", "Yusuf"), ("Mei", "Tomas")
QUESTION = "Why does the LED stay dark when the loop is open?"


@pytest.fixture
def day(new_box: RunningBox, chromium: Browser, tmp_path: Path) -> Iterator[Day]:
    contexts = []

    def newcomer(screen: dict[str, int]) -> Page:
        is_phone = screen is PHONE
        contexts.append(
            chromium.new_context(
                viewport={"width": screen["width"], "height": screen["height"]},
                locale="en-GB",
                timezone_id="Europe/Madrid",
                is_mobile=is_phone,
                has_touch=is_phone,
            )
        )
        return contexts[-1].new_page()

    teacher = newcomer(LAPTOP)
    day = Day(new_box, newcomer, tmp_path, teacher)
    day.watch(teacher)
    yield day
    for context in contexts:
        context.close()


def test_a_school_day(day: Day) -> None:
    the_teacher_sets_up_the_box_and_a_class(day)
    the_teacher_adds_places_to_work_and_tells_the_class(day)
    six_students_join(day)
    the_teacher_makes_a_group(day)
    the_class_works(day)
    work_is_handed_in(day)
    one_asks_the_helper(day)
    one_comes_back_with_the_return_code(day)
    one_comes_back_with_the_teachers_code(day)
    the_same_name_opens_nothing(day)
    the_teacher_reviews_by_keyboard(day)
    the_student_reads_it_and_hands_in_again(day)
    the_gradebook_shows_the_day(day)
    the_day_is_closed(day)
    the_work_is_taken_along(day)
    the_join_cards_are_printed(day)
    a_student_takes_the_portfolio_home(day)
    assert day.complaints == []
    # Sam without a code, Noor's namesake twice, and Zoe at the locked door.
    assert day.refused == ["422 POST /join"] * 4


def the_teacher_sets_up_the_box_and_a_class(day: Day) -> None:
    teacher = day.teacher
    set_up(teacher, day.box)
    day.refused.clear()
    teacher.get_by_role("link", name="I have put them away safely").click()
    teacher.fill("[name=name]", "7B Science")
    expect(teacher.get_by_label("Course to begin with").locator("option:checked")).to_have_text(
        "Electricity you can touch"
    )
    teacher.get_by_role("button", name="Create the class").click()
    expect(teacher.get_by_role("heading", name="7B Science")).to_be_visible()
    day.class_url = teacher.url
    day.join_code = teacher.locator(".join-code").first.inner_text().replace("\n", "").strip()
    first = teacher.locator("#lessons .stop").first
    if first.get_by_role("button", name="Open this lesson").count():
        first.get_by_role("button", name="Open this lesson").click()
    expect(first.get_by_role("button", name="Lock this lesson")).to_be_visible()


def the_teacher_adds_places_to_work_and_tells_the_class(day: Day) -> None:
    teacher = day.teacher
    for kind, title, fields in (
        ("upload", "Our measurements", {"accepted_extensions": ".txt"}),
        ("rubric", "How good is my loop?", {"lines": "It glows\nI can say why"}),
    ):
        day.page_of_class("/modules")
        module = teacher.locator(".module").first
        module.locator("select[name=kind]").select_option(kind)
        module.get_by_role("button", name="Add").click()
        teacher.get_by_label("Title").fill(title)
        if kind == "upload":
            teacher.get_by_text("Kinds and size of files").click()
        for name, text in fields.items():
            teacher.fill(f"[name={name}]", text)
        teacher.get_by_role("button", name="Put it into the module").click()
        teacher.wait_for_url("**/modules#material-*")
    day.page_of_class("/announcements")
    teacher.get_by_label("Your words").fill("Bring a battery on Friday.")
    teacher.get_by_role("button", name="Tell the class").click()
    expect(teacher.get_by_text("0 students ticked it as read")).to_be_visible()


def six_students_join(day: Day) -> None:
    teacher = day.teacher
    day.page_of_class("/invites")
    teacher.fill("[name=seats]", str(len(BY_INVITATION)))
    teacher.get_by_role("button", name="Make the invitation").click()
    path = re.search(r"/invite/\S+", teacher.locator("#invite-link").inner_text())
    assert path is not None
    for names, door in ((BY_CODE, f"/join/{day.join_code}"), (BY_INVITATION, path[0])):
        for name in names:
            phone = day.phones[name] = day.someone()
            phone.goto(day.box.url + door)
            ask_to_join(phone, name)
            phone.wait_for_url("**/student")
            expect(phone.get_by_role("heading", name=f"Hello, {name}")).to_be_visible()
    day.page_of_class("/roster")
    for name in (*BY_CODE, *BY_INVITATION):
        expect(teacher.get_by_role("link", name=name, exact=True)).to_be_visible()


def the_teacher_makes_a_group(day: Day) -> None:
    teacher = day.teacher
    day.page_of_class("/groups")
    teacher.locator("#field-name").fill("Window table")
    teacher.get_by_role("button", name="Make the group").click()
    for name in BY_INVITATION:
        teacher.get_by_label(name, exact=True).check()
    teacher.get_by_role("button", name="Save the group").click()
    expect(teacher.get_by_role("heading", name="Window table")).to_contain_text("2 students")


def the_class_works(day: Day) -> None:
    for name, phone in day.phones.items():
        phone.get_by_role("link", name="Start the lesson").click()
        phone.locator("#checklist input[type=checkbox]").first.check()
        expect(phone.locator("#checklist [data-part=state]")).to_have_text("Saved.")
        phone.locator("#reflection textarea").fill(f"{name} thinks: the loop has to close.")
        phone.get_by_role("button", name="Save what I wrote").click()
        expect(phone.locator("#reflection [data-part=state]")).to_have_text("Saved.")
    day.phones["Yusuf"].reload()
    expect(day.phones["Yusuf"].locator("#checklist input[type=checkbox]").first).to_be_checked()
    lena = day.phones["Lena"]
    to_the_class(lena)
    lena.get_by_role("button", name="I have read it").click()
    expect(lena.get_by_role("button", name="I have read it")).to_be_hidden()
    open_from_home(lena, "How good is my loop?")
    for line in lena.locator(".rubric-line").all():
        line.get_by_label("3", exact=True).check()
    lena.get_by_role("button", name="Save my marks").click()
    expect(lena.locator("#rubric")).to_have_attribute("data-state", "done")


def work_is_handed_in(day: Day) -> None:
    (day.desk / "IMG_0001.jpg").write_bytes(photo("red"))
    (day.desk / "loop.pdf").write_bytes(pdf("My loop glows."))
    (day.desk / "measured.txt").write_text("3 volts, 20 milliamps\n")
    for name, file, chooser in (
        ("Noor", "IMG_0001.jpg", "#hand-in-camera"),
        ("Sam", "loop.pdf", "#hand-in-file"),
        ("Lena", "measured.txt", "#hand-in-file"),
    ):
        phone = day.phones[name]
        if file.endswith(".txt"):
            open_from_home(phone, "Our measurements")
        else:
            phone.goto(day.box.url + LESSON)
        hand_in(phone, day.desk / file, chooser, f"From {name}")
    expect(day.phones["Noor"].locator("#hand-in")).to_contain_text("turned upright")


def one_asks_the_helper(day: Day) -> None:
    mei = day.phones["Mei"]
    mei.goto(day.box.url + LESSON)
    mei.locator(".helper-opener").click()
    mei.fill("#helper-message", QUESTION)
    mei.locator("[data-part=send]").click()
    expect(mei.locator(".answer .cite").first).to_be_visible()
    expect(mei.locator(".answer").last).to_contain_text("loop")
    day.page_of_class()
    expect(day.teacher.get_by_role("link", name="1 question to the helper today")).to_be_visible()


def one_comes_back_with_the_return_code(day: Day) -> None:
    noor = day.phones["Noor"]
    noor.goto(f"{day.box.url}/student/return-code")
    code = noor.locator(".key-large").inner_text()
    noor.context.clear_cookies()
    noor.goto(f"{day.box.url}/join/{day.join_code}")
    noor.get_by_text("I was here before").click()
    come_back(noor, code)
    expect(noor.get_by_role("heading", name="Hello, Noor")).to_be_visible()
    noor.goto(day.box.url + LESSON)
    expect(noor.locator("#hand-in .handed-in")).to_contain_text("IMG_0001.jpg")


def one_comes_back_with_the_teachers_code(day: Day) -> None:
    sam, teacher = day.phones["Sam"], day.teacher
    day.page_of_class()
    teacher.locator("#roster summary").click()
    teacher.locator("#roster").get_by_role("link", name="Sam", exact=True).click()
    teacher.get_by_role("button", name="Make a one-time code").click()
    code = teacher.locator(".key-large").inner_text()
    sam.context.clear_cookies()
    sam.goto(f"{day.box.url}/join/{day.join_code}")
    ask_to_join(sam, "sam")
    come_back(sam, code)
    sam.goto(f"{day.box.url}/student/my-data")
    expect(sam.get_by_role("link", name="loop.pdf")).to_be_visible()


def the_same_name_opens_nothing(day: Day) -> None:
    stranger = day.someone()
    stranger.goto(f"{day.box.url}/join/{day.join_code}")
    ask_to_join(stranger, "Noor")
    expect(stranger.get_by_role("heading", name="Are you that Noor?")).to_be_visible()
    stranger.goto(f"{day.box.url}/student/my-data")
    expect(stranger.get_by_role("button", name="Join the class")).to_be_visible()
    stranger.goto(f"{day.box.url}/join/{day.join_code}")
    ask_to_join(stranger, "Noor")
    stranger.get_by_role("button", name="Go on as somebody new").click()
    stranger.wait_for_url("**/student")
    expect(stranger.get_by_role("heading", name="Hello, Noor 2")).to_be_visible()
    stranger.goto(f"{day.box.url}/student/my-data")
    expect(stranger.get_by_text("Files, words and ticks of yours are listed here.")).to_be_visible()


def the_teacher_reviews_by_keyboard(day: Day) -> None:
    teacher = day.teacher
    day.page_of_class()
    press_by_keyboard(teacher, teacher.get_by_role("link", name="To review 3"))
    press_by_keyboard(teacher, teacher.get_by_role("link", name="Start with the oldest"))
    shows(teacher, "Noor")
    expect(teacher.get_by_alt_text("What Noor handed in")).to_be_visible()
    teacher.keyboard.press("j")
    shows(teacher, "Sam")
    teacher.keyboard.press("k")
    shows(teacher, "Noor")
    teacher.keyboard.press("c")
    teacher.keyboard.type("The photo is dark. Take another one by the window.")
    press_by_keyboard(teacher, teacher.get_by_role("button", name="Return for another version"))
    shows(teacher, "Sam")
    expect(teacher.get_by_alt_text("Page 1")).to_be_visible()
    teacher.keyboard.press("s")
    teacher.keyboard.type("85")
    teacher.keyboard.press("Control+Enter")
    shows(teacher, "Lena")
    expect(teacher.locator(".review-text")).to_contain_text("3 volts")
    teacher.keyboard.press("c")
    teacher.keyboard.type("Well measured.")
    teacher.keyboard.press("Control+Enter")
    expect(teacher.get_by_text("Nothing waits for you")).to_be_visible()


def shows(teacher: Page, name: str) -> None:
    expect(teacher.get_by_role("heading", level=1)).to_contain_text(name)


def the_student_reads_it_and_hands_in_again(day: Day) -> None:
    noor, teacher = day.phones["Noor"], day.teacher
    to_the_class(noor)
    news = noor.get_by_role("link", name="What your teacher says")
    expect(news).to_contain_text("1 new")
    news.click()
    card = noor.locator(".feedback").first
    expect(card).to_contain_text("New")
    expect(card).to_contain_text("Take another one by the window.")
    to_the_class(noor)
    once_more = noor.locator("#due .road-line").filter(has_text="Once more, please")
    expect(once_more).to_have_count(1)
    once_more.get_by_role("link").click()
    expect(noor.locator("#hand-in .work-head")).to_contain_text("Once more, please")
    (day.desk / "IMG_0002.jpg").write_bytes(photo("yellow"))
    hand_in(noor, day.desk / "IMG_0002.jpg", "#hand-in-file", "By the window")
    to_the_class(noor)
    expect(noor.get_by_role("link", name="What your teacher says")).not_to_contain_text("new")
    expect(once_more).to_have_count(0)
    teacher.goto(f"{day.box.url}/teach")
    teacher.get_by_role("link", name="1 piece of work to review").click()
    line = teacher.get_by_role("row").filter(has_text="Noor")
    expect(line).to_contain_text("IMG_0002.jpg")
    expect(teacher.locator(".filter[aria-current]").last).to_have_text("Waiting 1")


def the_gradebook_shows_the_day(day: Day) -> None:
    teacher = day.teacher
    day.page_of_class("/gradebook")
    for name, said in (("Noor", "to review"), ("Sam", "85%"), ("Lena", "done")):
        line = teacher.get_by_role("row").filter(has=teacher.get_by_role("link", name=name, exact=True))
        expect(line).to_contain_text(said)


def the_day_is_closed(day: Day) -> None:
    teacher = day.teacher
    day.page_of_class("#closeout")
    teacher.locator("#closeout").get_by_role("button", name="Lock the class").click()
    expect(teacher.get_by_text("The class is locked: nobody new gets in.")).to_be_visible()
    late = day.someone()
    late.goto(f"{day.box.url}/join/{day.join_code}")
    ask_to_join(late, "Zoe")
    expect(late.locator("main")).to_contain_text("locked")
    to_the_class(day.phones["Tomas"])
    expect(day.phones["Tomas"].get_by_role("heading", name="Hello, Tomas")).to_be_visible()


def the_work_is_taken_along(day: Day) -> None:
    with day.teacher.expect_download() as coming:
        day.teacher.get_by_role("link", name="Download today's work").click()
    with zipfile.ZipFile(coming.value.path()) as archive:
        assert archive.testzip() is None
        held = {name.split("_", 1)[1]: archive.read(name) for name in archive.namelist()}
    assert sorted(held) == ["IMG_0001.jpg", "IMG_0002.jpg", "loop.pdf", "measured.txt"]
    assert held["loop.pdf"] == (day.desk / "loop.pdf").read_bytes()
    assert CAMERA not in held["IMG_0001.jpg"]
    assert Image.open(io.BytesIO(held["IMG_0001.jpg"])).size == (200, 400)


def the_join_cards_are_printed(day: Day) -> None:
    teacher = day.teacher
    teacher.locator("#closeout").get_by_role("link", name="Print join cards").click()
    teacher.emulate_media(media="print")
    expect(teacher.get_by_role("button", name="Print the cards")).to_be_hidden()
    expect(teacher.locator(".site-header")).to_be_hidden()
    cards = teacher.locator(".join-card")
    assert cards.count() >= len(day.phones)
    expect(cards.first).to_contain_text(day.join_code[:4])
    assert all(card.locator(".qr").first.is_visible() for card in cards.all())
    assert teacher.pdf().startswith(b"%PDF")
    teacher.emulate_media(media="screen")


def a_student_takes_the_portfolio_home(day: Day) -> None:
    noor = day.phones["Noor"]
    noor.goto(f"{day.box.url}/student/my-data")
    with noor.expect_download() as coming:
        noor.get_by_role("link", name="Take my work home").click()
    home = day.desk / "at home"
    with zipfile.ZipFile(coming.value.path()) as archive:
        archive.extractall(home)
    page = day.newcomer(PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    page.goto((home / "index.html").as_uri())
    expect(page.get_by_role("heading", name="Portfolio of Noor")).to_be_visible()
    expect(page.get_by_text("Take another one by the window.")).to_be_visible()
    expect(page.get_by_text("Noor thinks: the loop has to close.")).to_be_visible()
    for picture in page.locator("img").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 200
    assert page.locator("img").count() == 2
    assert [address for address in asked if not address.startswith("file://")] == []

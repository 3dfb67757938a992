"""The roster of a class and what repairs it: codes on demand, names, merges, removals, lists in and out."""

import csv
import io
import re

import httpx
import pytest
from bs4 import BeautifulSoup

from appliance.auth.emoji_codes import pictures_of
from appliance.classroom.materials import materials_of_lesson
from appliance.classroom.students import Student, create_student
from appliance.helper.conversations import Memory, Turn, key_of
from appliance.helper.scope import Scope
from appliance.work.partial_uploads import Announced, begin_upload, upload_of_student
from tests.conftest import COURSE, Browser, Cast

ROSTER = "/teach/class/1/roster"
BEN = "/teach/class/1/student/1"
FIRST = "a-circle-makes-light"


def ben_of(cast: Cast) -> Student:
    assert cast.ben is not None
    return cast.ben


async def names(cast: Cast) -> list[str]:
    rows = await cast.parts.db.fetch_all("SELECT display_name FROM students WHERE class_id = 1 ORDER BY id")
    return [row["display_name"] for row in rows]


async def audit(cast: Cast) -> list[tuple[str, str]]:
    rows = await cast.parts.db.fetch_all("SELECT action, target FROM audit_events ORDER BY id")
    return [(row["action"], row["target"]) for row in rows]


async def viewer(cast: Cast) -> Browser:
    """Olu may look at Ada's class."""
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO class_staff (class_id, staff_id, role) VALUES (1, :id, 'viewer')", id=cast.olu_id
        )
    return await cast.olu()


async def test_the_return_code_is_on_no_page_before_it_is_asked_for(cast: Cast) -> None:
    ada = await cast.ada()
    for path in ("/teach/class/1", ROSTER, BEN, f"{ROSTER}/export", f"{ROSTER}/merge?gone=1&kept=2"):
        page = await ada.get(path)
        assert page.status_code == 200 and ben_of(cast).return_code not in page.text, path
    assert await audit(cast) == [("export_roster", "")]


async def test_asked_for_it_is_shown_in_letters_and_pictures_and_noted(cast: Cast) -> None:
    page = await (await cast.ada()).post(f"{BEN}/return-code")
    code = ben_of(cast).return_code
    assert code in page.text and "no-store" in page.headers["cache-control"]
    shown = BeautifulSoup(page.text, "html.parser").select_one("main .code-pictures")
    assert shown is not None and shown.text == "".join(picture.emoji for picture in pictures_of(code))
    assert await audit(cast) == [("see_return_code", "1")]


async def test_a_program_of_the_teacher_gets_it_as_json(cast: Cast) -> None:
    answer = await (await cast.ada()).post(f"{BEN}/return-code", headers={"Accept": "application/json"})
    assert answer.json() == {"return_code": ben_of(cast).return_code}


async def test_a_viewer_sees_the_roster_and_changes_nothing(cast: Cast) -> None:
    olu, before = await viewer(cast), await names(cast)
    assert (await olu.get(ROSTER)).status_code == (await olu.get(BEN)).status_code == 200
    for path, form in (
        (f"{BEN}/return-code", {}),
        (f"{BEN}/one-time-code", {}),
        (BEN, {"display_name": "X"}),
        (f"{BEN}/remove", {}),
        (f"{ROSTER}/cards", {}),
        (f"{ROSTER}/import", {"names": "Dee"}),
        (f"{ROSTER}/import/students", {"name": "Dee"}),
        (f"{ROSTER}/merge", {"gone": "1", "kept": "2", "confirmed": "1"}),
        (f"{ROSTER}/reset", {"class_name": "7B"}),
        ("/teach/class/1/enrolment", {"enrollment_mode": "closed"}),
        ("/teach/class/1/invites", {"label": "x"}),
        ("/teach/class/1/lock", {"locked": "1"}),
        ("/teach/class/1/join-code", {}),
    ):
        refused = await olu.post(path, form)
        assert refused.status_code == 403 and ben_of(cast).return_code not in refused.text, path
    assert (await names(cast), await audit(cast), await cast.count("invites")) == (before, [], 0)


async def test_a_one_time_code_is_shown_once_and_lets_the_student_in_once(cast: Cast) -> None:
    page = await (await cast.ada()).post(f"{BEN}/one-time-code")
    shown = BeautifulSoup(page.text, "html.parser").select_one(".key-large")
    assert shown is not None and re.fullmatch(r"[A-HJ-NP-Z2-9]{8}", shown.text)
    form = {"class_code": cast.classroom.join_code, "return_code": shown.text}
    assert (await cast.visitor().post("/join", form)).headers["location"] == "/student"
    assert (await cast.visitor().post("/join", form)).status_code == 422
    assert shown.text not in (await (await cast.ada()).get(BEN)).text
    assert await audit(cast) == [("create_rejoin_code", "1")]


async def test_a_name_is_put_right(cast: Cast) -> None:
    ada = await cast.ada()
    assert (await ada.post(BEN, {"display_name": " Benny "})).headers["location"] == BEN
    assert await names(cast) == ["Benny", "Chi"]
    page = await ada.post(BEN, {"display_name": "x" * 81})
    assert page.status_code == 422 and 'aria-invalid="true"' in page.text and "x" * 81 in page.text
    assert await names(cast) == ["Benny", "Chi"]
    assert await audit(cast) == [("rename_student", "1")]


async def test_two_entries_become_one_after_a_look_and_a_tick(cast: Cast) -> None:
    ada, chi = await cast.ada(), await cast.student(cast.chi)
    look = await ada.get(f"{ROSTER}/merge", params={"gone": "1", "kept": "2"})
    assert "Ben" in look.text and "Chi" in look.text
    pair = {"gone": "1", "kept": "2"}
    unsure = await ada.post(f"{ROSTER}/merge", pair)
    assert unsure.status_code == 422 and await names(cast) == ["Ben", "Chi"]
    done = await ada.post(f"{ROSTER}/merge", {**pair, "confirmed": "1"})
    assert done.headers["location"] == "/teach/class/1/student/2"
    assert await names(cast) == ["Chi"]
    assert (await chi.get("/student")).status_code == 200
    assert (await ada.post(f"{ROSTER}/merge", {**pair, "confirmed": "1"})).status_code == 404
    assert await audit(cast) == [("merge_students", "1>2")]


@pytest.mark.parametrize(
    ("gone", "kept", "status"),
    [("1", "1", 400), ("", "", 400), ("1", "9", 404), ("x", "1", 404), ("9" * 30, "1", 404)],
)
async def test_a_merge_of_nobody_is_refused(cast: Cast, gone: str, kept: str, status: int) -> None:
    pair = {"gone": gone, "kept": kept}
    ada = await cast.ada()
    assert (await ada.get(f"{ROSTER}/merge", params=pair)).status_code == status
    refused = await ada.post(f"{ROSTER}/merge", {**pair, "confirmed": "1"})
    assert refused.status_code in (status, 400) and await names(cast) == ["Ben", "Chi"]


async def test_removing_one_signs_nobody_else_out(cast: Cast) -> None:
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    assert (await (await cast.ada()).post(f"{BEN}/remove")).headers["location"] == ROSTER
    assert (await chi.get("/student")).status_code == 200
    assert (await ben.get("/student")).headers["location"] == "/"
    assert await names(cast) == ["Chi"]


async def test_emptying_the_roster_takes_everybody_and_their_sessions_and_changes_the_code(
    cast: Cast,
) -> None:
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        eva = await create_student(tx, cast.other.id, "Eva")
    ben, eva_there, ada = await cast.student(cast.ben), await cast.student(eva), await cast.ada()
    for typed in ("", "8C", "yes"):
        assert (await ada.post(f"{ROSTER}/reset", {"class_name": typed})).status_code == 422
    assert await names(cast) == ["Ben", "Chi"]
    await ada.post(f"{ROSTER}/reset", {"class_name": " 7b ", "new_code": "1"})
    assert await names(cast) == []
    assert (await ben.get("/student")).headers["location"] == "/"
    assert (await eva_there.get("/student")).status_code == 200
    row = await cast.parts.db.fetch_one("SELECT join_code, session_epoch FROM classes WHERE id = 1")
    assert row is not None and row["session_epoch"] == 2 and row["join_code"] != cast.classroom.join_code
    assert await audit(cast) == [("reset_roster", ""), ("forget_conversations", "conversations=0")]


async def test_the_code_may_stay_when_the_roster_is_emptied(cast: Cast) -> None:
    await (await cast.ada()).post(f"{ROSTER}/reset", {"class_name": "7B"})
    row = await cast.parts.db.fetch_one("SELECT join_code FROM classes WHERE id = 1")
    assert row is not None and row["join_code"] == cast.classroom.join_code


async def test_the_table_has_names_days_and_counts_and_no_cell_that_runs(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await create_student(tx, 1, "=HYPERLINK(1)")
    answer = await (await cast.ada()).get(f"{ROSTER}/export")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="roster.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Name", "Joined", "Last here", "Ticks", "Reflections", "Handed in"]
    assert [row[0] for row in rows[1:]] == ["'=HYPERLINK(1)", "Ben", "Chi"]
    assert rows[2][1:] == ["2027-01-15 09:00", "2027-01-15 09:00", "0", "0", "0"]


async def look_over(cast: Cast, text: str | bytes) -> BeautifulSoup:
    ada = await cast.ada()
    await ada.get(f"{ROSTER}/import")
    if isinstance(text, str):
        page = await ada.post(f"{ROSTER}/import", {"names": text})
    else:
        page = await ada.post(f"{ROSTER}/import", files={"file": ("list.csv", text, "text/csv")})
    assert page.status_code == 200
    return BeautifulSoup(page.text, "html.parser")


def boxes(page: BeautifulSoup) -> list[tuple[str, bool]]:
    return [
        (str(box["value"]), box.has_attr("checked") and not box.has_attr("disabled"))
        for box in page.select("[name=name]")
    ]


async def test_a_list_is_looked_over_before_anybody_is_added(cast: Cast) -> None:
    page = await look_over(cast, "Dee\nben\nDee\n\u202e\nEva@example.org")
    assert boxes(page) == [
        ("Dee", True), ("ben", False), ("Dee", False), ("\u202e", False), ("Eva@example.org", True),
    ]  # fmt: skip
    for problem in ("has this name already", "in the list twice", "at least one letter", "e-mail address"):
        assert problem in page.text
    assert await names(cast) == ["Ben", "Chi"]


async def test_a_file_of_the_schools_program_is_read_too(cast: Cast) -> None:
    page = await look_over(cast, "Curso;Nombre\n7B;Zoë\n7B;Íñigo\n".encode("cp1252"))
    assert boxes(page) == [("Zoë", True), ("Íñigo", True)]


async def added(browser: Browser, *chosen: str, mark: str = "m1") -> httpx.Response:
    return await browser.post(f"{ROSTER}/import/students", {"name": list(chosen), "form_mark": mark})


async def test_the_chosen_ones_are_added_with_a_card_each(cast: Cast) -> None:
    ada = await cast.ada()
    done = await added(ada, "Dee", "Ben")
    roster = BeautifulSoup((await ada.get(done.headers["location"])).text, "html.parser")
    assert await names(cast) == ["Ben", "Chi", "Dee", "Ben"]
    new = [str(field["value"]) for field in roster.select("form input[name=student]")]
    cards = await ada.post(f"{ROSTER}/cards", {"student": new})
    rows = await cast.parts.db.fetch_all("SELECT return_code FROM students ORDER BY id")
    shown = [row["return_code"] in cards.text for row in rows]
    assert shown == [False, False, True, True] and "no-store" in cards.headers["cache-control"]
    assert [action for action, _ in await audit(cast)] == ["import_roster", "print_return_codes"]


async def test_the_same_list_sent_twice_adds_nobody_twice(cast: Cast) -> None:
    ada = await cast.ada()
    for _ in range(2):
        await added(ada, "Dee", "Dee")
    assert await names(cast) == ["Ben", "Chi", "Dee", "Dee"]
    await added(ada, "Dee", mark="m2")
    assert len(await names(cast)) == 5


async def test_one_impossible_name_and_nobody_is_added(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE box SET name_safety = 'strict'")
    ada = await cast.ada()
    for bad in ("eva@example.org", "\u202e"):
        assert (await added(ada, "Dee", bad)).status_code == 422
    assert (await added(ada)).status_code == 422
    assert (await ada.post(f"{ROSTER}/import", {"names": " \n"})).status_code == 422
    assert await names(cast) == ["Ben", "Chi"]


async def test_a_card_of_one_student_shows_that_one_alone(cast: Cast) -> None:
    assert cast.chi is not None
    page = await (await cast.ada()).post(f"{ROSTER}/cards", {"student": "1"})
    assert ben_of(cast).return_code in page.text and cast.chi.return_code not in page.text
    assert await audit(cast) == [("print_return_codes", "1")]


async def test_students_of_another_class_have_no_card_here(cast: Cast) -> None:
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        eva = await create_student(tx, cast.other.id, "Eva")
    refused = await (await cast.ada()).post(f"{ROSTER}/cards", {"student": str(eva.id)})
    assert refused.status_code == 400 and eva.return_code not in refused.text


async def test_the_other_teacher_finds_none_of_it(cast: Cast) -> None:
    olu = await cast.olu()
    for path in (ROSTER, f"{ROSTER}/export", f"{ROSTER}/import", f"{ROSTER}/reset", "/teach/class/1/invites"):
        assert (await olu.get(path)).status_code == 404, path
    for path in (f"{BEN}/return-code", f"{BEN}/one-time-code", f"{ROSTER}/cards", f"{BEN}/remove"):
        assert (await olu.post(path)).status_code == 404, path


async def test_the_number_of_queries_does_not_grow_with_the_roster(cast: Cast) -> None:
    ada, db = await cast.ada(), cast.parts.db
    await cast.parts.jobs.stop()
    counts = []
    for _ in range(2):
        await ada.get(ROSTER)
        before = db.queries
        await ada.get(ROSTER)
        counts.append(db.queries - before)
        async with db.transaction() as tx:
            for number in range(40):
                await create_student(tx, 1, f"Student {number}")
    assert counts[0] == counts[1]


async def trace_of_ben(cast: Cast) -> None:
    """A file that is still coming, and a talk with the helper."""
    upload = next(iter((await materials_of_lesson(cast.parts.db, 1, COURSE, FIRST)).values()))
    async with cast.parts.db.transaction() as tx:
        begun = await begin_upload(tx, upload.id, ben_of(cast).id, Announced("loop.png", 9))
    coming = await upload_of_student(cast.parts.db, begun, upload.id, ben_of(cast).id)
    async with cast.parts.partial_files.writing(coming.stored_name, 0, 9) as writer:
        await cast.parts.partial_files.write(writer, b"half")
    key = key_of(f"student:1:{ben_of(cast).id}", Scope(1, COURSE, FIRST, "student"), "c")
    await cast.parts.helper.conversations.keep(key, Memory((Turn("user", "Why?"),)), 0)


@pytest.mark.parametrize(("path", "form"), [(f"{BEN}/remove", {}), (f"{ROSTER}/reset", {"class_name": "7B"})])
async def test_who_is_removed_leaves_no_half_of_a_file_and_no_talk_behind(
    cast: Cast, path: str, form: dict[str, str]
) -> None:
    await trace_of_ben(cast)
    await (await cast.ada()).post(path, form)
    assert list(cast.parts.partial_files.folder.glob("*")) == []
    assert await cast.parts.helper.conversations.of_class(1) == []


async def test_the_table_of_the_roster_is_in_the_audit_trail_like_every_other(cast: Cast) -> None:
    await (await cast.ada()).get(f"{ROSTER}/export")
    assert await audit(cast) == [("export_roster", "")]


@pytest.mark.parametrize("number", ["9" * 40, "9" * 5000])
async def test_a_number_that_no_student_has_is_nobody(cast: Cast, number: str) -> None:
    ada = await cast.ada()
    assert (await ada.post(f"{ROSTER}/cards", {"student": ["1", number]})).status_code == 200
    assert (await ada.get(f"{ROSTER}/merge?gone=1&kept={number[:300]}")).status_code == 404


async def test_a_list_of_which_nobody_was_ticked_is_still_there(cast: Cast) -> None:
    ada = await cast.ada()
    looked_at = await ada.post(f"{ROSTER}/import", {"names": "Fay\nGus"})
    form = BeautifulSoup(looked_at.text, "html.parser").select_one("form[action$='/students']")
    assert form is not None
    listed = [str(field["value"]) for field in form.select("input[name=listed]")]
    page = await ada.post(f"{ROSTER}/import/students", {"listed": listed, "form_mark": "mark"})
    assert page.status_code == 422 and "There is no name in it." in page.text
    assert re.findall(r'name="name" value="(\w+)"', page.text) == ["Fay", "Gus"]
    assert await names(cast) == ["Ben", "Chi"]

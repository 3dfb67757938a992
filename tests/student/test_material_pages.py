"""Materials on pages of their own: every kind works, the lock of the lesson is theirs, and nobody else's are found."""

import re
from dataclasses import dataclass

import pytest

from appliance.classroom.material_drafts import Draft, create_material
from appliance.classroom.material_items import items_of_material
from appliance.classroom.materials import materials_of_class
from appliance.classroom.students import create_student
from appliance.library.lessons import Item
from tests.conftest import Browser, Cast
from tests.student.conftest import PNG, Lamps

LINES = (Item("k1", "wire"), Item("k2", "lamp"))


@dataclass
class Own:
    """A material of every kind in the module of the lesson `circles`."""

    lamps: Lamps
    made: dict[str, int]

    @property
    def ben(self) -> Browser:
        return self.lamps.ben

    async def send(self, kind: str, browser: Browser | None = None) -> int:
        browser, path = browser or self.ben, f"/material/{self.made[kind]}"
        forms: dict[str, dict[str, object]] = {
            "checklist": {"checked_item": ["k1", "k2"]},
            "reflection": {"reflection_text": "Light."},
            "rubric": {"score-k1": "3", "score-k2": "4", "note": "Tape."},
        }
        if kind in forms:
            return (await browser.post(f"{path}/{kind}", forms[kind])).status_code
        return (await browser.post(f"{path}/upload", {}, files={"file": ("a.png", PNG)})).status_code


@pytest.fixture
async def own(lamps: Lamps) -> Own:
    drafts = [
        Draft("link", "A link", "Read **this**.", "https://example.org/a"),
        Draft("text", "A text", "## Look\n\n$x^2$ <script>x</script>"),
        Draft("checklist", "A list", items=LINES),
        Draft("reflection", "A thought", "What surprised you?"),
        Draft("rubric", "A look back", rubric_scale_max=5, items=LINES),
        Draft("upload", "A file", accepted_extensions=".png"),
        Draft("gallery", "A wall", accepted_extensions=".png"),
    ]
    db, class_id = lamps.cast.parts.db, lamps.cast.classroom.id
    module = (await materials_of_class(db, class_id))[0].module_id
    async with db.transaction() as tx:
        made = {draft.kind: await create_material(tx, module, draft) for draft in drafts}
    return Own(lamps, made)


WORK = ("checklist", "reflection", "rubric", "upload", "gallery")


@pytest.mark.parametrize("kind", WORK)
async def test_what_is_done_is_kept_shown_and_ticked_off_on_the_class_home(own: Own, kind: str) -> None:
    assert await own.send(kind) == 302
    page = (await own.ben.get(f"/material/{own.made[kind]}")).text
    assert 'data-state="done"' in page
    ada, base = await own.lamps.cast.ada(), f"/teach/class/{own.lamps.cast.classroom.id}"
    tracked = (await ada.get(f"{base}/lessons")).text.split(f'id="material-{own.made[kind]}"')[1]
    assert "1 done, 1 missing" in tracked.split('id="material-')[0]
    home = (await own.ben.get("/student")).text
    assert "Done" in home.split(f'href="/material/{own.made[kind]}"')[-1][:600]


async def test_text_and_links_are_cleaned(own: Own) -> None:
    page = (await own.ben.get(f"/material/{own.made['text']}")).text
    assert "<h2" in page and "<math" in page and "<script>x" not in page
    page = (await own.ben.get(f"/material/{own.made['link']}")).text
    assert 'href="https://example.org/a"' in page and "noopener" in page and "away from the box" in page


@pytest.mark.parametrize("kind", WORK)
async def test_while_the_lesson_is_locked_nothing_is_taken_and_the_sentence_says_why(
    own: Own, kind: str
) -> None:
    await own.lamps.decide("locked")
    page = (await own.ben.get(f"/material/{own.made[kind]}")).text
    assert (
        "This is locked just now" in page and "<form class" not in page.split("<main")[1].split("</main")[0]
    )
    path = "upload" if kind in ("upload", "gallery") else kind
    files = {"files": {"file": ("a.png", PNG)}} if path == "upload" else {}
    refused = await own.ben.post(f"/material/{own.made[kind]}/{path}", {}, **files)
    assert refused.status_code == 403 and "This lesson is locked just now" in refused.text
    for table in ("checklist_ticks", "reflections", "rubric_scores", "submissions"):
        assert await own.lamps.cast.count(table) == 0


async def test_what_is_to_read_is_open_while_the_lesson_is_locked(own: Own) -> None:
    await own.lamps.decide("locked")
    assert "<math" in (await own.ben.get(f"/material/{own.made['text']}")).text


async def test_another_class_finds_none_of_it(own: Own) -> None:
    cast: Cast = own.lamps.cast
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        dee = await create_student(tx, cast.other.id, "Dee")
    theirs = await cast.student(dee)
    for kind, made in own.made.items():
        assert (await theirs.get(f"/material/{made}")).status_code == 404
        if kind in WORK:
            assert await own.send(kind, theirs) == 404


async def test_one_kind_takes_no_other_kinds_form(own: Own) -> None:
    for path in ("checklist", "reflection", "rubric", "upload"):
        answer = await own.ben.post(f"/material/{own.made['text']}/{path}", {"reflection_text": "x"})
        assert answer.status_code == 404


async def test_a_visitor_is_sent_to_the_first_page(own: Own) -> None:
    answer = await own.lamps.cast.visitor().get(f"/material/{own.made['text']}")
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


@pytest.mark.parametrize("score", ["0", "6", "-1", "3.5", "x", "", "9" * 50])
async def test_a_mark_outside_the_scale_stays_open(own: Own, score: str) -> None:
    answer = await own.ben.post(
        f"/material/{own.made['rubric']}/rubric", {"score-k1": score, "score-k2": "2"}
    )
    assert answer.status_code == 302
    rows = await own.lamps.cast.parts.db.fetch_all("SELECT item_key, score FROM rubric_scores")
    assert [tuple(row) for row in rows] == [("k2", 2)]


async def test_a_note_too_long_is_shown_again_with_the_marks(own: Own) -> None:
    form = {"score-k1": "3", "note": "x" * 2001}
    page = await own.ben.post(f"/material/{own.made['rubric']}/rubric", form)
    assert page.status_code == 422 and "x" * 2001 in page.text
    assert re.search(r'name="score-k1" value="3" checked', page.text)
    assert await own.lamps.cast.count("rubric_scores") == 0


async def test_a_reflection_too_long_is_shown_again(own: Own) -> None:
    page = await own.ben.post(
        f"/material/{own.made['reflection']}/reflection", {"reflection_text": "y" * 4001}
    )
    assert page.status_code == 422 and "y" * 4001 in page.text


async def test_saving_twice_does_no_harm(own: Own) -> None:
    for kind in ("checklist", "reflection", "rubric"):
        for _ in range(2):
            assert await own.send(kind) == 302
    assert await own.lamps.cast.count("checklist_ticks") == 2
    assert await own.lamps.cast.count("rubric_scores") == 2
    assert len(await items_of_material(own.lamps.cast.parts.db, own.made["rubric"])) == 2


async def test_delete_my_work_takes_marks_and_notes_too(own: Own) -> None:
    await own.send("rubric")
    await own.ben.post("/student/delete-work")
    assert await own.lamps.cast.count("rubric_scores") == 0
    assert await own.lamps.cast.count("rubric_notes") == 0


async def test_a_reflection_far_too_long_is_shown_again_whole(own: Own) -> None:
    words = "y" * 60_000
    page = await own.ben.post(f"/material/{own.made['reflection']}/reflection", {"reflection_text": words})
    assert page.status_code == 422 and words in page.text and "longer than 4000 characters" in page.text


def seen_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(seen|shown_items|shown_scores)" data-part="\w+" value="([^"]*)"', page))


async def test_words_of_another_device_are_shown_before_they_are_replaced(own: Own) -> None:
    here = f"/material/{own.made['reflection']}"
    opened = seen_in((await own.ben.get(here)).text)
    first = await own.ben.post(f"{here}/reflection", {**opened, "reflection_text": "From the tablet."})
    assert first.status_code == 302
    page = await own.ben.post(f"{here}/reflection", {**opened, "reflection_text": "From the phone."})
    assert page.status_code == 422 and "Other words were saved here" in page.text
    assert "From the tablet.</blockquote>" in page.text and "From the phone.</textarea>" in page.text
    assert "From the tablet." in (await own.ben.get(here)).text
    again = {**seen_in(page.text), "reflection_text": "From the phone."}
    assert (await own.ben.post(f"{here}/reflection", again)).status_code == 302
    assert "From the phone.</textarea>" in (await own.ben.get(here)).text


async def test_words_that_hold_the_saved_ones_whole_are_saved(own: Own) -> None:
    here = f"/material/{own.made['reflection']}"
    opened = seen_in((await own.ben.get(here)).text)
    for words in ("It glows.", "It glows. And it is warm."):
        saved = await own.ben.post(f"{here}/reflection", {**opened, "reflection_text": words})
        assert saved.status_code == 302


async def test_ticks_of_two_devices_come_together(own: Own) -> None:
    here = f"/material/{own.made['checklist']}"
    opened = seen_in((await own.ben.get(here)).text)
    await own.ben.post(f"{here}/checklist", {**opened, "checked_item": ["k1"]})
    await own.ben.post(f"{here}/checklist", {**opened, "checked_item": ["k2"]})
    page = (await own.ben.get(here)).text
    assert 'data-state="done"' in page and seen_in(page) == {"shown_items": "- k1 k2"}
    await own.ben.post(f"{here}/checklist", {**seen_in(page), "checked_item": ["k2"]})
    assert seen_in((await own.ben.get(here)).text) == {"shown_items": "- k2"}


async def test_marks_of_two_devices_come_together(own: Own) -> None:
    here = f"/material/{own.made['rubric']}"
    opened = seen_in((await own.ben.get(here)).text)
    tablet = {**opened, "score-k1": "2", "note": "From the tablet."}
    assert (await own.ben.post(f"{here}/rubric", tablet)).status_code == 302
    assert (await own.ben.post(f"{here}/rubric", {**opened, "score-k2": "5", "note": ""})).status_code == 302
    page = (await own.ben.get(here)).text
    assert marked_in(page) == {"k1": "2", "k2": "5"} and "From the tablet.</textarea>" in page


async def test_marks_of_another_device_are_shown_before_they_are_replaced(own: Own) -> None:
    here = f"/material/{own.made['rubric']}"
    opened = seen_in((await own.ben.get(here)).text)
    await own.ben.post(f"{here}/rubric", {**opened, "score-k1": "2", "score-k2": "4", "note": "Tablet."})
    page = await own.ben.post(f"{here}/rubric", {**opened, "score-k1": "3", "note": ""})
    assert page.status_code == 422 and "Other marks were saved here" in page.text
    assert "wire: 2\nlamp: 4\nTablet.</blockquote>" in page.text
    assert marked_in(page.text) == {"k1": "3", "k2": "4"} and "Tablet.</textarea>" in page.text
    assert marked_in((await own.ben.get(here)).text) == {"k1": "2", "k2": "4"}
    again = {**seen_in(page.text), "score-k1": "3", "score-k2": "4", "note": "Tablet."}
    assert (await own.ben.post(f"{here}/rubric", again)).status_code == 302
    assert marked_in((await own.ben.get(here)).text) == {"k1": "3", "k2": "4"}


async def test_a_note_of_another_device_is_shown_before_it_is_replaced(own: Own) -> None:
    here = f"/material/{own.made['rubric']}"
    opened = seen_in((await own.ben.get(here)).text)
    await own.ben.post(f"{here}/rubric", {**opened, "score-k1": "2", "note": "From the tablet."})
    page = await own.ben.post(f"{here}/rubric", {**opened, "score-k1": "2", "note": "From the phone."})
    assert page.status_code == 422 and "Other words were saved here" in page.text
    assert "From the tablet.</blockquote>" in page.text and "From the phone.</textarea>" in page.text


def marked_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="score-(\w+)" value="(\d)" checked', page))

"""Teacher, assistant, viewer: every page of a class shows each of them what they may do, and nothing else."""

import html
import re
from dataclasses import dataclass, field

import pytest

from appliance.auth.permissions import TEACHER, WHO_MAY
from appliance.classroom.groups import create_group
from appliance.classroom.invites import create_invite
from appliance.classroom.rights import MAY, ROLES, Role
from appliance.classroom.students import create_student
from appliance.operations.demo_hub import hand_in_work
from appliance.operations.demo_study import SUMMARY, TOPICS, give_work
from appliance.study.blueprints import save_draft
from appliance.teacher.kinds import KIND_OF
from tests.conftest import COURSE, Browser, Cast
from tests.teacher.road import Road
from tests.teacher.test_document_pages import upload
from tests.teacher.test_making_quizzes import QUESTION
from tests.teacher.test_review_page import handed_in

LINK = re.compile(r'href="(/teach/class/1(?:[/?][^"#]*)?)(?:#[^"]*)?"')
LOOK_AT = re.compile(r'<form[^>]*method="get"[^>]*action="([^"]+)"')
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]+)"')
SENT_ELSEWHERE = re.compile(r'formaction="([^"]+)"')
# On every page, for everybody.
COMMON = {"/sign-out", "/language"}
NOTHING_TO_SEE = re.compile(
    r"/(exports/|gradebook\.csv|roster/export|helper/questions\.csv)|/file$|/pages/\d+$"
)
PATTERNS = {
    re.compile("/?" + re.sub(r"<\w+:int>", r"\\d+", re.sub(r"<\w+:str>", "[^/]+", path))): path
    for path in KIND_OF
}
# What a walk can't find: second steps, an ended class, a film of one's own, other courses and classes.
RARE = {
    f"/teach/class/<class_id:int>/{rest}"
    for rest in (
        "activities/<activity_id:int>/assign",
        "courses",
        "media/<media_id:int>/captions",
        "modules/<module_id:int>/copy",
        "roster/import/students",
        "roster/merge",
        "term/bring-back",
        "term/remove",
    )
}


@dataclass
class Walk:
    """What somebody found in a class: the addresses of forms, page by page, and pages that would not open."""

    forms: dict[str, set[str]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    closed: list[tuple[str, int]] = field(default_factory=list)

    @property
    def patterns(self) -> set[str]:
        return {pattern_of(address) for found in self.forms.values() for address in found - COMMON}


def pattern_of(address: str) -> str:
    path = html.unescape(address).split("?")[0].split("#")[0]
    return next(known for pattern, known in PATTERNS.items() if pattern.fullmatch(path))


async def walked(browser: Browser, start: str = "/teach/class/1") -> Walk:
    """Every link of every page of the class, each address once."""
    walk, waiting, seen = Walk(), [start], {start}
    while waiting:
        address = waiting.pop(0)
        answer = await browser.get(address)
        if answer.status_code != 200:
            walk.closed.append((address, answer.status_code))
            continue
        if NOTHING_TO_SEE.search(address.split("?")[0]):
            continue
        page = answer.text
        walk.pages[address] = page
        walk.forms[address] = {*FORM.findall(page), *SENT_ELSEWHERE.findall(page)}
        for found in (*LINK.findall(page), *LOOK_AT.findall(page)):
            link = html.unescape(found).split("#")[0]
            place = link.split("?")[0]
            if place not in seen and not place.endswith("/roster/merge"):
                seen.add(place)
                waiting.append(link)
    return walk


@pytest.fixture
async def full(cast: Cast, road: Road) -> Cast:
    """Ada's class with something on each of its pages."""
    assert cast.ben and cast.chi
    parts = cast.parts
    async with parts.db.transaction() as tx:
        eve = await create_student(tx, 1, "Eve")
        await give_work(tx, 1, cast.ada_id, (cast.ben.id, cast.chi.id, eve.id))
        await create_invite(tx, 1, cast.ada_id, "For the fair", 5, 3)
        await save_draft(tx, 1, SUMMARY, TOPICS)
        gallery = await tx.insert(
            """
            INSERT INTO materials (module_id, kind, title, accepted_extensions, position)
            VALUES (1, 'gallery', 'Our lamps', '.png', 90)
            """
        )
    await hand_in_work(parts.db, parts.files, 1, cast.ada_id, (cast.ben.id, cast.chi.id, eve.id))
    await upload(road.ada, "/teach/class/1/library", content=b"%PDF-1.4 broken")
    link = {"title": "How a lamp works", "source_url": "https://example.org/lamp", "is_shown": "1"}
    quiz = {"kind": "quiz", "count": "3", "by": "hand", "title": "One more"}
    made = (await road.ada.post("/teach/class/1/activities", quiz)).headers["location"]
    reached = {"sessions": "0", "artifacts": "0"}
    for path, form in (
        ("/teach/class/1/media/links", link),
        ("/teach/class/1/media/links", {**link, "title": "How a switch works"}),
        (f"{made}/items", QUESTION),
        ("/teach/class/1/outcomes/wanted", reached),
        (f"/teach/class/1/student/{eve.id}/certificate", {}),
    ):
        assert (await road.ada.post(path, form)).status_code == 302, path
    work = await handed_in(cast, cast.ben.id)
    await remove_some(road)
    async with parts.db.transaction() as tx:
        sql = "UPDATE submissions SET material_id = :id, is_shared = 1 WHERE id = :work"
        await tx.execute(sql, id=gallery, work=work)
    parts.presence.raise_hand(1, cast.ben.id, "Ben", parts.db.now())
    # The broken paper has to be read before its page offers to read it again.
    await cast.at_rest()
    return cast


async def remove_some(road: Road) -> None:
    """One of each kind of thing that can be put back."""
    base, db = "/teach/class/1", road.cast.parts.db
    quiz = {"kind": "quiz", "count": "3", "by": "hand", "title": "Gone"}
    made = (await road.ada.post(f"{base}/activities", quiz)).headers["location"]
    await road.ada.post(f"{base}/media/links", {"title": "Gone", "source_url": "https://example.org/gone"})
    async with db.transaction() as tx:
        group = await create_group(tx, 1, "Gone", "red")
    module = await road.module("Gone")
    material = await road.material("link", "Gone", 1, url="https://example.org/gone")
    media = await db.fetch_one("SELECT id FROM media WHERE title = 'Gone'")
    assert media
    kept = (await road.ada.post(f"{base}/activities", {**quiz, "title": "Kept"})).headers["location"]
    question = (await road.ada.post(f"{kept}/items", QUESTION)).headers["location"].rpartition("-")[2]
    for path in (
        made,
        f"{kept}/items/{question}",
        f"{base}/media/{media['id']}",
        f"{base}/modules/{module}",
        f"{base}/groups/{group}",
        f"{base}/materials/{material}",
    ):
        assert (await road.ada.post(f"{path}/remove")).status_code == 302, path


async def seated(cast: Cast, role: Role) -> Browser:
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO class_staff (class_id, staff_id, role) VALUES (1, :id, :role)",
            id=cast.olu_id,
            role=role,
        )
    return await cast.olu()


def may_post(role: Role, address: str, staff_id: int) -> bool:
    if address in COMMON or address == f"/teach/class/1/co-teachers/{staff_id}/remove":
        return True
    kind = KIND_OF[pattern_of(address)]
    return kind == "own" or kind in MAY[role]


@pytest.mark.parametrize("role", ["viewer", "assistant"])
async def test_no_page_of_a_class_shows_a_form_that_its_reader_may_not_send(full: Cast, role: Role) -> None:
    walk = await walked(await seated(full, role))
    forbidden = {
        page: found
        for page, forms in walk.forms.items()
        if (found := {each for each in forms if not may_post(role, each, full.olu_id)})
    }
    assert forbidden == {}
    assert walk.closed == []
    reviews = {pattern for pattern, kind in KIND_OF.items() if kind == "review"}
    assert walk.patterns & reviews == (reviews if role == "assistant" else set())
    assert not any("return code of" in page or "return-code" in page for page in walk.pages.values())


@pytest.mark.parametrize("role", ["viewer", "assistant"])
async def test_each_page_says_once_on_top_what_its_reader_may(full: Cast, role: Role) -> None:
    words = {"viewer": "and not change it.", "assistant": "and change nothing else."}[role]
    walk = await walked(await seated(full, role))
    assert len(walk.pages) > 40
    assert {address for address, page in walk.pages.items() if page.count(words) != 1} == set()
    assert all(page.index(words) < page.index("<h1") for page in walk.pages.values())


async def test_a_teacher_reads_no_such_line_and_finds_nearly_every_form_there_is(full: Cast) -> None:
    """So that a walk which finds nothing doesn't pass for one that looked everywhere."""
    walk = await walked(await full.ada())
    assert walk.closed == []
    assert not any('id="may"' in page for page in walk.pages.values())
    of_class = {
        pattern for pattern, kind in KIND_OF.items() if kind != "own" and pattern.startswith("/teach")
    }
    assert of_class - walk.patterns == RARE


@pytest.mark.parametrize("role", ["viewer", "assistant"])
async def test_an_ended_class_is_neither_brought_back_nor_removed_by_them(full: Cast, role: Role) -> None:
    assert (await (await full.ada()).post("/teach/class/1/term/end")).status_code == 302
    olu = await seated(full, role)
    for path in ("/teach/class/1", "/teach/class/1/term"):
        found = FORM.findall((await olu.get(path)).text)
        assert {each for each in found if not may_post(role, each, full.olu_id)} == set()


def test_every_change_on_a_teachers_page_says_of_what_kind_it_is() -> None:
    posts = {path for (method, path), who in WHO_MAY.items() if method == "POST" and who == TEACHER}
    assert set(KIND_OF) == posts
    assert {path for path, kind in KIND_OF.items() if kind == "own"} == {
        path for path in posts if "<class_id:int>" not in path
    }


@pytest.mark.parametrize("role", ROLES)
async def test_the_server_refuses_what_the_role_does_not_have_and_nothing_else(
    full: Cast, role: Role
) -> None:
    """With addresses of things that are there wherever a form of the class led to them."""
    found = {}
    for forms in (await walked(await full.ada())).forms.values():
        found.update({pattern_of(address): html.unescape(address) for address in forms - COMMON})
    browser = await seated(full, role)
    wrong = {}
    for pattern, address in found.items():
        kind = KIND_OF[pattern]
        if kind in MAY[role] or kind == "own":
            continue
        answer = await browser.post(address)
        if answer.status_code != 403 or "Ask one of its teachers." not in answer.text:
            wrong[address] = answer.status_code
    assert wrong == {}


async def test_an_assistant_reviews_moderates_and_lowers_hands_and_locks_nothing(full: Cast) -> None:
    olu = await seated(full, "assistant")
    said = await olu.post("/teach/class/1/review/2", {"state": "reviewed", "score": "70", "comment": "Neat."})
    assert said.status_code == 302
    assert (await olu.post("/teach/class/1/live/hands")).status_code == 302
    assert full.parts.presence.room_of(1).hands == []
    row = await full.parts.db.fetch_one("SELECT id, material_id FROM submissions WHERE is_shared = 1")
    assert row is not None
    moderated = await olu.post(f"/teach/class/1/gallery/{row['material_id']}/{row['id']}", {"keep_out": "1"})
    assert moderated.status_code == 302
    refused = await olu.post("/teach/class/1/lock", {"locked": "1"})
    assert refused.status_code == 403 and "review work in this class but change nothing else" in refused.text
    assert (await olu.get("/api/v1/teacher/classes")).json()["classes"][0]["role"] == "assistant"


async def test_a_class_with_an_assistant_alone_is_not_left(cast: Cast) -> None:
    ada = await cast.ada()
    added = await ada.post("/teach/class/1/co-teachers", {"username": "olu", "role": "assistant"})
    assert added.status_code == 302
    for path in (f"/{cast.ada_id}/remove", f"/{cast.ada_id}"):
        refused = await ada.post(f"/teach/class/1/co-teachers{path}", {"role": "assistant"})
        assert refused.status_code == 409 and "at least one teacher" in refused.text
    page = (await ada.get("/teach/class/1/co-teachers")).text
    assert "Assistant: looks at everything and reviews work" in page and "Who may what" in page


async def test_a_walk_past_a_lesson_ends_at_the_lesson(full: Cast) -> None:
    """A lesson's own page is the students': a viewer opens it too, and nothing there is theirs to send."""
    olu = await seated(full, "viewer")
    page = await olu.get(f"/course/{COURSE}/who-lets-it-through")
    assert page.status_code == 200
    assert not any("/teach/class/" in address for address in FORM.findall(page.text))

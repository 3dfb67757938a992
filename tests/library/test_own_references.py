"""The operator's own references: by key, by another name, for courses without a key, and never from elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import StartRefused
from appliance.library.courses import Shelf
from appliance.library.references import References, references_of
from appliance.library.search import index_course, search
from appliance.settings import Settings
from appliance.storage.database import Database

WriteCourse = Callable[..., Path]
MANIFEST = (
    "helper_reference: {key}\nlessons:\n"
    "  - {{slug: wind, title: Wind, file: lessons/wind.md, helper_reference: gusts}}\n"
)
LESSON = {"lessons/wind.md": "## Lift\n\nThe wind lifts the kite when it flows over the sail."}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "own"
    own.mkdir()
    (own / "knots.md").write_text("## Bowline\n\nA bowline is a knot that never slips.")
    (own / "storm-facts.md").write_text("## Gusts\n\nA gust above twelve metres a second tears the sail.")
    (own / "all.md").write_text("## Safety\n\nNever fly a kite near a power line.")
    (tmp_path / "secret.md").write_text("## Secret\n\nThe key lies under the mat.")
    return own


def given(folder: Path | str, **more: str) -> References:
    names = {f"helper_reference_{name}": value for name, value in more.items()}
    return references_of(Settings(helper_reference_dir=str(folder), **names))  # type: ignore[arg-type]


async def found(db: Database, shelf: Shelf, references: References, question: str) -> list[str]:
    await index_course(db, shelf.course("kites"), references=references)
    return [passage.body for passage in await search(db, question, "kites", "wind", None, 3)]


@pytest.fixture
def shelf(write_course: WriteCourse) -> Shelf:
    return Shelf([write_course(manifest=MANIFEST.format(key="knots"), **LESSON).parent])


async def test_a_key_that_the_pack_has_no_file_for_is_looked_up_on_the_box(
    passage_db: Database, shelf: Shelf, folder: Path
) -> None:
    assert await found(passage_db, shelf, References(), "what is a bowline knot") == []
    assert "never slips" in str(await found(passage_db, shelf, given(folder), "what is a bowline knot"))


async def test_a_key_may_have_a_file_of_another_name(
    passage_db: Database, shelf: Shelf, folder: Path
) -> None:
    references = given(folder, map='{"gusts": "storm-facts.md"}')
    assert "tears the sail" in str(await found(passage_db, shelf, references, "which gust tears the sail"))


async def test_what_the_pack_brings_itself_comes_first(
    passage_db: Database, write_course: WriteCourse, folder: Path
) -> None:
    pack = write_course(
        manifest=MANIFEST.format(key="knots"),
        **LESSON,
        **{"references/knots.md": "## Reef\n\nA reef knot is flat and joins two ends of one rope."},
    )
    bodies = await found(passage_db, Shelf([pack.parent]), given(folder), "what is a bowline or reef knot")
    assert "flat" in str(bodies) and "never slips" not in str(bodies)


async def test_courses_without_a_key_get_the_one_for_all_and_others_do_not(
    passage_db: Database, write_course: WriteCourse, shelf: Shelf, folder: Path
) -> None:
    references, question = given(folder, file="all.md"), "is a power line dangerous for a kite"
    assert "power line" not in str(await found(passage_db, shelf, references, question))
    bare = write_course(manifest=MANIFEST.format(key='""'), **LESSON)
    assert "power line" in str(await found(passage_db, Shelf([bare.parent]), references, question))


@pytest.mark.parametrize("name", ["../secret.md", "/etc/hostname", "link.md", ".", ""])
async def test_nothing_outside_the_folder_is_read(
    passage_db: Database, shelf: Shelf, folder: Path, name: str
) -> None:
    (folder / "link.md").symlink_to(folder.parent / "secret.md")
    references = given(folder, map=f'{{"gusts": "{name}"}}', file=name)
    assert "mat" not in str(
        await found(passage_db, shelf, references, "where does the secret key lie, which mat")
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"folder": "/nowhere"}, "no such folder"),
        ({"folder": "", "file": "all.md"}, "need HELPER_REFERENCE_DIR"),
        ({"folder": "", "map": '{"a": "b.md"}'}, "need HELPER_REFERENCE_DIR"),
        ({"map": "[]"}, "has to be like"),
        ({"map": '{"a": 5}'}, "has to be like"),
        ({"map": "{"}, "has to be like"),
        ({"map": "[" * 100_000}, "has to be like"),
    ],
)
def test_what_makes_no_sense_stops_the_start_with_a_sentence(
    folder: Path, settings: dict[str, str], sentence: str
) -> None:
    with pytest.raises(StartRefused, match=sentence):
        given(**{"folder": str(folder), **settings})

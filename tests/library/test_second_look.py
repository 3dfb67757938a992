"""What search found is compared with the question once more; only the order changes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from appliance.inference.circuit import Circuit
from appliance.inference.local import LocalEngine, ModelFiles
from appliance.inference.queue import FairQueue
from appliance.inference.router import Patience, Router
from appliance.library.courses import Shelf
from appliance.library.document_search import search_documents
from appliance.library.search import Passage, Rank, index_course, search
from appliance.library.second_look import LOOKED_AT, looked_at_again
from appliance.storage.database import Database
from tests.library.test_document_search import add_class, add_paper
from tests.made_rerankers import liking_gguf

WriteCourse = Callable[..., Path]
QUESTION = "what does the wind do to a kite"
SECTIONS = {
    "Lift": "The wind lifts the kite when it flows over the sail.",
    "Tail": "A kite without a tail turns in the wind.",
    "Water": "Water and more water: a kite that fell into water flies in no wind.",
}


@pytest.fixture
async def kites(passage_db: Database, write_course: WriteCourse) -> Database:
    lesson = "\n\n".join(f"## {heading}\n\n{body}" for heading, body in SECTIONS.items())
    folder = write_course(
        manifest="lessons:\n  - {slug: wind, title: Wind, file: wind.md}\n"
        "  - {slug: rain, title: Rain, file: rain.md}\n",
        **{"wind.md": lesson, "rain.md": "## Wet\n\nA wet kite is heavy, so the wind must be stronger."},
    )
    shelf = Shelf([folder.parent])
    await index_course(passage_db, shelf.courses()[0])
    return passage_db


async def slug_of(db: Database) -> str:
    row = await db.fetch_one("SELECT course_slug FROM passages LIMIT 1")
    assert row
    return str(row["course_slug"])


async def found(db: Database, rank: Rank | None, lesson: str = "wind", limit: int = 3) -> list[Passage]:
    return await search(db, QUESTION, await slug_of(db), lesson, None, limit, rank=rank)


def liking(word: str) -> Rank:
    async def rank(question: str, passages: Sequence[str]) -> list[float]:
        return [float(passage.lower().count(word)) for passage in passages]

    return rank


async def nobody(question: str, passages: Sequence[str]) -> None:
    return None


async def test_the_better_passage_comes_first_and_nothing_new_is_shown(kites: Database) -> None:
    before = await found(kites, None, limit=9)
    after = await found(kites, liking("water"), limit=9)
    assert before[0].heading != "Water"
    assert after[0].heading == "Water"
    assert {passage.id for passage in after} == {passage.id for passage in before}


async def test_a_passage_from_behind_the_shown_ones_may_come_forward(kites: Database) -> None:
    assert "Wet" not in [passage.heading for passage in await found(kites, None, limit=1)]
    assert [passage.heading for passage in await found(kites, liking("water"), limit=1)] == ["Water"]


async def test_without_scores_the_order_of_the_search_stands(kites: Database) -> None:
    assert await found(kites, nobody) == await found(kites, None)


async def test_what_has_nothing_to_do_with_the_course_is_still_not_found(kites: Database) -> None:
    slug = await slug_of(kites)
    assert await search(kites, "who won the football", slug, "wind", None, 3, rank=liking("water")) == []


async def test_among_near_equals_the_lesson_at_hand_stays_first(kites: Database) -> None:
    assert (await found(kites, liking("wet"), lesson="wind"))[0].lesson_slug == "wind"
    assert (await found(kites, liking("wet"), lesson="rain"))[0].lesson_slug == "rain"


async def test_only_the_first_few_are_compared() -> None:
    asked: list[int] = []

    async def rank(question: str, passages: Sequence[str]) -> list[float]:
        asked.append(len(passages))
        return [float(place) for place in range(len(passages))]

    ordered = await looked_at_again(rank, QUESTION, range(20), str)
    assert asked == [LOOKED_AT]
    assert ordered == [*reversed(range(LOOKED_AT)), *range(LOOKED_AT, 20)]
    assert await looked_at_again(rank, QUESTION, [1], str) == [1]
    assert asked == [LOOKED_AT]


async def test_pages_of_papers_are_brought_into_order_too(db: Database) -> None:
    class_id = await add_class(db, "ABCDEFGH")
    await add_paper(db, class_id)
    question = "Which part of the plant is it?"
    before = await search_documents(db, question, class_id, None, 1)
    after = await search_documents(db, question, class_id, None, 1, rank=liking("seed"))
    assert [each.page for each in before] == [2]
    assert [each.page for each in after] == [3]


async def test_a_real_reranking_model_orders_what_search_found(kites: Database, tmp_path: Path) -> None:
    engine = LocalEngine(ModelFiles(reranker=liking_gguf(tmp_path / "water.gguf", "water")))
    queue = FairQueue(lambda: 1, 1, 1.0, lambda: 0.0)
    router = Router(engine, queue, Circuit(3, 30, lambda: 0.0), Patience(scores=20))
    await engine.start()
    try:
        assert (await found(kites, router.rank))[0].heading == "Water"
    finally:
        await engine.stop()
    assert await found(kites, router.rank) == await found(kites, None)

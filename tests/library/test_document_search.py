"""Search in a class's papers: words and meaning, the right page, and never another class's paper."""

import numpy as np
import pytest

from appliance.library.document_search import passages_of_documents, search_documents
from appliance.library.index import Vector
from appliance.library.ranking import Matrices
from appliance.storage.database import Database

PAGES = (
    "Leaves hold a green dye called chlorophyll that catches the light of the sun.",
    "Roots drink water from the soil and hold the plant where it stands.",
    "A seed sleeps until warmth and moisture wake the tiny plant inside it.",
)
DIMENSIONS = ("chlorophyll", "soil", "seed")


def meaning(text: str) -> Vector:
    return np.array([text.lower().count(word) + 0.01 for word in DIMENSIONS], np.float32)


async def add_class(db: Database, code: str) -> int:
    async with db.transaction() as tx:
        return await tx.insert(
            "INSERT INTO classes (name, join_code, created_at) VALUES ('7B', :code, :now)",
            code=code,
            now=tx.now,
        )


async def add_paper(db: Database, class_id: int, title: str = "Plants", with_vectors: bool = False) -> int:
    async with db.transaction() as tx:
        document_id = await tx.insert(
            """
            INSERT INTO documents
              (class_id, title, original_filename, stored_name, kind, size_bytes, state, progress, pages, created_at)
            VALUES (:class_id, :title, 'p.pdf', :title || :class_id, 'pdf', 9, 'ready', 1, 3, :now)
            """,
            class_id=class_id,
            title=title,
            now=tx.now,
        )
        for number, body in enumerate(PAGES, start=1):
            vector = meaning(body)
            await tx.execute(
                """
                INSERT INTO document_passages (document_id, page, position, body, embedding)
                VALUES (:document, :page, :page, :body, :blob)
                """,
                document=document_id,
                page=number,
                body=body,
                blob=(vector / np.linalg.norm(vector)).astype(np.float16).tobytes() if with_vectors else None,
            )
    return document_id


@pytest.fixture
async def class_7b(passage_db: Database) -> int:
    return await add_class(passage_db, "AAAA2222")


@pytest.mark.parametrize(
    ("question", "page"),
    [("why do roots need soil?", 2), ("what is chlorophyll", 1), ("What wakes a seed?", 3)],
)
async def test_a_question_finds_its_page_by_words_alone(
    passage_db: Database, class_7b: int, question: str, page: int
) -> None:
    document_id = await add_paper(passage_db, class_7b)
    best, *_ = await search_documents(passage_db, question, class_7b, None, 3)
    assert (best.document_id, best.title, best.page, best.kind) == (document_id, "Plants", page, "pdf")
    assert best.body == PAGES[page - 1]


async def test_a_question_finds_its_page_by_meaning_alone(passage_db: Database, class_7b: int) -> None:
    await add_paper(passage_db, class_7b, with_vectors=True)
    found = await search_documents(passage_db, "¿de dónde beben?", class_7b, meaning("soil"), 3)
    assert [passage.page for passage in found] == [2]


@pytest.mark.parametrize("question", ["how do I bake bread", "", "?!", "tell me a joke", '" OR 1 NEAR'])
async def test_nothing_comes_back_when_nothing_fits(
    passage_db: Database, class_7b: int, question: str
) -> None:
    await add_paper(passage_db, class_7b)
    assert await search_documents(passage_db, question, class_7b, None, 3) == []


async def test_another_class_finds_nothing_of_it(passage_db: Database, class_7b: int) -> None:
    await add_paper(passage_db, class_7b, with_vectors=True)
    other = await add_class(passage_db, "BBBB3333")
    assert await search_documents(passage_db, "chlorophyll", other, meaning("chlorophyll"), 3) == []


async def test_a_paper_that_came_or_went_is_seen_by_kept_vectors(passage_db: Database, class_7b: int) -> None:
    vectors = Matrices()
    first = await add_paper(passage_db, class_7b, "One", with_vectors=True)

    async def titles() -> set[str]:
        found = await search_documents(passage_db, "?", class_7b, meaning("soil"), 9, vectors)
        return {passage.title for passage in found}

    assert await titles() == {"One"}
    await add_paper(passage_db, class_7b, "Two", with_vectors=True)
    assert await titles() == {"One", "Two"}
    async with passage_db.transaction() as tx:
        await tx.execute("DELETE FROM documents WHERE id = :id", id=first)
    assert await titles() == {"Two"}


async def test_a_removed_paper_leaves_the_full_text_too(passage_db: Database, class_7b: int) -> None:
    await add_paper(passage_db, class_7b)
    async with passage_db.transaction() as tx:
        await tx.execute("DELETE FROM documents")
    row = await passage_db.fetch_one(
        "SELECT count(*) AS n FROM document_passages_fts WHERE document_passages_fts MATCH 'chlorophyll'"
    )
    assert row is not None and row["n"] == 0


async def test_the_text_of_all_papers_comes_in_reading_order(passage_db: Database, class_7b: int) -> None:
    await add_paper(passage_db, class_7b, "One")
    await add_paper(passage_db, class_7b, "Two")
    found = await passages_of_documents(passage_db, class_7b, 5)
    assert [(passage.title, passage.page) for passage in found] == [
        ("One", 1), ("One", 2), ("One", 3), ("Two", 1), ("Two", 2),
    ]  # fmt: skip


async def test_a_search_asks_the_database_few_times_however_many_papers_there_are(
    passage_db: Database, class_7b: int
) -> None:
    for number in range(12):
        await add_paper(passage_db, class_7b, f"Paper {number}")
    before = passage_db.queries
    await search_documents(passage_db, "what is chlorophyll", class_7b, None, 3)
    assert passage_db.queries - before <= 5


async def test_a_chosen_paper_is_found_however_much_the_others_say(
    passage_db: Database, class_7b: int
) -> None:
    chosen = await add_paper(passage_db, class_7b, "Chosen", with_vectors=True)
    other = await add_paper(passage_db, class_7b, "Other", with_vectors=True)
    louder = meaning("soil")
    async with passage_db.transaction() as tx:
        await tx.execute_many(
            """
            INSERT INTO document_passages (document_id, page, position, body, embedding)
            VALUES (:id, 4, :position, 'Roots and soil.', :blob)
            """,
            [
                {
                    "id": other,
                    "position": position,
                    "blob": (louder / np.linalg.norm(louder)).astype(np.float16).tobytes(),
                }
                for position in range(10, 80)
            ],
        )
        await tx.execute_many(
            "INSERT INTO document_passages (document_id, page, position, body) VALUES (:id, 5, :position, 'Sun.')",
            [{"id": other, "position": position} for position in range(100, 800)],
        )
    for vector in (None, meaning("soil")):
        found = await search_documents(passage_db, "roots soil", class_7b, vector, 3, document_id=chosen)
        assert [(passage.document_id, passage.page) for passage in found][:1] == [(chosen, 2)]
        assert {passage.document_id for passage in found} == {chosen}


async def test_a_paper_is_not_taken_for_one_that_was_removed(passage_db: Database, class_7b: int) -> None:
    kept = Matrices()
    first = await add_paper(passage_db, class_7b, "First", with_vectors=True)
    await search_documents(passage_db, "?", class_7b, meaning("seed"), 1, kept)
    async with passage_db.transaction() as tx:
        await tx.execute("DELETE FROM documents WHERE id = :id", id=first)
    second = await add_paper(passage_db, class_7b, "Second", with_vectors=True)
    async with passage_db.transaction() as tx:
        await tx.execute(
            """
            UPDATE document_passages
            SET body = CASE page WHEN 1 THEN :seed WHEN 3 THEN :leaf ELSE body END,
                embedding = CASE page WHEN 1 THEN :seed_blob WHEN 3 THEN NULL ELSE embedding END
            WHERE document_id = :id
            """,
            id=second,
            seed=PAGES[2],
            leaf=PAGES[0],
            seed_blob=(meaning(PAGES[2]) / np.linalg.norm(meaning(PAGES[2]))).astype(np.float16).tobytes(),
        )
    (best,) = await search_documents(passage_db, "?", class_7b, meaning("seed"), 1, kept)
    assert second != first and best.page == 1

"""Blueprints: what a class's material teaches, topic by topic; one draft and one published version at most."""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction

TITLE_CHARACTERS = 120
STATEMENT_CHARACTERS = 300
SUMMARY_CHARACTERS = 1000
MOST_TOPICS = 40
MOST_OBJECTIVES = 12
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NO_DRAFT = "There is no draft to publish. Make one from the class's papers and lessons first."
NO_TOPICS = "A blueprint needs at least one topic."


@dataclass(frozen=True)
class Evidence:
    """The paper or lesson that a topic comes from; a lesson has no document and no page."""

    title: str
    document_id: int | None = None
    page: int | None = None


@dataclass(frozen=True)
class Topic:
    """`key` stays when the title changes: what was made for the topic still finds it."""

    key: str
    title: str
    sequence: int
    objectives: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Blueprint:
    """`steps` counts how far a job that makes it has come; `state` is draft, published or archived."""

    id: int
    class_id: int
    version: int
    state: str
    summary: str
    topics: tuple[Topic, ...]
    made_by: str
    steps: int
    created_at: int
    published_at: int | None


async def blueprint_of_class(db: Database | Reads, class_id: int, state: str) -> Blueprint | None:
    row = await db.fetch_one(
        "SELECT * FROM blueprints WHERE class_id = :class_id AND state = :state",
        class_id=class_id,
        state=state,
    )
    return _blueprint(row) if row else None


async def topics_of_class(db: Database | Reads, class_id: int) -> tuple[Topic, ...]:
    """Those of the published blueprint, else of the draft, else none."""
    for state in ("published", "draft"):
        blueprint = await blueprint_of_class(db, class_id, state)
        if blueprint is not None:
            return blueprint.topics
    return ()


async def begin_draft(tx: Transaction, class_id: int, made_by: str) -> int:
    """An empty draft in place of the one there was; what is published stays published."""
    await tx.execute("DELETE FROM blueprints WHERE class_id = :id AND state = 'draft'", id=class_id)
    return await tx.insert(
        """
        INSERT INTO blueprints (class_id, version, state, content, made_by, created_at)
        SELECT :class_id, coalesce(max(version), 0) + 1, 'draft', :content, :made_by, :now
        FROM blueprints WHERE class_id = :class_id
        """,
        class_id=class_id,
        content=_content("", (), 0),
        made_by=made_by,
        now=tx.now,
    )


async def save_draft(tx: Transaction, class_id: int, summary: str, topics: Sequence[Topic]) -> Blueprint:
    """A teacher's version: the draft changed, or a new draft beside what is published. Raises Invalid."""
    summary, checked = summary.strip(), checked_topics(topics)
    if len(summary) > SUMMARY_CHARACTERS:
        raise Invalid("The summary may have 1000 characters at most.", "too_long", field="summary")
    if await blueprint_of_class(tx, class_id, "draft") is None:
        await begin_draft(tx, class_id, "teacher")
    await tx.execute(
        "UPDATE blueprints SET content = :content WHERE class_id = :class_id AND state = 'draft'",
        content=_content(summary, checked, 0),
        class_id=class_id,
    )
    draft = await blueprint_of_class(tx, class_id, "draft")
    if draft is None:
        raise NotFound(NO_DRAFT)
    return draft


async def keep_steps(
    tx: Transaction, blueprint: Blueprint, topics: Sequence[Topic], steps: int, made_by: str
) -> None:
    """What a job has made so far."""
    await tx.execute(
        "UPDATE blueprints SET content = :content, made_by = :made_by WHERE id = :id AND state = 'draft'",
        content=_content(blueprint.summary, topics, steps),
        made_by=made_by,
        id=blueprint.id,
    )


async def publish_blueprint(tx: Transaction, class_id: int) -> Blueprint:
    """The draft takes the place of what was published, which is archived. Nothing to do without a draft."""
    draft = await blueprint_of_class(tx, class_id, "draft")
    if draft is None:
        published = await blueprint_of_class(tx, class_id, "published")
        if published is None:
            raise Conflict(NO_DRAFT, "no_draft")
        return published
    if not draft.topics:
        raise Invalid(NO_TOPICS, "no_topics")
    await tx.execute(
        "UPDATE blueprints SET state = 'archived' WHERE class_id = :id AND state = 'published'", id=class_id
    )
    await tx.execute(
        "UPDATE blueprints SET state = 'published', published_at = :now WHERE id = :id",
        now=tx.now,
        id=draft.id,
    )
    published = await blueprint_of_class(tx, class_id, "published")
    if published is None:
        raise NotFound(NO_DRAFT)
    return published


def checked_topics(topics: Sequence[Topic]) -> tuple[Topic, ...]:
    """The topics in their order, numbered from 1 without gaps. Raises Invalid."""
    if not topics:
        raise Invalid(NO_TOPICS, "no_topics", field="topics")
    if len(topics) > MOST_TOPICS:
        raise Invalid("A blueprint has 40 topics at most.", "too_many", field="topics")
    checked: list[Topic] = []
    for topic in sorted(topics, key=lambda topic: topic.sequence):
        title = " ".join(topic.title.split())
        objectives = tuple(filter(None, (" ".join(said.split()) for said in topic.objectives)))
        if not title or len(title) > TITLE_CHARACTERS:
            raise Invalid("A topic has a title of 1 to 120 characters.", field=f"title-{topic.key}")
        if not 1 <= len(objectives) <= MOST_OBJECTIVES:
            raise Invalid("A topic has 1 to 12 objectives.", field=f"objectives-{topic.key}")
        if max(map(len, objectives)) > STATEMENT_CHARACTERS:
            raise Invalid("An objective may have 300 characters at most.", field=f"objectives-{topic.key}")
        if not KEY.fullmatch(topic.key) or topic.key in {other.key for other in checked}:
            raise Invalid(
                "Two topics have the same name inside. Load the page again and save once more.",
                field="topics",
            )
        checked.append(Topic(topic.key, title, len(checked) + 1, objectives, topic.evidence))
    return tuple(checked)


def key_for(title: str, taken: Collection[str]) -> str:
    """A topic's name for programs, made from its first title."""
    bare = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    key = "-".join(re.findall(r"[a-z0-9]+", bare)[:6]) or "topic"
    number = 2
    while key in taken:
        key = f"{key.removesuffix(f'-{number - 1}')}-{number}"
        number += 1
    return key


def _content(summary: str, topics: Sequence[Topic], steps: int) -> str:
    return json.dumps(
        {
            "summary": summary,
            "steps": steps,
            "topics": [
                {
                    "key": topic.key,
                    "title": topic.title,
                    "sequence": topic.sequence,
                    "objectives": [{"statement": said} for said in topic.objectives],
                    "evidence": [
                        {"title": source.title, "document_id": source.document_id, "page": source.page}
                        for source in topic.evidence
                    ],
                }
                for topic in topics
            ],
        },
        ensure_ascii=False,
    )


def _blueprint(row: sqlite3.Row) -> Blueprint:
    content = json.loads(row["content"])
    topics = tuple(
        Topic(
            topic["key"],
            topic["title"],
            topic["sequence"],
            tuple(objective["statement"] for objective in topic["objectives"]),
            tuple(Evidence(**source) for source in topic["evidence"]),
        )
        for topic in content["topics"]
    )
    return Blueprint(
        row["id"],
        row["class_id"],
        row["version"],
        row["state"],
        content["summary"],
        topics,
        row["made_by"],
        content["steps"],
        row["created_at"],
        row["published_at"],
    )

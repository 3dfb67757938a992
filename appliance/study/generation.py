"""Durable jobs that make quizzes, cards and blueprints, item by item; a restart goes on where the last one ended."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from appliance.errors import Invalid
from appliance.storage import jobs
from appliance.storage.database import Database, Transaction
from appliance.storage.jobs import Job
from appliance.study.blueprints import (
    Blueprint,
    Topic,
    begin_draft,
    blueprint_of_class,
    keep_steps,
    key_for,
    topics_of_class,
)
from appliance.study.checks import usable_topic
from appliance.study.items import KNOWN_SHOWN, Made, Turn, made_card, made_question, plain_topic
from appliance.study.sections import Section, evidence_of, passages_of_topic, sections_of, windows_of
from appliance.study.sources import SourcePassage, sources_of_class, stock_of_class
from appliance.study.templates import Templates
from appliance.study.writing import Wish, Writer, topic_from
from appliance.work.activities import MOST_CARDS, MOST_QUESTIONS, create_activity
from appliance.work.flashcards import CardText, cards_of_activity, insert_card
from appliance.work.quizzes import QuestionText, insert_question, questions_of_activity

MAKE_ACTIVITY = "make_activity"
MAKE_BLUEPRINT = "make_blueprint"
DEFAULT_QUESTIONS = 10
DEFAULT_CARDS = 12
NOTHING_TO_READ = "There is nothing to make it from yet. Add a paper, or put a course on the class's road."
STILL_READING = "Your papers are still being read. Try again when they are ready."
TOO_LITTLE = (
    "The material has too little text to make anything from. Add papers or lessons, or write it yourself."
)
TOO_SHORT = "The material was too short for all of them. Add papers or lessons, or write the rest yourself."
SOME_BY_TEMPLATE = (
    "Some come straight from sentences of the material: the model gave nothing better. Read them first."
)


@dataclass(frozen=True)
class Task:
    """An activity that is being made: `step` of `count` comes next."""

    activity_id: int
    class_id: int
    staff_id: int
    kind: str
    topic_key: str
    count: int
    step: int

    @property
    def turn(self) -> Turn:
        return Turn(self.step, self.count)


async def order_activity(
    tx: Transaction,
    class_id: int,
    staff_id: int,
    kind: str,
    count: int,
    title: str,
    instructions: str,
    topic_key: str = "",
) -> int:
    """A quiz or a set of cards that a job fills; returns the activity's id. Raises Invalid."""
    most = MOST_QUESTIONS if kind == "quiz" else MOST_CARDS
    if kind not in ("quiz", "cards"):
        raise Invalid("Choose a quiz or cards.", field="kind")
    if not 1 <= count <= most:
        raise Invalid("A quiz has 1 to 20 questions, a set 1 to 30 cards.", field="count")
    if topic_key and topic_key not in {topic.key for topic in await topics_of_class(tx, class_id)}:
        raise Invalid("This topic is not in the blueprint any more. Choose another.", field="topic")
    activity_id = await create_activity(tx, class_id, kind, title, instructions, topic_key, "making")
    payload = {"activity_id": activity_id, "staff_id": staff_id, "count": count}
    job_id = await jobs.enqueue(tx, MAKE_ACTIVITY, payload)
    await tx.execute("UPDATE activities SET job_id = :job WHERE id = :id", job=job_id, id=activity_id)
    return activity_id


async def order_blueprint(tx: Transaction, class_id: int, staff_id: int) -> int:
    """A draft that a job fills, in place of the draft there was; returns its id."""
    blueprint_id = await begin_draft(tx, class_id, "templates")
    payload = {"blueprint_id": blueprint_id, "class_id": class_id, "staff_id": staff_id}
    await jobs.enqueue(tx, MAKE_BLUEPRINT, payload)
    return blueprint_id


async def check_material(db: Database, class_id: int) -> None:
    """Raises Invalid when a job could only fail."""
    stock = await stock_of_class(db, class_id)
    if not stock.is_there and stock.being_read:
        raise Invalid(STILL_READING, "still_reading")
    if not stock.is_there:
        raise Invalid(NOTHING_TO_READ, "nothing_to_read")


@dataclass(frozen=True)
class Making:
    """A job that makes a blueprint; `problem` is a sentence once it was given up."""

    steps: int
    is_running: bool
    problem: str


async def making_of_blueprint(db: Database, blueprint: Blueprint | None) -> Making | None:
    """The job behind a draft; None when no job made it."""
    if blueprint is None:
        return None
    row = await db.fetch_one(
        """
        SELECT state, message FROM jobs
        WHERE kind = :kind AND json_extract(payload, '$.blueprint_id') = :id
        ORDER BY id DESC LIMIT 1
        """,
        kind=MAKE_BLUEPRINT,
        id=blueprint.id,
    )
    if row is None:
        return None
    is_running = row["state"] in ("waiting", "running")
    return Making(blueprint.steps, is_running, row["message"] if row["state"] == "failed" else "")


class Generation:
    """The handlers of the two jobs. Both may be run again at any moment: each finished item is kept at once."""

    def __init__(self, db: Database, writer: Writer) -> None:
        self._db = db
        self._writer = writer

    async def make_activity(self, job: Job) -> None:
        task = await self._task(job.payload)
        if task is None:
            return
        everything = await sources_of_class(self._db, task.class_id)
        topics = {topic.key: topic for topic in await topics_of_class(self._db, task.class_id)}
        passages = passages_of_topic(everything, topics.get(task.topic_key))
        templates = await asyncio.to_thread(Templates, passages, task.activity_id)
        for step in range(task.step, task.count if passages else task.step):
            if not await self._make_item(replace(task, step=step), passages, templates):
                return
        await self._end_activity(task)

    async def make_blueprint(self, job: Job) -> None:
        class_id, staff_id = int(job.payload["class_id"]), int(job.payload["staff_id"])
        passages = await sources_of_class(self._db, class_id)
        sections = await asyncio.to_thread(sections_of, passages)
        templates = await asyncio.to_thread(Templates, passages, class_id)
        for step in range(len(sections)):
            draft = await blueprint_of_class(self._db, class_id, "draft")
            if draft is None or draft.id != job.payload["blueprint_id"]:
                return
            if step >= draft.steps:
                await self._make_topic(draft, sections, step, staff_id, templates)
        if not sections:
            raise Invalid(TOO_LITTLE, "too_little")

    async def _task(self, payload: Mapping[str, Any]) -> Task | None:
        """None when the activity was removed or is finished."""
        row = await self._db.fetch_one(
            "SELECT * FROM activities WHERE id = :id AND state = 'making'", id=int(payload["activity_id"])
        )
        if row is None:
            return None
        count = int(payload["count"])
        return Task(
            row["id"],
            row["class_id"],
            int(payload["staff_id"]),
            row["kind"],
            row["topic_key"],
            count,
            round(row["progress"] * count),
        )

    async def _make_item(self, task: Task, passages: Sequence[SourcePassage], templates: Templates) -> bool:
        """One step, with or without an item at its end; False when the activity is gone."""
        window, turn = task.turn.window_of(windows_of(passages)), task.turn
        if task.kind == "quiz":
            questions = [each.text for each in await questions_of_activity(self._db, task.activity_id)]
            wish = _wish("question", task, window, [question.stem for question in questions])
            question = await made_question(self._writer, wish, templates, turn, questions)
            return await self._keep(task, question)
        cards = [each.text for each in await cards_of_activity(self._db, task.activity_id)]
        wish = _wish("card", task, window, [card.front for card in cards])
        return await self._keep(task, await made_card(self._writer, wish, templates, turn, cards))

    async def _keep(self, task: Task, made: Made[QuestionText] | Made[CardText] | None) -> bool:
        item, made_by = (made.text, made.made_by) if made else (None, "templates")
        by_template = made_by == "templates" and self._writer.has_model
        async with self._db.transaction() as tx:
            touched = await tx.execute(
                """
                UPDATE activities
                SET progress = :progress,
                    made_by = CASE WHEN made_by = 'model' OR :made_by = 'model' THEN 'model' ELSE 'templates' END,
                    message = CASE WHEN :message <> '' THEN :message ELSE message END
                WHERE id = :id AND state = 'making'
                """,
                progress=(task.step + 1) / task.count,
                made_by=made_by,
                message=SOME_BY_TEMPLATE if by_template and item is not None else "",
                id=task.activity_id,
            )
            if touched and isinstance(item, QuestionText):
                await insert_question(tx, task.activity_id, item)
            elif touched and isinstance(item, CardText):
                await insert_card(tx, task.activity_id, item)
        return bool(touched)

    async def _end_activity(self, task: Task) -> None:
        async with self._db.transaction() as tx:
            row = await tx.fetch_one(
                """
                SELECT (SELECT count(*) FROM questions WHERE activity_id = :id)
                  + (SELECT count(*) FROM cards WHERE activity_id = :id) AS made
                """,
                id=task.activity_id,
            )
            made = int(row["made"]) if row else 0
            await tx.execute(
                """
                UPDATE activities
                SET state = :state, progress = 1, message = CASE WHEN :message <> '' THEN :message ELSE message END
                WHERE id = :id AND state = 'making'
                """,
                state="draft" if made else "failed",
                message=TOO_LITTLE if made == 0 else TOO_SHORT if made < task.count else "",
                id=task.activity_id,
            )

    async def _make_topic(
        self, draft: Blueprint, sections: Sequence[Section], step: int, staff_id: int, templates: Templates
    ) -> None:
        section, titles = sections[step], [topic.title for topic in draft.topics]
        person, group = _place_in_line(staff_id, draft.class_id)
        seed = draft.id * 1000 + step * 10
        wish = Wish("topic", windows_of(section)[0], person, group, seed, tuple(titles))
        written = await self._writer.item(
            wish, lambda found: usable_topic(*topic_from(found), titles, wish.material)
        )
        title, objectives = written or plain_topic(section, sections, templates)
        evidence = evidence_of(section)
        async with self._db.transaction() as tx:
            # Read again: whoever pressed two buttons at once may have saved it meanwhile.
            now = await blueprint_of_class(tx, draft.class_id, "draft")
            if now is None or now.id != draft.id:
                return
            made_by = "model" if written or now.made_by == "model" else "templates"
            key = key_for(title, {topic.key for topic in now.topics})
            topic = Topic(key, title, len(now.topics) + 1, tuple(objectives), evidence)
            await keep_steps(tx, now, [*now.topics, topic], step + 1, made_by)


def _wish(kind: str, task: Task, window: Section, known: Sequence[str]) -> Wish:
    seed = task.activity_id * 1000 + task.step * 10
    person, group = _place_in_line(task.staff_id, task.class_id)
    return Wish(kind, window, person, group, seed, tuple(known[-KNOWN_SHOWN:]))


def _place_in_line(staff_id: int, class_id: int) -> tuple[str, str]:
    """Keys of their own: the teacher's own question must not wait for this."""
    return f"staff:{staff_id}:study", f"study:{class_id}"

"""Jobs that make quizzes, cards and topics: item by item, whatever the model says, also across a restart."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from appliance.errors import Busy, Invalid
from appliance.inference.engine import EngineOff, Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.inference.queue import FairQueue
from appliance.inference.router import Piece
from appliance.storage.jobs import Job, JobRunner
from appliance.study.blueprints import (
    Blueprint,
    Topic,
    blueprint_of_class,
    checked_topics,
    publish_blueprint,
    save_draft,
)
from appliance.study.checks import usable_card, usable_question
from appliance.study.generation import (
    MAKE_BLUEPRINT,
    NOTHING_TO_READ,
    SOME_BY_TEMPLATE,
    TOO_LITTLE,
    TOO_SHORT,
    Generation,
    check_material,
    making_of_blueprint,
    order_activity,
    order_blueprint,
)
from appliance.study.sources import sources_of_class
from appliance.work.activities import activities_of_class, remove_activity
from appliance.work.flashcards import cards_of_activity
from appliance.work.quizzes import questions_of_activity
from tests.made_models import MadeModel, noise_model
from tests.study.conftest import CELLS, LEAVES, Desk, add_paper, said

__all__ = ["noise_model"]

LEAF = said(
    question="Which part of a plant makes sugar from light?",
    answer="A leaf",
    wrong=["A root", "A membrane", "A nucleus"],
    explanation="The leaf is the part of a plant that makes sugar from light.",
)
ROOT = said(
    question="What does a root of a plant drink from the soil?",
    answer="Water",
    wrong=["Sugar", "Light", "Air"],
    explanation="A root is the part of a plant that drinks water from the soil.",
)
NONSENSE = [
    "I am sorry, I can't do that.",
    '{"question": "cut off in the mid',
    "[1, 2, 3]",
    "null",
    '{"question": 7, "answer": null, "wrong": "a", "explanation": {}}',
    '{"question": NaN}',
    "[" * 5000,
    said(question="What is a leaf, a root or a cell?", answer="A leaf", wrong=["A leaf", "B", "C"], explanation="x"),
    said(
        question="Which part of a plant makes sugar from light?",
        answer="A leaf",
        wrong=["A root", "A cell", "All of the above"],
        explanation="The leaf is the part of a plant that makes sugar from light.",
    ),
    said(
        question="Which part of a plant makes sugar from light?",
        answer="A leaf",
        wrong=["A root", "A cell"],
        explanation="The leaf is the part of a plant that makes sugar from light.",
    ),
    said(
        question="Which part of a plant makes sugar from light?",
        answer="A leaf",
        wrong=["A root", "A cell", "A wall"],
        explanation="It just does.",
    ),
    said(
        question="Is the answer a leaf of a plant or not, in the light?",
        answer="a leaf",
        wrong=["A root", "A cell", "A wall"],
        explanation="The leaf is the part of a plant that makes sugar from light.",
    ),
    LEAF.replace("A root", "A leaf."),
    LEAF.replace("A root", "\\ud83d"),
    said(
        question="Who won the football world cup in the year 1998?",
        answer="France",
        wrong=["Brazil", "Spain", "Italy"],
        explanation="France won the football world cup against Brazil that year.",
    ),
]  # fmt: skip


async def check_every_question(desk: Desk, activity_id: int) -> None:
    material = " ".join(passage.body for passage in await sources_of_class(desk.db, desk.class_id))
    texts = [question.text for question in await questions_of_activity(desk.db, activity_id)]
    for number, text in enumerate(texts):
        assert usable_question(text, texts[:number], material) == text


async def test_questions_of_the_model_are_kept_with_their_page(papers: Desk) -> None:
    papers.engine.will_say(LEAF, ROOT)
    made = await papers.make("quiz", 2)
    assert (made.state, made.items, made.made_by, made.message) == ("draft", 2, "model", "")
    leaf, root = (question.text for question in await questions_of_activity(papers.db, made.id))
    assert (leaf.answer, root.answer) == ("A leaf", "Water")
    assert leaf.document_id is not None and root.page == 3
    assert papers.engine.asked[0].grammar.startswith("root ::=")
    assert "There already" in papers.engine.asked[1].messages[1].content


async def test_cards_of_the_model(papers: Desk) -> None:
    papers.engine.will_say(
        said(front="What is a cell?", back="The smallest living part of a plant or animal.")
    )
    made = await papers.make("cards", 1)
    [card] = await cards_of_activity(papers.db, made.id)
    assert (card.text.front, card.text.page, made.made_by) == ("What is a cell?", 1, "model")


@pytest.mark.parametrize("text", NONSENSE)
async def test_nothing_invalid_is_stored_whatever_the_model_says(papers: Desk, text: str) -> None:
    papers.engine.will_say(*[text] * 3)
    made = await papers.make("quiz", 1)
    assert (made.items, made.made_by, made.message) == (1, "templates", SOME_BY_TEMPLATE)
    assert len(papers.engine.asked) == 3
    assert len({prompt.seed for prompt in papers.engine.asked}) == 3
    await check_every_question(papers, made.id)


async def test_a_model_that_repeats_itself_gives_one_question(papers: Desk) -> None:
    papers.engine.will_say(*[LEAF] * 8)
    made = await papers.make("quiz", 2)
    assert (made.items, made.made_by, made.message) == (2, "model", SOME_BY_TEMPLATE)
    await check_every_question(papers, made.id)


async def test_an_engine_that_dies_every_time_leaves_the_templates(papers: Desk) -> None:
    for _ in range(12):
        papers.engine.will_fail()
    made = await papers.make("quiz", 2)
    assert (made.state, made.items, made.made_by) == ("draft", 2, "templates")


async def test_without_a_model_it_is_made_at_once_and_says_so(papers: Desk) -> None:
    papers.engine.state = "off"
    made = await papers.make("quiz", 3)
    assert (made.state, made.items, made.made_by, made.message) == ("draft", 3, "templates", "")
    assert papers.engine.asked == []


async def test_a_model_that_goes_away_in_the_middle_leaves_the_rest_to_templates(papers: Desk) -> None:
    papers.engine.will_say(LEAF)
    papers.engine.will_fail(EngineOff("Gone."))
    made = await papers.make("quiz", 2)
    assert (made.items, made.made_by) == (2, "model")


async def test_it_says_when_the_material_is_too_short(papers: Desk) -> None:
    papers.engine.state = "off"
    made = await papers.make("quiz", 20)
    assert 3 <= made.items < 20
    assert (made.state, made.message) == ("draft", TOO_SHORT)


async def test_it_says_when_there_is_nothing_to_ask_about(bare: Desk) -> None:
    bare.engine.state = "off"
    with pytest.raises(Invalid) as refused:
        await check_material(bare.db, bare.class_id)
    assert refused.value.message == NOTHING_TO_READ
    async with bare.db.transaction() as tx:
        await add_paper(tx, bare.class_id, "Note", ((1, "", "Bring your boots on Friday!"),))
    made = await bare.make("quiz", 3)
    assert (made.state, made.items, made.message) == ("failed", 0, TOO_LITTLE)


async def test_papers_that_are_still_being_read_are_left_out_and_said_to_be(bare: Desk) -> None:
    async with bare.db.transaction() as tx:
        await add_paper(tx, bare.class_id, "Half", ((1, "", "A leaf is a green part."),), state="reading")
    assert await sources_of_class(bare.db, bare.class_id) == []
    with pytest.raises(Invalid, match="still being read"):
        await check_material(bare.db, bare.class_id)


@pytest.mark.parametrize(
    ("kind", "count"), [("quiz", 0), ("quiz", 21), ("cards", 31), ("cards", -1), ("essay", 3)]
)
async def test_too_many_too_few_and_unknown_kinds_are_refused(papers: Desk, kind: str, count: int) -> None:
    with pytest.raises(Invalid):
        await papers.order(kind, count)
    assert await activities_of_class(papers.db, papers.class_id) == []


async def test_a_restart_goes_on_where_the_last_run_ended(papers: Desk) -> None:
    """The first box stops after one question; the next one finds the job and makes the others only."""
    papers.engine.will_say(LEAF)
    papers.engine.will_hang()
    activity_id = await papers.order("quiz", 3)
    first = runner(papers, papers.generation())
    await first.start()
    async with asyncio.timeout(10):
        while len(papers.engine.asked) < 2:  # noqa: ASYNC110 - the job runs beside the test
            await asyncio.sleep(0.01)
    await first.stop()
    half = await papers.activity(activity_id)
    assert (half.state, half.items, round(half.progress, 2)) == ("making", 1, 0.33)
    papers.engine.will_say(ROOT)
    papers.engine.asked.clear()
    second = runner(papers, papers.generation())
    await second.start()
    async with asyncio.timeout(10):
        while (await papers.activity(activity_id)).state == "making":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await second.stop()
    made = await papers.activity(activity_id)
    stems = [question.text.stem for question in await questions_of_activity(papers.db, activity_id)]
    assert (made.state, made.items, made.progress) == ("draft", 3, 1)
    assert stems[0] == json.loads(LEAF)["question"] and stems[1] == json.loads(ROOT)["question"]


async def test_removing_it_while_it_is_being_made_ends_the_job(papers: Desk) -> None:
    activity_id = await papers.order("quiz", 3)
    job = await papers.job_of(activity_id)
    papers.engine.hold()
    making = asyncio.create_task(papers.generation().make_activity(job))
    async with asyncio.timeout(10):
        while not papers.engine.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with papers.db.transaction() as tx:
        await remove_activity(tx, await papers.activity(activity_id))
    papers.engine.release()
    await making
    assert await activities_of_class(papers.db, papers.class_id) == []


async def test_a_job_that_was_given_up_shows_its_reason_instead_of_going_on_for_ever(papers: Desk) -> None:
    activity_id = await papers.order("quiz", 3)
    job = await papers.job_of(activity_id)
    async with papers.db.transaction() as tx:
        await tx.execute("UPDATE jobs SET state = 'failed', message = 'It broke.' WHERE id = :id", id=job.id)
    activity = await papers.activity(activity_id)
    assert (activity.state, activity.message, activity.can_change) == ("failed", "It broke.", True)


async def test_students_go_first(papers: Desk) -> None:
    """While a student's answer is being written the job asks nothing, although the line has room."""
    queue = FairQueue(lambda: 1, 5, 1.0, papers.db.now)
    papers.engine.will_say(LEAF)
    activity_id = await papers.order("quiz", 1)
    job = await papers.job_of(activity_id)
    async with queue.place("student:1:1", "class:1") as ticket:
        async with aclosing(ticket.positions()) as positions:
            assert [position async for position in positions] == []
        making = asyncio.create_task(papers.generation(queue=queue).make_activity(job))
        for _ in range(50):
            await asyncio.sleep(0)
        assert papers.engine.asked == [] and queue.waiting == 0
    await making
    assert (await papers.activity(activity_id)).made_by == "model"


async def test_a_question_takes_the_slot_of_a_job_and_the_job_goes_on_behind_it(papers: Desk) -> None:
    papers.engine.slots = 1
    papers.engine.hold()
    papers.engine.will_say(LEAF, "The lamp glows.", LEAF)
    activity_id = await papers.order("quiz", 1)
    generation = papers.generation()
    making = asyncio.create_task(generation.make_activity(await papers.job_of(activity_id)))
    async with asyncio.timeout(10):
        while not papers.engine.live:  # noqa: ASYNC110 - the engine has no event
            await asyncio.sleep(0.01)
    prompt = Prompt((Message("user", "Why does it glow?"),))
    answer = papers.routers[-1].answer(prompt, "student:1:1", "class:1")

    async def text() -> str:
        return "".join([event.text async for event in answer if isinstance(event, Piece)])

    asking = asyncio.create_task(text())
    async with asyncio.timeout(10):
        while len(papers.engine.asked) < 2:  # noqa: ASYNC110 - the engine has no event
            await asyncio.sleep(0.01)
    assert papers.engine.asked[-1] == prompt and papers.engine.live == 1
    papers.engine.release()
    assert await asking == "The lamp glows."
    await making
    assert (await papers.activity(activity_id)).made_by == "model"


async def test_the_teachers_own_question_is_not_refused_meanwhile(papers: Desk) -> None:
    papers.engine.slots = 2
    queue = FairQueue(lambda: 2, 5, 1.0, papers.db.now)
    papers.engine.hold()
    papers.engine.will_say(LEAF)
    job = await papers.job_of(await papers.order("quiz", 1))
    making = asyncio.create_task(papers.generation(queue=queue).make_activity(job))
    async with asyncio.timeout(10):
        while not papers.engine.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    try:
        queue.place(f"staff:{papers.staff_id}", f"class:{papers.class_id}")
    except Busy:
        pytest.fail("the teacher has to wait for the job")
    papers.engine.release()
    await making


async def test_topics_come_from_papers_with_their_pages_and_from_the_model(papers: Desk) -> None:
    papers.engine.will_say(
        said(
            title="What cells are", objectives=["Explain what a cell is.", "Name the parts of a plant cell."]
        )
    )
    async with papers.db.transaction() as tx:
        blueprint_id = await order_blueprint(tx, papers.class_id, papers.staff_id)
    payload = {"blueprint_id": blueprint_id, "class_id": papers.class_id, "staff_id": papers.staff_id}
    papers_job = Job(1, MAKE_BLUEPRINT, payload, 1)
    await papers.generation().make_blueprint(papers_job)
    draft = await blueprint_of_class(papers.db, papers.class_id, "draft")
    assert draft is not None
    assert [topic.title for topic in draft.topics] == ["What cells are", "Leaves", "Roots"]
    assert draft.topics[1].objectives[0] == "Explain what the text says about “a leaf”"
    assert [source.page for source in draft.topics[2].evidence] == [3]
    assert draft.made_by == "model"
    await papers.generation().make_blueprint(papers_job)
    again = await blueprint_of_class(papers.db, papers.class_id, "draft")
    assert again is not None and again.topics == draft.topics


@pytest.mark.parametrize(
    ("title", "objective"),
    [
        (f"What cells are {'and are ' * 40}", "Explain what a cell is."),
        ("What cells are", f"Explain what a cell is {'and is ' * 60}."),
        ("What cells are \ud83d", "Explain what a cell is."),
    ],
)
async def test_a_topic_that_no_teacher_could_save_again_is_not_taken(
    bare: Desk, title: str, objective: str
) -> None:
    long = "On the small living parts that make up the body of every plant and of every animal " * 2
    async with bare.db.transaction() as tx:
        await add_paper(tx, bare.class_id, "Cells", ((1, long, CELLS), (2, "Leaves", LEAVES)))
        blueprint_id = await order_blueprint(tx, bare.class_id, bare.staff_id)
    bare.engine.will_say(*[said(title=title, objectives=[objective])] * 6)
    payload = {"blueprint_id": blueprint_id, "class_id": bare.class_id, "staff_id": bare.staff_id}
    await bare.generation().make_blueprint(Job(1, MAKE_BLUEPRINT, payload, 1))
    draft = await blueprint_of_class(bare.db, bare.class_id, "draft")
    assert draft is not None
    assert len(draft.topics) == 2
    assert checked_topics(draft.topics) == draft.topics


async def test_a_half_made_blueprint_goes_on_and_one_that_was_replaced_is_left_alone(papers: Desk) -> None:
    papers.engine.state = "off"
    async with papers.db.transaction() as tx:
        first = await order_blueprint(tx, papers.class_id, papers.staff_id)
    making = await making_of_blueprint(
        papers.db, await blueprint_of_class(papers.db, papers.class_id, "draft")
    )
    assert making is not None and making.is_running
    async with papers.db.transaction() as tx:
        await order_blueprint(tx, papers.class_id, papers.staff_id)
    payload = {"blueprint_id": first + 999, "class_id": papers.class_id, "staff_id": papers.staff_id}
    await papers.generation().make_blueprint(Job(1, MAKE_BLUEPRINT, payload, 1))
    draft = await blueprint_of_class(papers.db, papers.class_id, "draft")
    assert draft is not None and draft.topics == ()


async def test_what_a_teacher_saves_while_a_topic_is_written_stays(papers: Desk) -> None:
    async with papers.db.transaction() as tx:
        blueprint_id = await order_blueprint(tx, papers.class_id, papers.staff_id)
    generation, topic = papers.generation(), Topic("own", "Our own topic", 1, ("Explain what we grow.",))

    async def item(*_: object) -> None:
        """The model says nothing for long, and meanwhile the teacher saves."""
        if not saved:
            async with papers.db.transaction() as tx:
                saved.append(await save_draft(tx, papers.class_id, "Ours", [topic]))

    saved: list[Blueprint] = []
    generation._writer.item = item  # type: ignore[method-assign, assignment]
    payload = {"blueprint_id": blueprint_id, "class_id": papers.class_id, "staff_id": papers.staff_id}
    await generation.make_blueprint(Job(1, MAKE_BLUEPRINT, payload, 1))
    draft = await blueprint_of_class(papers.db, papers.class_id, "draft")
    assert draft is not None and draft.summary == "Ours"
    assert [each.title for each in draft.topics] == ["Our own topic", "Cells", "Leaves", "Roots"]


async def test_a_quiz_about_one_topic_asks_about_its_pages_only(papers: Desk) -> None:
    papers.engine.state = "off"
    async with papers.db.transaction() as tx:
        blueprint_id = await order_blueprint(tx, papers.class_id, papers.staff_id)
    payload = {"blueprint_id": blueprint_id, "class_id": papers.class_id, "staff_id": papers.staff_id}
    await papers.generation().make_blueprint(Job(1, MAKE_BLUEPRINT, payload, 1))
    async with papers.db.transaction() as tx:
        await publish_blueprint(tx, papers.class_id)
    activity_id = await papers.order("cards", 2, "leaves")
    await papers.generation().make_activity(await papers.job_of(activity_id))
    cards = await cards_of_activity(papers.db, activity_id)
    assert cards and {card.text.page for card in cards} == {2}
    with pytest.raises(Invalid):
        await papers.order("cards", 2, "no-such-topic")


async def test_no_model_makes_sensible_things_from_the_shipped_course(lessons: Desk) -> None:
    lessons.engine.state = "off"
    quiz, cards = await lessons.make("quiz", 20), await lessons.make("cards", 30)
    assert (quiz.items, cards.items) == (20, 30)
    await check_every_question(lessons, quiz.id)
    material = " ".join(passage.body for passage in await sources_of_class(lessons.db, lessons.class_id))
    texts = [card.text for card in await cards_of_activity(lessons.db, cards.id)]
    for number, text in enumerate(texts):
        assert usable_card(text, texts[:number], material) == text
    stems = " ".join(question.text.stem for question in await questions_of_activity(lessons.db, quiz.id))
    assert "What is voltage?" in stems


@pytest.fixture
async def noise(noise_model: MadeModel) -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(ModelFiles(noise_model.path, "Noise", None), Tuning(slots=1, cells_per_slot=2048))
    await engine.start()
    async with asyncio.timeout(20):
        while engine.state == "loading":  # noqa: ASYNC110 - another process opens the model
            await asyncio.sleep(0.02)
    yield engine
    await engine.stop()


async def test_a_real_engine_with_a_model_of_noise_stores_nothing_invalid(
    papers: Desk, noise: LocalEngine
) -> None:
    made = await papers.make("quiz", 2, papers.generation(noise))
    assert (made.state, made.items) == ("draft", 2)
    await check_every_question(papers, made.id)


def runner(desk: Desk, generation: Generation) -> JobRunner:
    return JobRunner(
        desk.db, {"make_activity": generation.make_activity, MAKE_BLUEPRINT: generation.make_blueprint}
    )


async def test_an_order_with_an_unknown_topic_leaves_nothing(papers: Desk) -> None:
    with pytest.raises(Invalid):
        async with papers.db.transaction() as tx:
            await order_activity(tx, papers.class_id, papers.staff_id, "quiz", 3, "Made", "", "nowhere")
    assert await activities_of_class(papers.db, papers.class_id) == []

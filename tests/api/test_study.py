"""/v1 quiz, flashcards and blueprints: made from the text that was sent, and never anything that breaks a rule."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from appliance.inference.engine import EngineOff
from appliance.study.checks import usable_card, usable_question
from appliance.study.drafting import NO_TEXT, TOO_LATE, TOO_LITTLE
from appliance.work.flashcards import CardText
from appliance.work.quizzes import QuestionText
from tests.api.conftest import KEY, Program
from tests.conftest import Cast
from tests.study.conftest import CELLS, LEAVES, ROOTS, said
from tests.study.test_generation import LEAF, NONSENSE, ROOT

MATERIAL = "\n\n---\n\n".join(
    [
        f"Source 1 | Cells and leaves | page 4\n{CELLS}",
        f"Source 2 | Cells and leaves | page 5\n{LEAVES}",
        f"Source 3 | Roots | slide 1\n{ROOTS}",
    ]
)
QUIZ = {
    "class_title": "Biology 7",
    "question_count": 2,
    "instructions": "Ask about leaves and roots.",
    "blueprint_context": "Blueprint Context | Published blueprint context\nSummary: Plants and their parts.",
    "material_context": MATERIAL,
}
CARDS = {**{name: value for name, value in QUIZ.items() if name != "question_count"}, "card_count": 2}
BLUEPRINT = {"class_title": "Biology 7", "material_count": 2, "material_text": MATERIAL}
ROUTES = {"/v1/quiz/generate": QUIZ, "/v1/flashcards/generate": CARDS, "/v1/blueprints/generate": BLUEPRINT}
ERRORS = {
    "/v1/quiz/generate": "quiz_error",
    "/v1/flashcards/generate": "flashcards_error",
    "/v1/blueprints/generate": "blueprint_error",
}
CARD = said(front="What is a cell?", back="The smallest living part of a plant or animal.")
PLAN: dict[str, Any] = {
    "title": "Cells and leaves",
    "description": "What plants are made of and how leaves make sugar.",
    "objectives": [
        {"statement": "Explain what a cell is.", "level": "understand"},
        {"statement": "Compare a leaf and a root of a plant.", "level": "analyze"},
    ],
    "assessment": ["Draw a plant cell and name its parts."],
    "misconceptions": ["Students often think that roots make sugar."],
}
BAD_PLANS = [
    "I can't do that.",
    "[]",
    said(),
    said(**{**PLAN, "title": ""}),
    said(**{**PLAN, "title": 7}),
    said(**{**PLAN, "objectives": []}),
    said(**{**PLAN, "objectives": "none"}),
    said(**{**PLAN, "objectives": [{"statement": None}]}),
    said(**{**PLAN, "objectives": ["Explain what a cell is."]}),
    said(**{**PLAN, "objectives": [{"statement": "Cells.", "level": "understand"}]}),
    said(**{**PLAN, "assessment": []}),
    said(**{**PLAN, "assessment": ["   "]}),
    said(**{**PLAN, "assessment": [{}]}),
    said(**{**PLAN, "title": "The world cup", "objectives": [{"statement": "Name the team that won it."}]}),
    said(**{**PLAN, "assessment": ["Name the team that won the world cup."]}),
    said(**{**PLAN, "objectives": [{"statement": "Explain what a cell is. " * 20}]}),
    said(**{**PLAN, "objectives": [{"statement": f"Explain cell number {n}."} for n in range(13)]}),
    json.dumps(PLAN)[:90],
]  # fmt: skip


def check_quiz(payload: dict[str, Any]) -> None:
    """By the rules for questions, as a stranger would hold them."""
    others: list[QuestionText] = []
    assert set(payload) == {"questions"} and payload["questions"]
    for found in payload["questions"]:
        assert set(found) == {"question", "choices", "answer", "explanation"}
        assert len(found["choices"]) == len(set(found["choices"])) == 4
        assert found["choices"].count(found["answer"]) == 1
        text = QuestionText(
            found["question"],
            tuple(found["choices"]),
            found["choices"].index(found["answer"]),
            found["explanation"],
        )
        assert usable_question(text, others, MATERIAL) == text
        others.append(text)


def check_cards(payload: dict[str, Any]) -> None:
    others: list[CardText] = []
    assert set(payload) == {"cards"} and payload["cards"]
    for found in payload["cards"]:
        assert set(found) == {"front", "back"}
        text = CardText(found["front"], found["back"])
        assert usable_card(text, others, MATERIAL) == text
        others.append(text)


def check_blueprint(payload: dict[str, Any]) -> None:
    assert payload["schemaVersion"] == "v2" and payload["summary"].strip()
    topics = payload["topics"]
    assert [topic["sequence"] for topic in topics] == list(range(1, len(topics) + 1)) and topics
    keys = [topic["key"] for topic in topics]
    assert len(set(keys)) == len(keys)
    for place, topic in enumerate(topics):
        # Only what came before is asked for: no circle can be.
        assert set(topic["prerequisites"]) <= set(keys[:place])
        assert topic["title"] and topic["objectives"] and topic["assessmentIdeas"]
        for objective in topic["objectives"]:
            assert objective["statement"]
            assert objective["level"] in {
                None, "remember", "understand", "apply", "analyze", "evaluate", "create",
            }  # fmt: skip
        for proof in [*topic["evidence"], *(each for one in topic["objectives"] for each in one["evidence"])]:
            assert proof["sourceLabel"] in {"Source 1", "Source 2", "Source 3"} and proof["rationale"]
    rubric = payload["qualityRubric"]
    levels = (rubric["coverageCompleteness"], rubric["logicalProgression"], rubric["evidenceGrounding"])
    assert set(levels) <= {"low", "medium", "high"}


CHECKS = {
    "/v1/quiz/generate": check_quiz,
    "/v1/flashcards/generate": check_cards,
    "/v1/blueprints/generate": check_blueprint,
}


async def test_a_quiz_of_the_model(program: Program, cast: Cast) -> None:
    cast.engine.will_say(LEAF, ROOT)
    made = await program.data("/v1/quiz/generate", QUIZ)
    check_quiz(made["payload"])
    assert [question["answer"] for question in made["payload"]["questions"]] == ["A leaf", "Water"]
    assert (made["provider"], made["model"], made["by_model"], made["notes"]) == (
        "scripted",
        "scripted",
        2,
        [],
    )
    assert set(made["usage"]) == {"prompt_tokens", "completion_tokens", "total_tokens"}
    first, second = cast.engine.asked
    assert first.grammar.startswith("root ::=")
    assert "Ask about leaves and roots." in first.messages[1].content
    assert "Plants and their parts" in first.messages[1].content
    assert "There already" in second.messages[1].content
    assert await cast.count("activities") == 0


async def test_cards_of_the_model(program: Program, cast: Cast) -> None:
    cast.engine.will_say(CARD)
    made = await program.data("/v1/flashcards/generate", {**CARDS, "card_count": 1})
    assert made["payload"]["cards"][0]["front"] == "What is a cell?"
    assert (made["provider"], made["by_templates"]) == ("scripted", 0)


async def test_a_blueprint_of_the_model(program: Program, cast: Cast) -> None:
    drinks = [{"statement": "Explain what a root drinks from the soil.", "level": "understand"}]
    deep = ["Measure how deep the roots of a plant reach."]
    roots = said(
        title="Roots", description="World cups.", objectives=drinks, assessment=deep, misconceptions=["Cups."]
    )
    cast.engine.will_say(said(**PLAN), roots)
    asked = {**BLUEPRINT, "subject": "Biology", "level": "Grade 7"}
    made = await program.data("/v1/blueprints/generate", asked)
    check_blueprint(made["payload"])
    cells, trees = made["payload"]["topics"]
    assert (cells["key"], cells["title"]) == ("cells-and-leaves", "Cells and leaves")
    assert [objective["level"] for objective in cells["objectives"]] == ["understand", "analyze"]
    assert cells["assessmentIdeas"] == PLAN["assessment"]
    assert cells["misconceptionFlags"] == PLAN["misconceptions"]
    assert {proof["sourceLabel"] for proof in cells["evidence"]} == {"Source 1", "Source 2"}
    assert [proof["sourceLabel"] for proof in trees["evidence"]] == ["Source 3"]
    # What the material doesn't say is left out where it may be.
    assert (trees["description"], trees["misconceptionFlags"]) == (None, [])
    assert made["by_model"] == 2 and made["payload"]["uncertaintyNotes"] == []
    assert "Grade 7" in cast.engine.asked[0].messages[1].content


@pytest.mark.parametrize("path", ROUTES)
async def test_without_a_model_templates_write_and_are_named(program: Program, cast: Cast, path: str) -> None:
    cast.engine.state = "off"
    made = await program.data(path, ROUTES[path])
    CHECKS[path](made["payload"])
    assert (made["provider"], made["model"], made["by_model"]) == ("templates", "", 0)
    assert made["usage"]["total_tokens"] == 0 and "without a model" in made["notes"][0]
    assert cast.engine.asked == []


@pytest.mark.parametrize("text", NONSENSE)
async def test_no_nonsense_of_the_model_comes_out_as_a_question(
    program: Program, cast: Cast, text: str
) -> None:
    cast.engine.will_say(*[text] * 3)
    made = await program.data("/v1/quiz/generate", {**QUIZ, "question_count": 1})
    check_quiz(made["payload"])
    assert (made["provider"], made["by_templates"], len(cast.engine.asked)) == ("templates", 1, 3)


@pytest.mark.parametrize(
    "text",
    [
        *NONSENSE[:7],
        said(front="What is a cell?", back="A part."),
        said(front="", back="The smallest living part of a plant."),
        said(front="Who won the world cup?", back="France won against Brazil in 1998."),
    ],
)
async def test_no_nonsense_of_the_model_comes_out_as_a_card(program: Program, cast: Cast, text: str) -> None:
    cast.engine.will_say(*[text] * 3)
    made = await program.data("/v1/flashcards/generate", {**CARDS, "card_count": 1})
    check_cards(made["payload"])
    assert (made["provider"], made["by_templates"]) == ("templates", 1)


@pytest.mark.parametrize("text", BAD_PLANS)
async def test_no_nonsense_of_the_model_comes_out_as_a_topic(program: Program, cast: Cast, text: str) -> None:
    cast.engine.will_say(*[text] * 6)
    made = await program.data("/v1/blueprints/generate", BLUEPRINT)
    check_blueprint(made["payload"])
    assert (made["provider"], made["by_templates"], len(cast.engine.asked)) == ("templates", 2, 6)


async def test_a_level_that_there_is_not_is_told_by_the_verb_or_left_out(
    program: Program, cast: Cast
) -> None:
    objectives = [
        {"statement": "Compare a leaf and a root of a plant.", "level": "genius"},
        {"statement": "Know what a cell of a plant is.", "level": 7},
    ]
    cast.engine.will_say(said(**{**PLAN, "objectives": objectives}))
    made = await program.data("/v1/blueprints/generate", {**BLUEPRINT, "material_text": f"{CELLS}\n{ROOTS}"})
    levels = [objective["level"] for objective in made["payload"]["topics"][0]["objectives"]]
    assert (made["by_model"], levels) == (1, ["analyze", None])


async def test_a_model_that_says_the_same_again_gives_it_once(program: Program, cast: Cast) -> None:
    cast.engine.will_say(*[LEAF] * 4)
    made = await program.data("/v1/quiz/generate", QUIZ)
    check_quiz(made["payload"])
    assert (made["provider"], made["by_model"], made["by_templates"]) == ("scripted", 1, 1)
    assert made["notes"]


async def test_a_model_that_goes_away_leaves_the_rest_to_templates(program: Program, cast: Cast) -> None:
    cast.engine.will_say(LEAF)
    cast.engine.will_fail(EngineOff("Gone."))
    made = await program.data("/v1/quiz/generate", QUIZ)
    check_quiz(made["payload"])
    assert (made["by_model"], made["by_templates"]) == (1, 1)


@pytest.mark.parametrize("path", ROUTES)
async def test_the_time_that_a_program_has_is_kept(program: Program, cast: Cast, path: str) -> None:
    cast.engine.will_hang()
    made = await program.data(path, {**ROUTES[path], "timeout_ms": 1500})
    CHECKS[path](made["payload"])
    assert made["provider"] == "templates"
    assert len(cast.engine.asked) == 1 and cast.engine.live == 0


@pytest.mark.parametrize("path", ROUTES)
async def test_no_time_at_all_is_a_refusal(program: Program, path: str) -> None:
    refused = (await program.send(path, {**ROUTES[path], "timeout_ms": 1})).json()["error"]
    assert refused == {"code": ERRORS[path], "message": TOO_LATE}


@pytest.mark.parametrize("path", ROUTES)
async def test_a_program_that_goes_away_frees_the_model(program: Program, cast: Cast, path: str) -> None:
    cast.engine.will_hang()
    client = cast.visitor().client
    asked = asyncio.create_task(client.post(path, json=ROUTES[path], headers={"x-api-key": KEY}))
    async with asyncio.timeout(10):
        while cast.engine.live == 0:  # noqa: ASYNC110 - the box works beside the test
            await asyncio.sleep(0.01)
        asked.cancel()
        while cast.engine.live:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (await asyncio.gather(asked, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    assert cast.parts.router.status()["queue"]["running"] == 0


async def test_two_at_once_do_not_stand_in_each_others_way(program: Program, cast: Cast) -> None:
    cast.engine.state = "off"
    asked = [program.data("/v1/flashcards/generate", CARDS), program.data("/v1/quiz/generate", QUIZ)]
    cards, questions = await asyncio.gather(*asked)
    check_cards(cards["payload"])
    check_quiz(questions["payload"])


async def test_fewer_than_were_asked_for_are_said_to_be(program: Program, cast: Cast) -> None:
    cast.engine.state = "off"
    made = await program.data("/v1/quiz/generate", {**QUIZ, "question_count": 20})
    count = len(made["payload"]["questions"])
    assert 3 <= count < 20 and f"{count} of 20 could be made" in made["notes"][-1]


@pytest.mark.parametrize("path", ROUTES)
async def test_a_text_that_says_nothing_is_refused(program: Program, cast: Cast, path: str) -> None:
    cast.engine.state = "off"
    field = "material_text" if "blueprint" in path else "material_context"
    asked = {**ROUTES[path], field: "\x00\n---\n# \n> \n"}
    if field == "material_context":
        asked["blueprint_context"] = ""
    refused = await program.send(path, asked)
    assert (refused.status_code, refused.json()["error"]["message"]) == (502, NO_TEXT)
    assert refused.json()["error"]["code"] == ERRORS[path]


async def test_a_text_without_a_fact_gives_no_question(program: Program, cast: Cast) -> None:
    cast.engine.state = "off"
    asked = {**QUIZ, "material_context": "Bring your boots on Friday, and don't forget your lunch!"}
    refused = await program.send("/v1/quiz/generate", asked)
    assert (refused.status_code, refused.json()["error"]["message"]) == (502, TOO_LITTLE)


async def test_the_blueprint_stands_in_for_missing_material(program: Program, cast: Cast) -> None:
    cast.engine.state = "off"
    asked = {**QUIZ, "material_context": "", "blueprint_context": f"{CELLS}\n\n{LEAVES}"}
    made = await program.data("/v1/quiz/generate", asked)
    assert len(made["payload"]["questions"]) == 2


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/v1/quiz/generate", {"question_count": 0}),
        ("/v1/quiz/generate", {"question_count": 21}),
        ("/v1/quiz/generate", {"question_count": True}),
        ("/v1/quiz/generate", {"question_count": "3"}),
        ("/v1/quiz/generate", {"instructions": ""}),
        ("/v1/quiz/generate", {"instructions": "  \n "}),
        ("/v1/quiz/generate", {"instructions": "x" * 2001}),
        ("/v1/quiz/generate", {"class_title": " "}),
        ("/v1/quiz/generate", {"material_context": None}),
        ("/v1/quiz/generate", {"material_context": "x" * 200_001}),
        ("/v1/quiz/generate", {"blueprint_context": ["x"]}),
        ("/v1/quiz/generate", {"timeout_ms": 0}),
        ("/v1/quiz/generate", {"timeout_ms": 600_001}),
        ("/v1/flashcards/generate", {"card_count": 31}),
        ("/v1/flashcards/generate", {"card_count": -1}),
        ("/v1/flashcards/generate", {"instructions": None}),
        ("/v1/blueprints/generate", {"material_count": 0}),
        ("/v1/blueprints/generate", {"material_count": 1.5}),
        ("/v1/blueprints/generate", {"material_text": ""}),
        ("/v1/blueprints/generate", {"material_text": " \n"}),
        ("/v1/blueprints/generate", {"class_title": "x" * 201}),
        ("/v1/blueprints/generate", {"subject": 3}),
    ],
)
async def test_fields_that_do_not_fit_are_refused(
    program: Program, cast: Cast, path: str, fields: dict[str, object]
) -> None:
    assert await program.refused(path, {**ROUTES[path], **fields}) == (422, "validation_error")
    assert cast.engine.asked == []


@pytest.mark.parametrize("path", ROUTES)
async def test_without_the_key_nobody_is_served(cast: Cast, path: str) -> None:
    client: httpx.AsyncClient = cast.visitor().client
    refused = await client.post(path, json=ROUTES[path])
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")
    assert cast.engine.asked == []


async def test_the_largest_text_is_taken(program: Program, cast: Cast) -> None:
    cast.engine.state = "off"
    text = (f"{MATERIAL}\n\n" * 400)[:200_000]
    made = await program.data("/v1/blueprints/generate", {**BLUEPRINT, "material_text": text})
    assert 1 <= len(made["payload"]["topics"]) <= 12

"""/v1/llm: an answer and its cost, vectors in order, and a refusal with the right code for each way it goes wrong."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from appliance.errors import Busy, Invalid, Unavailable
from appliance.inference.engine import EngineDied
from appliance.settings import Settings
from tests.api.conftest import Program
from tests.conftest import Cast

GENERATE = "/v1/llm/generate"
EMBED = "/v1/llm/embeddings"
ASKED = {"system": "Be short.", "user": "What is a fuse?"}


async def test_an_answer_says_who_wrote_it_and_what_it_cost(program: Program) -> None:
    program.cast.engine.will_say("A thin wire.")
    made = await program.data(GENERATE, {**ASKED, "temperature": 0, "max_tokens": 9})
    assert made.pop("latency_ms") >= 0
    assert made == {
        "provider": "scripted",
        "model": "scripted",
        "content": "A thin wire.",
        "usage": {"prompt_tokens": 6, "completion_tokens": 3, "total_tokens": 9},
    }
    asked = program.cast.engine.asked[-1]
    assert (asked.temperature, asked.max_tokens) == (0, 9)


@pytest.mark.parametrize(
    ("fault", "refused"),
    [
        (EngineDied("It stopped."), (502, "provider_error")),
        (Unavailable("It rests."), (502, "provider_error")),
        (Busy("Too many ask."), (503, "busy")),
        (Invalid("Too long.", "too_long"), (400, "too_long")),
    ],
)
async def test_each_way_to_fail_has_its_code(
    program: Program, fault: Exception, refused: tuple[int, str]
) -> None:
    program.cast.engine.will_fail(fault)
    program.cast.engine.will_fail(fault)
    assert await program.refused(GENERATE, ASKED) == refused


async def test_an_empty_answer_is_no_answer(program: Program) -> None:
    program.cast.engine.will_say("", "")
    assert await program.refused(GENERATE, ASKED) == (502, "provider_error")


async def test_a_box_without_models_says_so(program: Program) -> None:
    program.cast.engine.state, program.cast.engine.can_embed = "off", False
    assert await program.refused(GENERATE, ASKED) == (502, "provider_error")
    assert await program.refused(EMBED, {"inputs": ["lamp"]}) == (502, "provider_error")


async def test_busy_says_when_to_come_back(program: Program) -> None:
    program.cast.engine.will_fail(Busy("Too many ask."))
    assert int((await program.send(GENERATE, ASKED)).headers["retry-after"]) > 0


async def test_the_time_that_was_given_is_all_there_is(program: Program) -> None:
    program.cast.engine.will_hang()
    response = await program.send(GENERATE, {**ASKED, "timeout_ms": 50})
    said = response.json()["error"]
    assert (response.status_code, said["code"]) == (502, "provider_error")
    assert "took too long" in said["message"]
    assert program.cast.engine.live == 0


@pytest.mark.parametrize("field", ["system", "user"])
async def test_blanks_ask_nothing(program: Program, field: str) -> None:
    assert await program.refused(GENERATE, {**ASKED, field: " \n"}) == (422, "validation_error")


async def test_vectors_stand_in_the_order_of_the_texts(program: Program) -> None:
    texts = ["the lamp is dark", "tax law", "the lamp is dark"]
    made = await program.data(EMBED, {"inputs": texts})
    expected = [vector.tolist() for vector in await program.cast.engine.embed(texts)]
    assert made["embeddings"] == expected and made["model"] == "hashed-words"


@pytest.mark.parametrize("inputs", [[], [""], ["x"] * 257, ["x" * 20_001], [1], "x", None])
async def test_texts_are_bounded_in_number_and_length(program: Program, inputs: Any) -> None:
    assert await program.refused(EMBED, {"inputs": inputs}) == (422, "validation_error")


async def test_a_body_that_is_far_too_large_is_refused_in_the_envelope(program: Program) -> None:
    response = await program.send(EMBED, {"inputs": ["x" * 3_000_000]})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


class TestBesideStudents:
    """The scripted engine writes two answers at a time."""

    async def test_programs_leave_a_slot_to_students(self, program: Program) -> None:
        engine = program.cast.engine
        engine.hold()
        asking = [asyncio.create_task(program.send(GENERATE, ASKED)) for _ in range(3)]
        await until(lambda: engine.live == 1)
        ben = await program.cast.student(program.cast.ben)
        status = (await ben.get("/helper/healthz")).json()["queue"]
        assert status == {"running": 1, "waiting": 0, "slots": 2, "seconds": 0}
        engine.release()
        assert [(await task).status_code for task in asking] == [200, 200, 200]

    async def test_the_line_of_programs_is_bounded(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("appliance.api.answers.MOST_WAITING", 1)
        engine = program.cast.engine
        engine.hold()
        asking = [asyncio.create_task(program.send(GENERATE, ASKED)) for _ in range(2)]
        await until(lambda: len(engine.asked) == 1 and is_waiting(program.cast))
        assert await program.refused(GENERATE, ASKED) == (503, "busy")
        engine.release()
        assert [(await task).status_code for task in asking] == [200, 200]


class TestWithABorrowedModel:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, helper_llm_backend="remote", llm_base_url="http://127.0.0.1:9")

    async def test_what_tells_who_somebody_is_stays_on_the_box(self, program: Program) -> None:
        await program.data(GENERATE, {"system": "Be short.", "user": "Write to ana@school.org"})
        assert program.cast.engine.asked[-1].messages[1].content == "Write to [REDACTED_EMAIL]"


def is_waiting(cast: Cast) -> bool:
    return bool(cast.app.ctx.door_for_programs.waiting)


async def until(happened: Any) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - what is waited for happens behind a socket
            await asyncio.sleep(0.005)

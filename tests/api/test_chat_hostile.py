"""Whatever is sent to the chat's routes, the answer is a refusal in the envelope and never a fault of the box."""

import json
from dataclasses import replace
from typing import Any

import pytest

from appliance.settings import Settings
from tests.api.conftest import KEY, Program
from tests.conftest import Cast

WORKSPACE = "/v1/chat/workspace"
ROUTES = (
    "/v1/chat/generate",
    "/v1/chat/canvas",
    f"{WORKSPACE}/participants",
    f"{WORKSPACE}/sessions/list",
    f"{WORKSPACE}/sessions/create",
    f"{WORKSPACE}/sessions/rename",
    f"{WORKSPACE}/sessions/archive",
    f"{WORKSPACE}/messages/list",
    f"{WORKSPACE}/messages/send",
)
GOOD: dict[str, Any] = {
    "class_id": "1",
    "user_id": "student-1",
    "class_title": "7B",
    "user_message": "Why?",
    "transcript": [],
    "blueprint_context": "",
    "material_context": "",
    "session_id": "1",
    "message": "Why?",
    "title": "A",
    "canvas_hint": {"type": "chart", "concept": "a", "title": "b"},
    "student_question": "",
    "ai_answer": "A: 1, B: 2, C: 3",
}
TEXTS = ("\ud800", "\u0000", "\u202e", "9" * 18, "-1", "x" * 100_000, "1\n", "٣")
ODD: tuple[Any, ...] = (*TEXTS, 7, None, [], {}, True, 1.5)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Everything that is sent gets as far as it can."""
    return replace(settings, appliance_api_key=KEY, helper_rate_limit_per_minute=10_000)


@pytest.mark.parametrize("path", ROUTES)
async def test_odd_values_in_any_field_break_nothing(cast: Cast, program: Program, path: str) -> None:
    ben = await program.for_student(cast.ben)
    headers = {"x-api-key": KEY, "X-User-Token": ben.token}
    client = cast.visitor().client
    wrong = []
    for field in (*GOOD, "limit", "before_cursor", "owner_user_id", "tool_catalog", "orchestration_hints"):
        for odd in ODD:
            content = json.dumps({**GOOD, field: odd})
            sent = await client.post(path, content=content, headers=headers)
            said = sent.json()
            is_known = said["ok"] or said["error"]["code"] in ("chat_error", "canvas_error")
            if set(said) != {"ok", "data", "error", "meta"} or (sent.status_code >= 500 and not is_known):
                wrong.append((field, odd, sent.status_code, said["error"]))
    assert wrong == []


async def test_a_text_that_is_hard_to_read_takes_no_time(cast: Cast, program: Program) -> None:
    cast.engine.state = "off"
    hard = (
        "a" * 60 + " " * 1900,
        ":" * 2000,
        ":,a" * 600,
        "1 000 " * 300,
        "a 1,000" * 250,
        "- " * 900,
        "→" * 2000,
    )
    for kind in ("chart", "diagram", "wave", "vector"):
        for text in hard:
            asked = {
                **GOOD,
                "canvas_hint": {"type": kind, "concept": "a", "title": "b"},
                "ai_answer": text[:2000],
            }
            took = (await program.send("/v1/chat/canvas", asked)).elapsed.total_seconds()
            assert took < 5, (kind, text[:20])

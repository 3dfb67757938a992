"""A program with the box's key, and the people it acts for."""

from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from appliance.auth import device
from appliance.auth.tokens import new_access_token
from appliance.classroom.students import Student
from appliance.settings import Settings
from tests.conftest import Cast
from tests.made_models import minilm_model, noise_model
from tests.made_results import add_quiz, add_topics, ask, take

__all__ = ["minilm_model", "noise_model"]

KEY = "the-key-of-this-box-0123456789"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, appliance_api_key=KEY)


@dataclass
class Program:
    """Speaks to /v1 with the key; `token` is whom it acts for."""

    cast: Cast
    token: str = ""

    async def send(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        known = {"x-api-key": KEY, **({"X-User-Token": self.token} if self.token else {}), **headers}
        client = self.cast.visitor().client
        if body is None:
            return await client.get(path, headers=known)
        return await client.post(path, json=body, headers=known)

    async def data(self, path: str, body: Any = None) -> Any:
        """What came back inside the envelope; the refusal is shown where there was one."""
        response = await self.send(path, body)
        said = response.json()
        assert said["ok"], said
        assert set(said) == {"ok", "data", "error", "meta"} and said["error"] is None
        assert said["meta"]["request_id"] == response.headers["x-request-id"]
        return said["data"]

    async def refused(self, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Status and code of a refusal in the envelope."""
        response = await self.send(path, body, **headers)
        said = response.json()
        assert set(said) == {"ok", "data", "error", "meta"}
        assert said["ok"] is False and said["data"] is None and said["error"]["message"]
        return response.status_code, said["error"]["code"]

    async def for_staff(self, staff_id: int) -> "Program":
        async with self.cast.parts.db.transaction() as tx:
            return Program(self.cast, await new_access_token(tx, staff_id, "a program"))

    async def for_student(self, student: Student | None) -> "Program":
        assert student is not None
        token = device.ApiToken(student.id, student.class_id, 1, student.created_at)
        return Program(self.cast, device.sign_api_token(self.cast.parts.secrets.device, token))


@pytest.fixture
def program(cast: Cast) -> Program:
    return Program(cast)


def asking(cast: Cast, **more: object) -> dict[str, object]:
    return {"user_id": f"staff-{cast.ada_id}", "class_id": str(cast.classroom.id), **more}


@pytest.fixture
async def ada(program: Program) -> Program:
    return await program.for_staff(program.cast.ada_id)


@pytest.fixture
async def two_quizzes(cast: Cast) -> Cast:
    """Ben: lamps 60 then 80, motors 30. Chi: lamps 50, two questions in the chat."""
    db, room = cast.parts.db, cast.classroom.id
    await add_topics(
        db,
        room,
        {
            "lamps": ("Explain why a lamp glows in a loop", "Describe what a switch does there"),
            "motors": ("Explain what turns a motor round", "Build a motor from wire and magnet"),
            "fuses": ("Judge whether a fuse is the right one",),
        },
    )
    lamps = await add_quiz(db, room, "Lamps", "lamps")
    motors = await add_quiz(db, room, "Motors", "motors")
    for quiz, student, right in (
        (lamps, cast.ben, 6),
        (lamps, cast.ben, 8),
        (motors, cast.ben, 3),
        (lamps, cast.chi, 5),
    ):
        assert student is not None
        await take(db, quiz, student.id, right)
    assert cast.chi is not None
    await ask(db, room, cast.chi.id, "Why does it glow?", "And why not?")
    return cast

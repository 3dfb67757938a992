"""The doctor on the borrowed model: allowed or not, there or not, and never a word about where."""

import asyncio

from appliance.operations import borrowed
from appliance.operations.doctor import Finding
from appliance.settings import Settings
from tests.inference.loopback_model import on_loopback, refusing

NOWHERE = "http://127.0.0.1:9"


def borrowing(url: str, agreed: bool = True) -> Settings:
    return Settings(
        helper_llm_backend="remote",
        helper_remote_mode_acknowledged=agreed,
        llm_base_url=url,
        llm_api_key="sk-x",
    )


async def finding(settings: Settings) -> Finding:
    (found,) = await asyncio.to_thread(borrowed.look, settings)
    return found


def test_where_nothing_is_borrowed_there_is_nothing_to_say() -> None:
    assert borrowed.look(Settings()) == []


async def test_what_nobody_agreed_to_is_a_problem_and_is_not_asked() -> None:
    async with on_loopback() as served:
        found = await finding(borrowing(served.url, agreed=False))
        assert found.state == "problem" and "HELPER_REMOTE_MODE_ACKNOWLEDGED=1" in found.advice
        assert not served.asked


async def test_a_server_that_takes_the_key_is_well() -> None:
    async with on_loopback() as served:
        found = await finding(borrowing(served.url))
        assert (found.state, found.advice) == ("ok", "")
        assert served.url not in found.sentence


async def test_a_wrong_key_and_nobody_there_are_told_apart() -> None:
    async with on_loopback() as served:
        served.models = refusing(401)
        refused, gone = await finding(borrowing(served.url)), await finding(borrowing(NOWHERE))
    assert (refused.state, gone.state) == ("problem", "problem")
    assert "key" in refused.sentence and "reached" in gone.sentence
    assert "127.0.0.1" not in refused.sentence + gone.sentence

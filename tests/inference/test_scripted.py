"""The engines that say what they are told."""

import pytest

from appliance.inference.engine import EngineDied, Message, Prompt
from appliance.inference.scripted import MockEngine, ScriptedEngine

PROMPT = Prompt((Message("user", "Why?"),))


async def said(engine: ScriptedEngine) -> str:
    return "".join([piece async for piece in engine.generate(PROMPT)])


async def test_it_says_its_lines_in_order_and_keeps_the_prompts() -> None:
    engine = ScriptedEngine()
    engine.will_say("One two.", "Three.")
    assert [await said(engine), await said(engine)] == ["One two.", "Three."]
    assert engine.asked == [PROMPT, PROMPT]


async def test_it_fails_when_told_to() -> None:
    engine = ScriptedEngine()
    engine.will_fail()
    with pytest.raises(EngineDied):
        await said(engine)


async def test_its_vectors_put_like_words_together() -> None:
    lamp, lamps, tax = await ScriptedEngine().embed(["the lamp is dark", "why is the lamp dark", "tax law"])
    assert float(lamp @ lamps) > 0.8 > float(lamp @ tax)


async def test_the_mock_says_the_same_to_everybody() -> None:
    engine = MockEngine("Ask your neighbour first.")
    assert (engine.backend, engine.state, engine.can_embed) == ("mock", "ready", False)
    assert await said(engine) == await said(engine) == "Ask your neighbour first."

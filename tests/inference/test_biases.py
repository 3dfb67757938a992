"""Limits on single tokens: what is banned never comes, what is forced always, and each question has its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from appliance.errors import Invalid
from appliance.inference.engine import Message, Prompt
from appliance.inference.grammar import gbnf_of
from appliance.inference.llama import Model, Said
from appliance.inference.local import LocalEngine, ModelFiles, Tuning
from appliance.inference.protocol import MOST_BIASES
from appliance.inference.sampler import marks_of
from tests.inference.desk import desk_at
from tests.made_models import END, EOS, START, MadeModel

QUESTION = (Message("user", "Why is the lamp dark?"),)
CHOICE = {"type": "object", "properties": {"pick": {"enum": ["water", "light"]}}}


@pytest.fixture(scope="module")
def vocabulary(noise_model: MadeModel) -> Model:
    return Model(str(noise_model.path), Said())


@pytest.fixture
async def engine(noise_model: MadeModel) -> AsyncIterator[LocalEngine]:
    engine = LocalEngine(ModelFiles(noise_model.path, "Noise", None), Tuning(slots=4, ends_loops=False))
    await engine.start()
    async with asyncio.timeout(60):
        while engine.state == "loading":  # noqa: ASYNC110 - another process opens the model
            await asyncio.sleep(0.02)
    yield engine
    await engine.stop()


async def text_of(engine: LocalEngine, **more: Any) -> str:
    prompt = Prompt(QUESTION, **{"temperature": 0.0, "max_tokens": 16, **more})
    return "".join([piece async for piece in engine.generate(prompt)])


def token(model: Model, text: str) -> int:
    (found,) = model.tokenize(text, special=True, begin=False)
    return found


def words(text: str) -> set[str]:
    return set(text.split())


@pytest.mark.parametrize("warmth", [{}, {"temperature": 1.3, "seed": 5, "top_p": 1.0}])
async def test_a_banned_token_never_comes_and_the_rest_goes_on(
    engine: LocalEngine, vocabulary: Model, warmth: dict[str, Any]
) -> None:
    usual = await text_of(engine, max_tokens=40, **warmth)
    banned = {word for word in words(usual) if len(vocabulary.tokenize(f" {word}", False, False)) == 1}
    biases = tuple((token(vocabulary, f" {word}"), -100.0) for word in banned)
    assert banned
    text = await text_of(engine, max_tokens=40, biases=biases, **warmth)
    assert text and not banned & words(text)


@pytest.mark.parametrize("warmth", [{}, {"temperature": 1.9, "seed": 5, "top_p": 1.0}])
async def test_a_forced_token_always_comes(
    engine: LocalEngine, vocabulary: Model, warmth: dict[str, Any]
) -> None:
    forced = ((token(vocabulary, " water"), 100.0),)
    text = await text_of(engine, biases=forced, **warmth)
    assert text.split() == ["water"] * 16


async def test_a_small_bias_only_leans(engine: LocalEngine, vocabulary: Model) -> None:
    usual = await text_of(engine)
    assert await text_of(engine, biases=((token(vocabulary, " water"), 0.0),)) == usual
    leant = await text_of(engine, temperature=1.0, seed=3, biases=((token(vocabulary, " water"), 8.0),))
    assert "water" in words(leant) and len(words(leant)) > 1


async def test_limits_of_one_question_do_not_touch_those_beside_it(
    engine: LocalEngine, vocabulary: Model
) -> None:
    usual = await text_of(engine)
    water, light = (((token(vocabulary, f" {word}"), 100.0),) for word in ("water", "light"))
    together = await asyncio.gather(
        text_of(engine, biases=water), text_of(engine), text_of(engine, biases=light), text_of(engine)
    )
    assert together[1] == together[3] == usual
    assert words(together[0]) == {"water"} and words(together[2]) == {"light"}


def test_they_hold_in_one_batch_of_the_fast_mode_too(noise_model: MadeModel, vocabulary: Model) -> None:
    desk = desk_at(noise_model, unified=True, flash=True)
    usual = desk.answer("Why? ")
    for number, biases in ((10, ((token(vocabulary, " water"), 100.0),)), (11, ())):
        desk.say(number, ("user", "Why? "), biases=biases)
    desk.step()
    assert desk.chat.scheduler.busy and usual
    desk.finish()
    assert words(desk.texts[10]) == {"water"} and "water" not in words(desk.texts[11])
    desk.close()


async def test_a_grammar_and_limits_hold_together(engine: LocalEngine, vocabulary: Model) -> None:
    grammar = gbnf_of(CHOICE)

    async def picked(*biases: tuple[int, float]) -> str:
        text = await text_of(engine, grammar=grammar, max_tokens=60, biases=biases)
        return str(json.loads(text)["pick"])

    first = {
        word: [at for at in range(vocabulary.tokens) if vocabulary.piece(at)[:1] == word[:1]]
        for word in (b"w", b"l")
    }
    assert await picked(*((at, -100.0) for at in first[b"w"])) == "light"
    assert await picked(*((at, -100.0) for at in first[b"l"])) == "water"


async def test_where_a_grammar_needs_a_banned_token_the_grammar_wins(
    engine: LocalEngine, vocabulary: Model
) -> None:
    """An infinite ban would leave nothing to pick, and llama.cpp ends the process over it."""
    marks = [
        at for at in range(vocabulary.tokens) if b'"' in vocabulary.piece(at) or b"{" in vocabulary.piece(at)
    ]
    forced = ((token(vocabulary, " water"), 100.0),)
    for warmth in (0.0, 1.0):
        text = await text_of(
            engine,
            grammar=gbnf_of(CHOICE),
            max_tokens=60,
            temperature=warmth,
            biases=(*((at, -100.0) for at in marks), *forced),
        )
        assert json.loads(text)["pick"] in ("water", "light")
    assert engine.crashes == 0


@pytest.mark.parametrize("which", ["beyond", "negative", "too many", "no number"])
async def test_what_no_token_is_or_too_much_is_refused_with_a_sentence(
    engine: LocalEngine, vocabulary: Model, which: str
) -> None:
    biases = {
        "beyond": ((vocabulary.tokens, 1.0),),
        "negative": ((-1, 1.0),),
        "too many": ((5, 1.0),) * (MOST_BIASES + 1),
        "no number": ((5, float("nan")),),
    }[which]
    with pytest.raises(Invalid) as refused:
        await text_of(engine, biases=biases)
    assert refused.value.code == "bad_bias" and refused.value.message.endswith(".")
    assert await text_of(engine)


def test_marks_of_a_prompt_are_for_no_answer_and_the_end_of_one_is(vocabulary: Model) -> None:
    marks = marks_of(vocabulary)
    assert token(vocabulary, START) in marks
    assert token(vocabulary, END) not in marks and token(vocabulary, EOS) not in marks
    assert not set(marks) & set(vocabulary.tokenize("Why is the lamp dark?", False, False))


async def test_a_mark_never_comes_even_where_it_is_asked_for(engine: LocalEngine, vocabulary: Model) -> None:
    usual = await text_of(engine)
    assert await text_of(engine, biases=((token(vocabulary, START), 100.0),)) == usual


async def test_a_forced_end_ends(engine: LocalEngine, vocabulary: Model) -> None:
    assert await text_of(engine, biases=((token(vocabulary, END), 100.0),)) == ""

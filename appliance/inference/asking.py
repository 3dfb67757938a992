"""What is asked of the child, and what its replies mean."""

import contextlib
from collections.abc import AsyncGenerator

import numpy

from appliance.errors import Busy, Invalid
from appliance.inference.child import Child
from appliance.inference.engine import Answer, EngineOff, Message, Prompt, Vector
from appliance.inference.protocol import Ask, Embed, Embedded, Finished, Rank, Refused, Scored, Text


async def pieces_of(child: Child, prompt: Prompt, answer: Answer) -> AsyncGenerator[str, None]:
    """One answer, piece by piece; what is known at its end is put into `answer`."""
    async with contextlib.aclosing(child.converse(lambda number: _ask(number, prompt))) as replies:
        async for reply in replies:
            match reply:
                case Text(piece=piece):
                    yield piece
                case Finished():
                    answer.truncated = reply.reason == "length"
                    answer.prompt_tokens, answer.written_tokens = reply.prompt_tokens, reply.output_tokens
                case Refused():
                    raise _refusal(reply)


async def vectors_of(child: Child, texts: tuple[str, ...]) -> list[Vector]:
    found: dict[int, Vector] = {}
    async with contextlib.aclosing(child.converse(lambda number: Embed(number, texts))) as replies:
        async for reply in replies:
            match reply:
                case Embedded(index=index, vector=vector):
                    found[index] = numpy.frombuffer(vector, dtype="<f4").astype(numpy.float32)
                case Refused():
                    raise _refusal(reply)
            if len(found) == len(texts):
                break
    return [found[index] for index in range(len(texts))]


async def scores_of(child: Child, question: str, passages: tuple[str, ...], seconds: float) -> list[float]:
    """How well each passage answers the question, in their order; `seconds` is how long they are of use."""
    found: dict[int, float] = {}
    replies = child.converse(lambda number: Rank(number, question, passages, seconds))
    async with contextlib.aclosing(replies):
        async for reply in replies:
            match reply:
                case Scored(index=index, score=score):
                    found[index] = score
                case Refused():
                    raise _refusal(reply)
            if len(found) == len(passages):
                break
    return [found[index] for index in range(len(passages))]


def turns_of(messages: tuple[Message, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((message.role, message.content) for message in messages)


def _ask(number: int, prompt: Prompt) -> Ask:
    return Ask(
        number,
        turns_of(prompt.messages),
        prompt.max_tokens,
        prompt.temperature,
        prompt.top_p,
        prompt.seed,
        prompt.stop,
        prompt.grammar,
        prompt.biases,
    )


def _refusal(refused: Refused) -> Exception:
    match refused.kind:
        case "too_long" | "bad_grammar" | "bad_bias":
            return Invalid(refused.message, code=refused.kind)
        case "busy":
            return Busy(refused.message)
        case "off":
            return EngineOff(refused.message)
    raise ValueError(refused.kind)

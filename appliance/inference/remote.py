"""The engine on a borrowed machine: any OpenAI-compatible server, at the one address that the operator set."""

import asyncio
import contextlib
import json
import logging
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from appliance.errors import Refusal
from appliance.inference.engine import Answer, Change, EngineDied, EngineOff, EngineState, Prompt, Vector
from appliance.inference.pieces import Pieces
from appliance.inference.remote_stream import EVENTS, JSON, NO_MODELS, Chunk, check, chunks, model_names
from appliance.settings import Settings

AWAY = "The borrowed model can't be reached."
CUT = "The borrowed model broke off in the middle."
SILENT = "The borrowed model gave no sign of life for too long."
EMBEDS_NOTHING = "Vectors are made on this box alone."
RANKS_NOTHING = "Passages are compared on this box alone."
CHAT = "/v1/chat/completions"
MODELS = "/v1/models"
LOOKS_TO_TURN = 2
SECOND_LOOK = 1.0  # a box that starts need not wait a whole round for its second look
MOST_STOPS = 4  # what the OpenAI interface takes; the rest is found here
SHOWN_CHARS = 80
COUNT_SECONDS = 0.5
BROKEN = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError)

log = logging.getLogger("chalkbox.remote")


@dataclass(frozen=True)
class Server:
    """`url` is all that stands before `/v1`; without a `model` it is the first that the server names."""

    url: str
    key: str = field(default="", repr=False)
    model: str = ""
    slots: int = 4


@dataclass(frozen=True)
class Waits:
    """Seconds: for the line, for the first token, between tokens, for a look, and from look to look."""

    connect: float = 5.0
    first: float = 30.0
    between: float = 10.0
    look: float = 5.0
    every: float = 10.0


DEFAULT_WAITS = Waits()


def server_of(settings: Settings) -> Server:
    slots = settings.helper_max_concurrency or Server.slots
    return Server(settings.remote_url, settings.llm_api_key, settings.llm_model, slots)


def waits_of(settings: Settings) -> Waits:
    first = settings.ai_request_timeout_ms / 1000
    return Waits(min(Waits.connect, first), first, min(Waits.between, first))


class Pulse:
    """Alive after two good looks in a row, away after two bad ones: one alone decides nothing."""

    def __init__(self) -> None:
        self.is_alive = False
        self._against = 0

    def turns(self, is_well: bool) -> bool:
        """Whether this look changed the verdict."""
        self._against = self._against + 1 if is_well != self.is_alive else 0
        if self._against < LOOKS_TO_TURN:
            return False
        self.is_alive, self._against = is_well, 0
        return True


class RemoteEngine:
    """Writes text and makes no vectors. Address, key, questions and answers never reach a log."""

    backend = "remote"
    reason = ""
    can_embed = False
    embedder = ""
    change: Change | None = None
    can_rank = False

    def __init__(self, server: Server, waits: Waits = DEFAULT_WAITS) -> None:
        self._server = server
        self._waits = waits
        self._pulse = Pulse()
        self._named = ""
        self._client: httpx.AsyncClient | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def state(self) -> EngineState:
        return "ready" if self._pulse.is_alive else "failed"

    @property
    def model(self) -> str:
        """As people read it: a server may name a model by a path on its disk."""
        name = self._server.model or self._named.replace("\\", "/").rstrip("/").rpartition("/")[2]
        readable = "".join(sign for sign in name if sign.isprintable())
        return readable[:SHOWN_CHARS] if self.state == "ready" else ""

    @property
    def slots(self) -> int:
        return self._server.slots

    async def start(self) -> None:
        if self._watch is None:
            self._client = _client(self._server, self._waits)
            self._watch = asyncio.create_task(self._look_forever(self._client), name="remote")

    async def stop(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
        self._pulse = Pulse()

    def generate(self, prompt: Prompt) -> Answer:
        return Answer(lambda answer: self._pieces(prompt, answer))

    def warm(self, prompt: Prompt) -> None:
        """A borrowed server keeps what it wants to keep."""

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        raise EngineOff(EMBEDS_NOTHING)

    async def rank(self, question: str, passages: Sequence[str], seconds: float) -> list[float]:
        raise EngineOff(RANKS_NOTHING)

    async def _look_forever(self, client: httpx.AsyncClient) -> None:
        for looks in count():
            fault = await self._look(client)
            if self._pulse.turns(not fault) or (fault and not looks):
                self._tell(fault)
            await asyncio.sleep(self._waits.every if looks else min(SECOND_LOOK, self._waits.every))

    def _tell(self, fault: str) -> None:
        if fault:
            log.warning("event=remote_away reason=%r", fault)
        else:
            log.info("event=remote_alive model=%s", self.model)

    async def _look(self, client: httpx.AsyncClient) -> str:
        """What is wrong, as a sentence for the operator; empty while all is well."""
        try:
            async with asyncio.timeout(self._waits.look):
                self._named = await _first_model(client, self._server)
        except TimeoutError:
            return AWAY
        except Refusal as refusal:
            return refusal.message
        return ""

    async def _pieces(self, prompt: Prompt, answer: Answer) -> AsyncGenerator[str, None]:
        client = self._client
        if client is None or not self._pulse.is_alive:
            raise EngineOff(AWAY)
        text, finish = Pieces(prompt.stop), ""
        async with aclosing(self._in_time(self._chunks(client, prompt))) as arriving:
            async for chunk in arriving:
                finish = chunk.finish
                _count(answer, chunk)
                if shown := text.push(chunk.text.encode("utf-8", "replace")):
                    yield shown
                if text.stopped:
                    return
                if finish:
                    break
            # A server that drops one question for the next ends its stream politely, but without a reason.
            if not finish:
                raise EngineDied(CUT)
            answer.truncated = finish == "length"
            if shown := text.rest():
                yield shown
            await _count_late(answer, arriving)

    async def _in_time(self, arriving: AsyncGenerator[Chunk, None]) -> AsyncGenerator[Chunk, None]:
        """Only what the model writes counts as life: comments and empty chunks stretch no deadline."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._waits.first
        async with aclosing(arriving):
            while True:
                try:
                    async with asyncio.timeout_at(deadline):
                        chunk = await anext(arriving, None)
                except TimeoutError as silence:
                    raise EngineDied(SILENT) from silence
                if chunk is None:
                    return
                yield chunk
                if chunk.is_life:
                    deadline = now() + self._waits.between

    async def _chunks(self, client: httpx.AsyncClient, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        # In plain ASCII: half of a letter in a prompt is no reason to fail.
        body = json.dumps(_asked(prompt, self._server.model or self._named)).encode()
        kind = {"Content-Type": JSON, "Accept": EVENTS}
        try:
            async with client.stream("POST", CHAT, content=body, headers=kind) as response:
                check(response, EVENTS)
                async with aclosing(chunks(response)) as read:
                    async for chunk in read:
                        yield chunk
        except BROKEN as error:
            raise _fault(error) from error


async def whats_wrong(server: Server, waits: Waits = DEFAULT_WAITS) -> str:
    """One look from outside a running box; empty when the server is there and takes the key."""
    async with _client(server, waits) as client:
        return await RemoteEngine(server, waits)._look(client)


def _client(server: Server, waits: Waits) -> httpx.AsyncClient:
    """Speaks to this server alone: no redirects, no proxies, nothing unpacked."""
    headers = {"Accept-Encoding": "identity", "User-Agent": "chalkbox"}
    if server.key:
        headers["Authorization"] = f"Bearer {server.key}"
    # Reading the certificates of the machine takes time and memory; without them nothing would be trusted.
    is_private = server.url.startswith("https:")
    trust = ssl.create_default_context() if is_private else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(
        base_url=server.url,
        headers=headers,
        timeout=httpx.Timeout(waits.connect, read=None),
        limits=httpx.Limits(max_connections=server.slots + 2, max_keepalive_connections=1),
        verify=trust,
        follow_redirects=False,
        trust_env=False,
    )


async def _first_model(client: httpx.AsyncClient, server: Server) -> str:
    try:
        async with client.stream("GET", MODELS, headers={"Accept": JSON}) as response:
            check(response, JSON)
            names = await model_names(response)
    except BROKEN as error:
        raise _fault(error) from error
    if not (names or server.model):
        raise EngineDied(NO_MODELS)
    return names[0] if names else ""


def _asked(prompt: Prompt, model: str) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in prompt.messages],
        "max_tokens": prompt.max_tokens,
        "temperature": prompt.temperature,
        "top_p": prompt.top_p,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    # llama.cpp's servers know grammars; one that does not may refuse, and then this box answers.
    may_be_missing = {
        "seed": prompt.seed,
        "stop": list(prompt.stop[:MOST_STOPS]),
        "grammar": prompt.grammar,
        "logit_bias": {str(token): bias for token, bias in prompt.biases},
    }
    return asked | {name: value for name, value in may_be_missing.items() if value not in (None, [], "", {})}


async def _count_late(answer: Answer, arriving: AsyncGenerator[Chunk, None]) -> None:
    """Tokens come behind the end of an answer, if at all; whatever goes wrong there harms no answer."""
    with contextlib.suppress(TimeoutError, Refusal):
        async with asyncio.timeout(COUNT_SECONDS):
            async for chunk in arriving:
                _count(answer, chunk)


def _count(answer: Answer, chunk: Chunk) -> None:
    if chunk.usage is not None:
        answer.prompt_tokens, answer.written_tokens = chunk.usage.prompt, chunk.usage.written


def _fault(error: Exception) -> EngineDied:
    log.warning("event=remote_fault kind=%s", type(error).__name__)
    is_unreachable = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return EngineDied(AWAY if is_unreachable else CUT)

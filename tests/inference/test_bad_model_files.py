"""Model files as they come from broken sticks and strangers: each ends in a sentence, and the box works on."""

import asyncio
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.errors import Invalid, Unavailable
from appliance.inference.child import Limits
from appliance.inference.engine import EngineOff, Message, Prompt
from appliance.inference.local import LocalEngine, ModelFiles
from appliance.inference.probe import probe
from tests.made_models import MadeModel, known_gguf

Patched = Callable[[str, int, bytes], Path]
PROMPT = Prompt((Message("system", "You help."), Message("user", "Why is it dark?")), max_tokens=8)
QUICK = Limits(silence=2.0, step=20.0, load=20.0, beat=0.1)
DIMENSIONS = struct.calcsize("<IQQ")  # of a matrix, behind its name; then come its type and its place
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
HOSTILE = {
    "never ends": ENDLESS,
    "doubles itself": "{% set n = namespace(x=' ') %}{% for a in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "pads itself": "{{ messages[0].content | center(99999999999) }}",
    "pads by format": "{{ '%099999999999d' % 1 }}{{ '{:>99999999999}'.format(1) }}",
    "writes for ever": "{% for a in range(99999) %}{% for b in range(99999) %}written{% endfor %}{% endfor %}",
    "talks Latin for ever": "{{ lipsum(n=99999999) }}",
    "calls itself": "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    "is nested deep": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "reads files": "{% include '/etc/passwd' %}",
    "imports": "{% import 'os' as os %}{{ os.system('id') }}",
    "climbs out of a function": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "climbs out of a class": "{{ joiner.__init__.__globals__['sys'].exit() }}",
    "changes what it is given": "{{ messages.clear() }}",
}


@pytest.fixture(scope="module")
def whole(tiny_model: MadeModel) -> bytes:
    return tiny_model.path.read_bytes()


@pytest.fixture
def patched(whole: bytes, tmp_path: Path) -> Patched:
    """The tiny model with some bytes behind the first `word` replaced."""

    def make(word: str, further: int, content: bytes) -> Path:
        at = whole.index(word.encode()) + len(word) + further
        path = tmp_path / "patched.gguf"
        path.write_bytes(whole[:at] + content + whole[at + len(content) :])
        return path

    return make


async def refusal(path: Path) -> str:
    with pytest.raises(Invalid) as refused:
        await probe(path, 60)
    return str(refused.value.message)


async def ended(engine: LocalEngine) -> str:
    """The state it comes to, with a question asked where one may be asked."""
    async with asyncio.timeout(60):
        while engine.state == "loading":  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)
        try:
            async for _ in engine.generate(PROMPT):
                pass
        except (Unavailable, Invalid):
            return "refused"
    return "answered"


def engine_with(path: Path) -> LocalEngine:
    return LocalEngine(ModelFiles(path, "Bad"), limits=QUICK, first_backoff=0.02)


@pytest.mark.parametrize(
    ("word", "further", "content", "says"),
    [
        ("GGUF", 0, struct.pack("<I", 4), "newer kind"),
        ("GGUF", 0, struct.pack(">I", 3), "can't be read"),
        ("general.architecture", 12, b"lumma", "doesn't know"),
        ("blk.0.attn_q.weight", DIMENSIONS, struct.pack("<I", 1000), "newer kind"),
        ("blk.0.attn_q.weight", DIMENSIONS + 4, struct.pack("<Q", 1 << 50), "can't be read"),
        ("blk.0.attn_q.weight", 4, struct.pack("<Q", 1 << 40), "can't be read"),
        ("blk.0.attn_q.weight", -8, b"z", "can't be read"),
    ],
)
async def test_a_newer_or_garbled_header_is_refused_by_the_look_and_by_the_engine(
    patched: Patched, word: str, further: int, content: bytes, says: str
) -> None:
    path = patched(word, further, content)
    assert says in await refusal(path)
    engine = engine_with(path)
    await engine.start()
    try:
        assert await ended(engine) == "refused"
        assert engine.state == "failed" and says in engine.reason
    finally:
        await engine.stop()


async def test_a_model_larger_than_the_memory_is_refused(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "huge.gguf"
    path.write_bytes(whole)
    with path.open("r+b") as file:
        file.truncate(1 << 42)
    assert "more memory" in await refusal(path)
    engine = engine_with(path)
    await engine.start()
    try:
        assert await ended(engine) == "refused"
        assert engine.state == "failed" and "more memory" in engine.reason
    finally:
        await engine.stop()


def with_a_flipped_bit(whole: bytes, count: int, first: int, end: int) -> Iterator[bytes]:
    """Copies that differ in one bit each."""
    chance = random.Random(4)
    for _ in range(count):
        raw = bytearray(whole)
        raw[chance.randrange(first, end)] ^= 1 << chance.randrange(8)
        yield bytes(raw)


async def test_a_flipped_bit_before_the_weights_is_refused_or_harmless(whole: bytes, tmp_path: Path) -> None:
    """Half of them among what describes the tensors, where a bit is a size, a type or a place."""
    tensors = whole.index(b"token_embd.weight")
    files = [
        *with_a_flipped_bit(whole, 12, 4, 400),
        *with_a_flipped_bit(whole, 24, tensors, tensors + 600),
    ]
    told: list[str] = []
    for raw in files:
        path = tmp_path / "flipped.gguf"
        path.write_bytes(raw)
        try:
            told.append((await probe(path, 60)).kind)
        except Invalid as refused:
            told.append(refused.code)
    assert set(told) <= {"chat", "bad_model"} and "bad_model" in told


async def test_a_single_weight_that_is_no_number_is_found(whole: bytes, tmp_path: Path) -> None:
    """In the output layer: only one word of the vocabulary has a score that is none."""
    path = tmp_path / "one.gguf"
    path.write_bytes(whole[:-3000] + struct.pack("<e", float("nan")) + whole[-2998:])
    assert "nonsense" in await refusal(path)


async def test_a_damaged_search_model_is_found_and_the_child_lives_on(
    minilm_model: Path, tmp_path: Path
) -> None:
    raw = await asyncio.to_thread(minilm_model.read_bytes)
    damaged = tmp_path / "search.gguf"
    damaged.write_bytes(raw[:-60_000] + b"\xff" * 60_000)
    assert "nonsense" in await refusal(damaged)
    engine = LocalEngine(ModelFiles(embedder=damaged), limits=QUICK, first_backoff=0.02)
    await engine.start()
    try:
        for _ in range(2):
            with pytest.raises(EngineOff, match="nonsense"):
                await engine.embed(["lamp", "battery"])
        assert engine.crashes == 0
    finally:
        await engine.stop()


async def test_a_model_without_a_template_gets_a_common_one(tmp_path: Path) -> None:
    bare = known_gguf(tmp_path / "bare.gguf", template="")
    assert not (await probe(bare.path)).template
    engine = engine_with(bare.path)
    await engine.start()
    try:
        assert await ended(engine) == "answered"
    finally:
        await engine.stop()


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_template_is_refused_before_it_is_used(tmp_path: Path, source: str) -> None:
    assert "chat template" in await refusal(known_gguf(tmp_path / "hostile.gguf", template=source).path)


async def test_what_a_template_may_not_see_is_not_there(tmp_path: Path) -> None:
    source = "{{ messages | attr('__class__') }}{{ ''|attr('__class__')|attr('__mro__') }}{{ self.__dict__ }}"
    assert (await probe(known_gguf(tmp_path / "blind.gguf", template=source).path)).template


@pytest.mark.parametrize("trap", [ENDLESS, "{{ messages[0].content | center(99999999999) }}"])
async def test_a_template_that_waits_for_its_hour_costs_only_its_own_answers(
    tmp_path: Path, trap: str
) -> None:
    """It behaves while it is looked at and runs away at a real conversation; the child lives on."""
    source = "{% if messages | length > 2 %}" + trap + "{% endif %}{{ messages[-1].content }}"
    engine = engine_with(known_gguf(tmp_path / "patient.gguf", template=source).path)
    await engine.start()
    try:
        assert await ended(engine) == "answered"
        child = engine.pid
        talk = (*PROMPT.messages, Message("assistant", "Look at the switch."), Message("user", "Why?"))
        with pytest.raises(Unavailable, match="chat template"):
            async for _ in engine.generate(Prompt(talk)):
                pass
        assert await ended(engine) == "answered"
        assert engine.pid == child
    finally:
        await engine.stop()

"""An engine that was compiled for newer processors is refused with a sentence and never started."""

import subprocess
from pathlib import Path

import pytest

from appliance.errors import Invalid
from appliance.inference.engine import EngineOff, Prompt
from appliance.inference.local import LocalEngine, ModelFiles
from appliance.inference.probe import probe
from appliance.inference.processor import flags_needed, refusal

NEW = "flags\t\t: fpu avx avx2 bmi1 bmi2 f16c fma abm movbe sse4_2\n"
OLD = "flags\t\t: fpu ssse3 sse4_1 sse4_2 popcnt\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that says of itself, as the image's engine does, that it needs AVX2 and its kin."""
    return compiled(tmp_path_factory.mktemp("lib"), "-Wl,-z,x86-64-v3")


def compiled(folder: Path, *options: str) -> Path:
    source, made = folder / "one.c", folder / "libone.so"
    source.write_text("int one(void) { return 1; }\n")
    subprocess.run(["cc", "-shared", "-fPIC", *options, "-o", str(made), str(source)], check=True)
    return made


def machine(folder: Path, flags: str) -> Path:
    path = folder / "cpuinfo"
    path.write_text(f"processor\t: 0\n{flags}\nprocessor\t: 1\n{flags}")
    return path


def test_a_new_processor_may_and_an_old_one_is_told_why_not(library: Path, tmp_path: Path) -> None:
    assert refusal(library, machine(tmp_path, NEW)) == ""
    assert refusal(library, machine(tmp_path, OLD)).endswith("too old for the model engine: it has no AVX.")


def test_one_missing_part_is_enough(library: Path, tmp_path: Path) -> None:
    assert "it has no FMA" in refusal(library, machine(tmp_path, NEW.replace(" fma", "")))


def test_an_engine_that_was_compiled_here_asks_for_nothing(tmp_path: Path) -> None:
    assert flags_needed(compiled(tmp_path)) == []
    assert refusal(compiled(tmp_path), machine(tmp_path, OLD)) == ""


@pytest.mark.parametrize("content", [b"", b"\x7fELF\x02\x01", b"\x7fELF\x02\x01" + b"\xff" * 200, b"MZ"])
def test_what_cannot_be_read_forbids_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lib.so").write_bytes(content)
    assert refusal(tmp_path / "lib.so", machine(tmp_path, OLD)) == ""
    assert refusal(tmp_path / "lib.so", tmp_path / "nowhere") == ""


async def test_a_refused_engine_starts_no_child_and_says_why(tmp_path: Path) -> None:
    engine = LocalEngine(ModelFiles(tmp_path / "chat.gguf", "chat", tmp_path / "e.gguf"), refusal="Too old.")
    await engine.start()
    try:
        assert (engine.state, engine.reason, engine.can_embed, engine.pid) == ("failed", "Too old.", False, 0)
        with pytest.raises(EngineOff, match=r"Too old\."):
            await engine.embed(["one"])
        with pytest.raises(EngineOff, match=r"Too old\."):
            await anext(aiter(engine.generate(Prompt(messages=()))))
        await engine.choose(ModelFiles(None, "", tmp_path / "e.gguf"))
        assert (engine.state, engine.can_embed, engine.pid) == ("off", False, 0)
    finally:
        await engine.stop()


async def test_a_model_is_not_blamed_for_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr("appliance.inference.processor.refusal", lambda: "Too old.")
    with pytest.raises(Invalid, match=r"Too old\."):
        await probe(tmp_path / "model.gguf")

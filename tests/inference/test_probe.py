"""A look at a model file in a throw-away process: what it is, or a sentence about what is wrong."""

import struct
from pathlib import Path

import pytest

from appliance.errors import Invalid
from appliance.inference.probe import probe
from tests.made_models import MadeModel


async def refusal(path: Path, timeout: float = 30) -> str:
    with pytest.raises(Invalid) as refused:
        await probe(path, timeout)
    assert (refused.value.code, refused.value.field) == ("bad_model", "file")
    return refused.value.message


async def test_a_chat_model_is_one(tiny_model: MadeModel) -> None:
    found = await probe(tiny_model.path)
    assert (found.kind, found.name, found.context, found.template) == ("chat", "tiny", 8192, True)
    assert found.parameters > 0


async def test_an_embedding_model_is_one(minilm_model: Path) -> None:
    found = await probe(minilm_model)
    assert (found.kind, found.name, found.template) == ("embedding", "all-MiniLM-L6-v2", False)


async def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.gguf").write_text("Dear school,")
    assert "no GGUF" in await refusal(tmp_path / "letter.gguf")


async def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "can't be read" in await refusal(tmp_path / "nowhere.gguf")


async def test_a_cut_file_is_refused(tiny_model: MadeModel, tmp_path: Path) -> None:
    whole = tiny_model.path.read_bytes()
    for share in (0.001, 0.05, 0.5, 0.99):
        cut = tmp_path / f"{share}.gguf"
        cut.write_bytes(whole[: int(len(whole) * share)])
        assert "copy it again" in await refusal(cut)


async def test_a_file_of_numbers_that_are_none_is_refused(tiny_model: MadeModel, tmp_path: Path) -> None:
    broken = bytearray(tiny_model.path.read_bytes())
    broken[-60_000:] = struct.pack("<e", float("nan")) * 30_000
    (tmp_path / "nan.gguf").write_bytes(broken)
    assert "nonsense" in await refusal(tmp_path / "nan.gguf")


async def test_a_header_of_garbage_is_refused(tiny_model: MadeModel, tmp_path: Path) -> None:
    garbled = bytearray(tiny_model.path.read_bytes())
    garbled[8:400] = bytes(range(196)) * 2
    (tmp_path / "garbled.gguf").write_bytes(garbled)
    assert "copy it again" in await refusal(tmp_path / "garbled.gguf")


async def test_a_look_that_takes_too_long_is_ended(tiny_model: MadeModel) -> None:
    assert "too long" in await refusal(tiny_model.path, timeout=0.01)


async def test_a_template_that_never_ends_or_breaks_is_refused(tiny_model: MadeModel, tmp_path: Path) -> None:
    whole = tiny_model.path.read_bytes()
    at = whole.index(b"{% for message in messages %}")
    size = struct.unpack("<Q", whole[at - 8 : at])[0]
    hostile = b"{{ messages.__class__.__mro__ }}{{ messages.pop() }}{% oops".ljust(size)
    (tmp_path / "hostile.gguf").write_bytes(whole[:at] + hostile + whole[at + size :])
    assert "template" in await refusal(tmp_path / "hostile.gguf")

"""Lessons' beginnings on disk: whole, of this model and this engine, or not used at all."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.inference.saved_states import SavedStates, digest_of
from appliance.inference.token_keys import common, key_of

KEY = key_of(range(100))
STATE = bytes(range(256)) * 40


def folder_of(path: Path, most_bytes: int = 1 << 20, mark: str = "one") -> SavedStates:
    return SavedStates(path / "beginnings", most_bytes, mark)


def the_file(path: Path) -> Path:
    return next((path / "beginnings").glob("*.beginning"))


def test_what_was_saved_is_there_after_a_restart(tmp_path: Path) -> None:
    folder_of(tmp_path).save(KEY, STATE)
    again = folder_of(tmp_path)
    saved = again.best(key_of([*range(100), 7, 8]), 16)
    assert saved and saved.tokens == 100
    assert again.load(saved) == STATE
    assert stat.S_IMODE(the_file(tmp_path).stat().st_mode) == 0o600


def test_the_longest_common_beginning_is_found(tmp_path: Path) -> None:
    states = folder_of(tmp_path)
    for length in (30, 90, 60):
        states.save(key_of([*range(length), 1000 + length]), STATE)
    saved = states.best(KEY, 16)
    assert saved and common(saved.key, KEY) == 90
    assert states.best(KEY, 91) is None


def test_another_model_deletes_what_the_last_one_left(tmp_path: Path) -> None:
    folder_of(tmp_path).save(KEY, STATE)
    assert folder_of(tmp_path, mark="two").best(KEY, 16) is None
    assert not list((tmp_path / "beginnings").iterdir())


def cut(raw: bytes) -> bytes:
    return raw[:-1]


def flipped(raw: bytes) -> bytes:
    return raw[:-50] + bytes([raw[-50] ^ 1]) + raw[-49:]


def grown(raw: bytes) -> bytes:
    return raw + b"x"


def lying(raw: bytes) -> bytes:
    return raw.replace(b'"tokens": 100', b'"tokens": 999')


@pytest.mark.parametrize(
    "damaged", [cut, flipped, grown, lying, lambda _: b"", lambda _: b"\xff\x00nonsense\n" * 9]
)
def test_a_damaged_file_is_never_used(tmp_path: Path, damaged: Callable[[bytes], bytes]) -> None:
    folder_of(tmp_path).save(KEY, STATE)
    path = the_file(tmp_path)
    path.write_bytes(damaged(path.read_bytes()))
    states = folder_of(tmp_path)
    saved = states.best(KEY, 16)
    assert saved is None or states.load(saved) == b""
    assert not list((tmp_path / "beginnings").glob("*.beginning"))


def test_a_file_that_is_damaged_while_running_is_not_used(tmp_path: Path) -> None:
    states = folder_of(tmp_path)
    states.save(KEY, STATE)
    the_file(tmp_path).write_bytes(b"{}")
    saved = states.best(KEY, 16)
    assert saved and states.load(saved) == b""
    assert states.best(KEY, 16) is None


def test_the_least_recently_used_goes_when_the_folder_is_full(tmp_path: Path) -> None:
    states = folder_of(tmp_path, most_bytes=3 * (len(STATE) + 1000))
    for number in range(4):
        key = key_of(range(number * 1000, number * 1000 + 50))
        states.save(key, STATE)
        saved = states.best(key, 16)
        assert saved
        os.utime(saved.path, (number, number))
        if number == 2 and (first := states.best(key_of(range(50)), 16)):
            states.load(first)
    assert states.best(key_of(range(50)), 16)
    assert states.best(key_of(range(1000, 1050)), 16) is None
    states.save(KEY, STATE * 100)
    assert len(list((tmp_path / "beginnings").iterdir())) == 3


def test_half_written_files_are_swept(tmp_path: Path) -> None:
    states = folder_of(tmp_path)
    (tmp_path / "beginnings" / "abc.part").write_bytes(b"half")
    states.save(KEY, STATE)
    folder_of(tmp_path)
    assert [path.suffix for path in (tmp_path / "beginnings").iterdir()] == [".beginning"]


def test_a_model_is_hashed_again_when_it_changes(tmp_path: Path) -> None:
    model = tmp_path / "a.gguf"
    model.write_bytes(b"one")
    first = digest_of(model, tmp_path / "beginnings")
    assert digest_of(model, tmp_path / "beginnings") == first
    model.write_bytes(b"another")
    assert digest_of(model, tmp_path / "beginnings") != first
    (tmp_path / "beginnings" / "model.json").write_text("nonsense")
    assert len(digest_of(model, tmp_path / "beginnings")) == 64

"""How a model answers a class on this machine: measured with real children, kept, read again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.errors import Unavailable
from appliance.inference import tuned
from appliance.inference.local import Tuning
from appliance.inference.measuring import LEAST_LESSONS, MOST_LESSONS, measure, steps, trial
from appliance.inference.model_list import ModelFile
from appliance.inference.tuned import Tuned, keep, tuned_for
from tests.made_models import MadeModel

MODEL = ModelFile("small", "small.gguf", "a" * 64, 4, "chat")
FOUND = Tuned(Tuning(slots=16, threads=2), 500.0, 50.0, "2026-01-01T00:00:00+00:00")


async def test_a_real_model_is_measured_and_every_child_is_gone(tiny_model: MadeModel) -> None:
    said: list[str] = []
    found = await measure(tiny_model.path, "tiny", 2, said.append, budget=8.0)
    assert found.reading > 0 and found.writing > 0 and found.tuning.slots >= 4
    assert said[0] == f"1 of at most {len(steps(2))}: 16 answers at once"
    assert said[-2] == "The best of them once more"
    assert 0 < found.seconds(30) < 120


async def test_both_kinds_of_memory_are_tried_and_no_setting_twice(tiny_model: MadeModel) -> None:
    said: list[str] = []
    await measure(tiny_model.path, "tiny", 2, said.append, budget=60.0)
    tried = [line.partition(": ")[2] for line in said if " of at most " in line]
    shared, own = "one shared memory", "a memory of its own for each"
    assert tried[:3] == ["16 answers at once", shared, "30 answers at once"]
    # With so many slots, or so few, at most one kind is left that was not tried with them.
    assert len(tried) < len(steps(2)) and tried[3:].count(shared) + tried[3:].count(own) < 2


async def test_a_class_is_measured_while_several_lessons_are_remembered(tiny_model: MadeModel) -> None:
    first = await trial(tiny_model.path, "tiny", Tuning(slots=2), lessons=0)
    assert first is not None and LEAST_LESSONS <= first.lessons <= MOST_LESSONS
    again = await trial(tiny_model.path, "tiny", Tuning(slots=2, unified=False, flash=False), lessons=3)
    assert again is not None and again.lessons == 3


def test_one_thread_fewer_is_no_step_where_it_were_half_of_them() -> None:
    named = {cores: [step.what for step in steps(cores)] for cores in (1, 2, 4)}
    assert ["one thread fewer" in names for names in named.values()] == [False, False, True]


async def test_the_operators_own_number_of_answers_is_held_to(tiny_model: MadeModel) -> None:
    found = await measure(tiny_model.path, "tiny", 1, lambda line: None, budget=0.1, most_slots=3)
    assert found.tuning.slots == 3


async def test_a_file_that_is_no_model_ends_in_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"GGUF" + b"\x00" * 64)
    with pytest.raises(Unavailable) as refused:
        await measure(bad, "bad", 1, lambda line: None, budget=0.1)
    assert refused.value.code == "not_measured"


def test_what_was_measured_is_found_again_for_this_file_on_this_machine_only(tmp_path: Path) -> None:
    keep(tmp_path, MODEL, FOUND)
    keep(tmp_path, replace(MODEL, sha256="b" * 64), replace(FOUND, writing=9.0))
    assert tuned_for(tmp_path, MODEL) == FOUND
    assert tuned_for(tmp_path, replace(MODEL, sha256="c" * 64)) is None
    assert tuned_for(tmp_path, None) is None
    rows = json.loads((tmp_path / tuned.INDEX).read_text())
    moved = {key.replace(tuned.machine(), "elsewhere"): row for key, row in rows.items()}
    (tmp_path / tuned.INDEX).write_text(json.dumps(moved))
    assert tuned_for(tmp_path, MODEL) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"tuning": {"slots": 0}},
        {"tuning": {"slots": "16"}},
        {"tuning": {"slots": 10**9}},
        {"tuning": {"threads": -1}},
        {"tuning": []},
        {"tuning": None},
        {"reading": 0},
        {"writing": "fast"},
        {"writing": float("inf")},
    ],
)
def test_a_row_that_nobody_of_ours_wrote_counts_as_none(tmp_path: Path, changed: dict[str, object]) -> None:
    keep(tmp_path, MODEL, FOUND)
    rows = json.loads((tmp_path / tuned.INDEX).read_text())
    (tmp_path / tuned.INDEX).write_text(json.dumps({key: {**row, **changed} for key, row in rows.items()}))
    found = tuned_for(tmp_path, MODEL)
    assert found is None or (changed == {"tuning": []} and found.tuning == Tuning())


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '{"a": 1}', "\x00"])
def test_a_list_that_cant_be_read_is_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / tuned.INDEX).write_text(content)
    assert tuned_for(tmp_path, MODEL) is None
    keep(tmp_path, MODEL, FOUND)
    assert tuned_for(tmp_path, MODEL) == FOUND


@pytest.mark.parametrize(
    ("reading", "writing", "says"),
    [
        (500.0, 50.0, "Answers a class of 30 within about 1.5 minutes when all ask at once, 16 at a time."),
        (5000.0, 500.0, "Answers a class of 30 within about 10 seconds when all ask at once, 16 at a time."),
    ],
)
def test_it_says_in_words_how_long_a_class_waits(reading: float, writing: float, says: str) -> None:
    assert replace(FOUND, reading=reading, writing=writing).sentence == says


def test_it_says_in_words_how_big_a_class_the_box_carries() -> None:
    assert FOUND.most_people == 45 and "Up to 45 may ask" in FOUND.size_sentence
    assert FOUND.seconds(45) <= 120 < FOUND.seconds(51)
    assert "too slow" in replace(FOUND, reading=10.0).size_sentence
    assert len(FOUND.sentences) == 2 and len(replace(FOUND, is_steady=False).sentences) == 3

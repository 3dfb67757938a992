"""In a lesson of blocks a wish for a text language is led back to the blocks, and in any other lesson it isn't."""

from pathlib import Path

import pytest

from appliance.helper.pipeline import Asker, Done
from tests.helper.conftest import Classroom

BLOCKS = """---
title: A lamp that blinks
helper_allowed_topics: [blocks, loops, lamps]
---
## Blink

In Scratch the block "forever" holds the blocks that switch the lamp on and off.
"""


@pytest.fixture
def of_blocks(room: Classroom, tmp_path: Path) -> Classroom:
    (tmp_path / "courses" / "lamps" / "lessons" / "2.md").write_text(BLOCKS)
    return room


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("can you write the blinking loop in python", "Here we build with blocks"),
        ("puedes escribir el bucle en python para mi lampara", "Aquí construimos con bloques"),
    ],
)
async def test_a_wish_for_a_text_language_is_led_back_without_a_model(
    of_blocks: Classroom, ben: Asker, message: str, said: str
) -> None:
    events = await of_blocks.events(ben, message, "paths")
    done = events[-1]
    assert isinstance(done, Done)
    assert done.answer.text.startswith(said)
    assert of_blocks.engine.asked == []


@pytest.mark.parametrize("message", ["is it good to go on with the loop?", "what is python?"])
async def test_a_word_that_only_looks_like_one_goes_to_the_model(
    of_blocks: Classroom, ben: Asker, message: str
) -> None:
    await of_blocks.answer(ben, message, "paths")
    assert len(of_blocks.engine.asked) == 1


async def test_in_a_lesson_without_blocks_the_model_answers(room: Classroom, ben: Asker) -> None:
    await room.answer(ben, "write the short circuit as code in python")
    assert len(room.engine.asked) == 1

"""A text that starts over is ended where its first copy ends; any other text comes through whole."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.inference.repetition import LONG_LOOP, LONGEST_LOOP, Repetition


def written(tokens: list[int]) -> tuple[list[int], bool]:
    """What is shown of these tokens, and whether they were taken for a loop."""
    guard, shown = Repetition(), []
    for token in tokens:
        shown += guard.push(token, token.to_bytes(2))
        if guard.is_loop:
            break
    return [int.from_bytes(raw) for raw in [*shown, *guard.rest()]], guard.is_loop


def test_a_loop_ends_with_its_first_copy() -> None:
    text = list(range(40))
    assert written([1000, 1001, *text * 5]) == ([1000, 1001, *text], True)


def test_a_short_loop_needs_more_copies_and_ends_the_same() -> None:
    assert written([7, 8, 9, *[1, 2, 3] * 40]) == ([7, 8, 9, 1, 2, 3], True)
    assert written([7, *[1] * 40]) == ([7, 1], True)


def test_a_refrain_is_no_loop() -> None:
    refrain = list(range(LONG_LOOP - 4))
    text = [*range(100, 120), *refrain, *refrain, *range(200, 230), *refrain, *range(300, 310)]
    assert written(text) == (text, False)


def test_a_whole_text_said_again_after_something_else_is_no_loop() -> None:
    text = list(range(50))
    assert written([*text, 999, *text[:49]]) == ([*text, 999, *text[:49]], False)


def test_what_is_longer_than_any_loop_passes() -> None:
    text = list(range(LONGEST_LOOP + 20)) * 2
    assert written(text) == (text, False)


@given(st.lists(st.integers(0, 5), max_size=120))
def test_nothing_is_lost_or_changed(tokens: list[int]) -> None:
    shown, is_loop = written(tokens)
    assert shown == tokens[: len(shown)]
    assert is_loop or shown == tokens

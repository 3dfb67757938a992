"""Questions that are given up free their slot at the next step; talks that are too long lose their oldest turns."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from appliance.inference.protocol import Finished, Refused
from tests.inference.desk import EXACT, FAST, Desk, desk_at
from tests.made_models import MadeModel

Opened = Callable[..., Desk]
POLICY = ("system", "You help with one lesson and never give the answer away.")


@pytest.fixture
def opened(noise_model: MadeModel) -> Iterator[Opened]:
    desks: list[Desk] = []

    def make(**more: Any) -> Desk:
        desks.append(desk_at(noise_model, **more))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()


@pytest.mark.parametrize("mode", [EXACT, FAST])
@pytest.mark.parametrize("steps", [1, 2, 8])
def test_one_step_after_a_cancel_the_next_question_has_the_slot(
    opened: Opened, mode: dict[str, bool], steps: int
) -> None:
    """Given up while its prompt is being read, at its first word and in the middle of its answer."""
    desk = opened(slots=1, **mode)
    desk.ask(1, "water light loop " * 40, max_tokens=200)
    desk.ask(2, "why", max_tokens=2)
    for _ in range(steps):
        desk.step()
    assert not desk.texts[2]
    desk.chat.scheduler.cancel(1)
    desk.step()
    assert [running.work.id for running in desk.chat.scheduler._running] == [2]
    assert desk.texts[2]
    desk.finish()
    assert isinstance(desk.ended[2], Finished) and 1 not in desk.ended


def test_a_question_cancelled_in_the_line_never_begins(opened: Opened) -> None:
    desk = opened(slots=1)
    desk.ask(1, "water", max_tokens=3)
    desk.ask(2, "light", max_tokens=3)
    desk.chat.scheduler.cancel(2)
    desk.finish()
    assert desk.texts[1] and not desk.texts[2] and 2 not in desk.ended


class Counting:
    """A template that counts how often it is asked."""

    def __init__(self, desk: Desk) -> None:
        self.times = 0
        self._render = desk.chat.template.render

    def render(self, turns: Any) -> str:
        self.times += 1
        return self._render(turns)


@pytest.mark.parametrize("turns", [1, 2, 3, 4, 31, 200, 2001])
def test_a_talk_of_any_length_is_cut_at_its_oldest_turns_and_the_policy_stays(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    """As few turns as possible are left out, and few looks are enough to find out how few."""
    desk = opened(slots=1)
    counting = Counting(desk)
    monkeypatch.setattr(type(desk.chat.template), "render", lambda _, said: counting.render(said))
    roles = ("user", "assistant") * turns
    talk = [(role, f"This is turn number {at}.") for at, role in enumerate(roles[: turns - 1])]
    desk.say(1, POLICY, *talk, ("user", "Why is it dark?"))
    desk.finish()
    ended = desk.ended[1]
    assert isinstance(ended, Finished) and ended.prompt_tokens + 12 <= 512
    longer_than_this = ended.prompt_tokens + 12 > 512 - 2 * 25
    assert longer_than_this or turns <= 31
    assert counting.times <= 2 + turns.bit_length()
    assert POLICY[1] in prompt_of(desk)
    assert "Why is it dark?" in prompt_of(desk)


def prompt_of(desk: Desk) -> str:
    kept = next(iter(desk.chat.scheduler.beginnings))
    tokens = list(memoryview(kept.key).cast("i"))[: kept.prompt]
    return b"".join(map(desk.chat.model.piece, tokens)).decode("utf-8", "replace")


def test_a_policy_that_fills_the_context_refuses_the_question_and_is_not_cut(opened: Opened) -> None:
    desk = opened(slots=1)
    desk.say(1, ("system", POLICY[1] * 60), ("user", "Why?"))
    desk.say(2, POLICY, ("user", "Why? " * 600))
    desk.say(3, POLICY, ("user", "Why? " * 600_000))
    desk.finish()
    for number in (1, 2, 3):
        ended = desk.ended[number]
        assert isinstance(ended, Refused) and ended.kind == "too_long" and "too long" in ended.message

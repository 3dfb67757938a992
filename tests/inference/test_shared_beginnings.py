"""What questions have in common is read once, whoever asks, and changes no answer."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.inference.llama import Batch
from appliance.inference.protocol import Finished, Refused
from appliance.inference.token_keys import key_of
from tests.inference.desk import EXACT, FAST, Desk, desk_at
from tests.made_models import WORDS, MadeModel

Opened = Callable[..., Desk]
CHOICE = tuple(WORDS.split())
MODES = pytest.mark.parametrize("mode", [EXACT, FAST], ids=["exact", "fast"])


def words(count: int, seed: int) -> str:
    return " ".join(random.Random(seed).choices(CHOICE, k=count))


LESSON = words(120, seed=1) + "."
QUESTIONS = [f"{LESSON} {words(4 + number, seed=number + 10)}?" for number in range(12)]


@pytest.fixture
def opened(noise_model: MadeModel) -> Iterator[Opened]:
    desks: list[Desk] = []

    def start(*given: Any, **more: Any) -> Desk:
        desk = desk_at(noise_model, *given, **more)
        desks.append(desk)
        return desk

    yield start
    for desk in desks:
        desk.close()


def tokens_read(desk: Desk) -> int:
    """Prompt tokens that went through the model."""
    ended = [end for end in desk.ended.values() if isinstance(end, Finished)]
    return sum(end.prompt_tokens - end.reused_tokens for end in ended)


def test_in_exact_mode_a_busy_batch_says_what_each_question_gets_alone(opened: Opened) -> None:
    alone = [opened(kept=0, slots=1).answer(question) for question in QUESTIONS[:6]]
    desk = opened()
    assert desk.answers(QUESTIONS[:6]) == alone
    assert desk.answers(QUESTIONS[5::-1]) == alone[::-1]
    assert len(set(alone)) > 1


@MODES
def test_a_lesson_is_read_once_even_when_twelve_wait_for_it(opened: Opened, mode: dict[str, Any]) -> None:
    desk = opened(**mode)
    desk.answers(QUESTIONS)
    lesson = len(desk.chat.model.tokenize(LESSON, special=True, begin=True))
    own = sum(len(desk.chat.model.tokenize(text, special=True, begin=True)) - lesson for text in QUESTIONS)
    assert lesson <= tokens_read(desk) <= lesson + own + 2 * len(QUESTIONS)
    assert desk.reused(0) == 0 and min(desk.reused(number) for number in range(1, 12)) >= lesson - 1


@MODES
def test_a_follow_up_reads_only_what_is_new(opened: Opened, mode: dict[str, Any]) -> None:
    desk = opened(**mode)
    first = (("system", LESSON), ("user", "Why is the lamp dark?"))
    desk.say(1, *first)
    desk.finish()
    desk.say(2, *first, ("assistant", desk.texts[1]), ("user", "And then?"))
    desk.finish()
    end = desk.ended[2]
    assert isinstance(end, Finished)
    assert end.prompt_tokens - end.reused_tokens < 40
    assert len(desk.chat.scheduler.beginnings) <= 2  # the old end of the conversation gave way to the new one


@MODES
def test_what_is_kept_gives_way_when_room_is_needed(opened: Opened, mode: dict[str, Any]) -> None:
    desk = opened(**mode, slots=2)
    for number in range(10):
        desk.ask(number, words(150, seed=100 + number), max_tokens=20)
    desk.finish()
    assert all(isinstance(end, Finished) for end in desk.ended.values())
    assert desk.chat.scheduler.memory.free >= 0


def test_a_reservation_keeps_running_answers_safe(opened: Opened) -> None:
    desk = opened(**FAST, slots=2)
    for number in range(20):
        desk.ask(number, words(60 + 5 * number % 40, seed=200 + number), max_tokens=90)
    while desk.chat.scheduler.busy:
        desk.step()
        running = desk.chat.scheduler._running
        kept = desk.chat.scheduler.memory
        assert sum(one.outstanding for one in running) <= kept.cells - kept.used + sum(
            kept.only_held_by(end.sequence) for end in desk.chat.scheduler.beginnings
        ) + sum(len(end.key) // 4 for end in desk.chat.scheduler.beginnings)
    assert len(desk.ended) == 20 and all(isinstance(end, Finished) for end in desk.ended.values())


def test_a_long_conversation_alone_on_a_small_box_still_gets_its_answer(opened: Opened) -> None:
    desk = opened(**FAST, slots=1)
    for seed in (1, 2):
        desk.ask(seed, f"{words(200, seed=5)} {words(200, seed=seed)}", max_tokens=60)
        desk.finish()
        assert isinstance(desk.ended[seed], Finished)


@MODES
def test_a_lesson_outlives_the_conversations_about_it(opened: Opened, mode: dict[str, Any]) -> None:
    desk = opened(**mode, slots=2, kept=3)
    desk.answers(QUESTIONS[:3])
    for number in range(6):
        desk.answer(words(60, seed=300 + number))
    desk.ask(99, QUESTIONS[7])
    desk.finish()
    assert desk.reused(99) > 100


@MODES
def test_a_cancelled_question_frees_its_slot_at_once(opened: Opened, mode: dict[str, Any]) -> None:
    desk = opened(**mode, slots=1)
    desk.ask(1, QUESTIONS[0], max_tokens=200)
    desk.ask(2, words(20, seed=9), max_tokens=2)
    for _ in range(6):
        desk.step()
    desk.chat.scheduler.cancel(1)
    desk.step()
    assert desk.texts[2] or 2 in desk.ended
    desk.finish()
    assert 1 not in desk.ended and isinstance(desk.ended[2], Finished)


@MODES
def test_who_reads_for_others_may_leave(opened: Opened, mode: dict[str, Any]) -> None:
    alone = opened(**EXACT, kept=0, slots=1).answer(QUESTIONS[1])
    desk = opened(**mode)
    for number, question in enumerate(QUESTIONS[:3]):
        desk.ask(number, question)
    desk.step()
    desk.chat.scheduler.cancel(0)
    desk.finish()
    assert isinstance(desk.ended[1], Finished) and isinstance(desk.ended[2], Finished)
    assert desk.reused(1) > 32
    if mode is EXACT:
        assert desk.texts[1] == alone


@MODES
def test_what_is_read_ahead_is_there_for_the_first_question(opened: Opened, mode: dict[str, Any]) -> None:
    desk = opened(**mode)
    desk.warm(("system", LESSON), ("user", ""))
    desk.warm(("system", LESSON), ("user", ""))
    desk.finish()
    assert [kept.is_lesson for kept in desk.chat.scheduler.beginnings] == [True]
    desk.say(1, ("system", LESSON), ("user", "Why?"))
    desk.finish()
    assert desk.reused(1) > 120


@MODES
def test_reading_ahead_yields_to_a_question_and_serves_those_that_want_it(
    opened: Opened, mode: dict[str, Any]
) -> None:
    desk = opened(**mode, batch=36)
    desk.warm(("system", LESSON), ("user", ""))
    desk.step()
    desk.ask(1, words(20, seed=5), max_tokens=3)
    desk.say(2, ("system", LESSON), ("user", "Why?"))
    desk.finish()
    assert isinstance(desk.ended[1], Finished)
    assert desk.reused(2) > 120


def save_one(desk: Desk) -> bool:
    """Whether there was one to save; it is on disk then."""
    begun, states = desk.chat.scheduler.tidy_up(), desk.chat.scheduler.states
    assert states is not None
    if begun and states._saving:
        states._saving.join()
    return begun


@MODES
def test_a_lesson_read_before_a_restart_is_not_read_again(
    opened: Opened, mode: dict[str, Any], tmp_path: Path
) -> None:
    before = opened(tmp_path, **mode)
    before.warm(("system", LESSON), ("user", ""))
    before.finish()
    assert save_one(before) and not save_one(before)
    before.say(1, ("system", LESSON), ("user", "Why?"))
    before.finish()
    after = opened(tmp_path, **mode)
    after.say(1, ("system", LESSON), ("user", "Why?"))
    after.finish()
    assert after.reused(1) > 120
    assert after.texts[1] == before.texts[1]


@MODES
def test_a_saved_lesson_is_taken_up_right_after_another_answer(
    opened: Opened, mode: dict[str, Any], tmp_path: Path
) -> None:
    before = opened(tmp_path, **mode)
    before.warm(("system", LESSON), ("user", ""))
    before.finish()
    save_one(before)
    after = opened(tmp_path, **mode)
    after.answer(words(40, seed=8))
    after.say(99, ("system", LESSON), ("user", "Why?"))
    after.finish()
    assert after.reused(99) > 120


def test_a_conversation_is_forgotten_after_its_hour_and_a_lesson_is_not(opened: Opened) -> None:
    desk = opened()
    scheduler = desk.chat.scheduler
    desk.warm(("system", LESSON), ("user", ""))
    desk.say(1, ("system", LESSON), ("user", "Why?"))
    desk.finish()
    scheduler.tidy_up()
    assert sorted(kept.is_lesson for kept in scheduler.beginnings) == [False, True]
    now = scheduler.clock()
    scheduler.clock = lambda: now + 3700
    scheduler.tidy_up()
    assert [kept.is_lesson for kept in scheduler.beginnings] == [True]


def test_a_slow_machine_reads_less_in_a_step(opened: Opened) -> None:
    desk = opened(slots=1)
    scheduler = desk.chat.scheduler
    ticks = iter(range(1000))
    scheduler.clock = lambda: next(ticks) * 10.0  # a step takes ten seconds
    desk.ask(1, LESSON)
    sizes = []
    while not desk.texts[1] and 1 not in desk.ended:
        desk.step()
        sizes.append(scheduler._batch.raw.n_tokens)
    assert sizes[0] == 96 and sizes[-1] < 60


def test_what_another_layout_computed_is_not_used(opened: Opened, tmp_path: Path) -> None:
    before = opened(tmp_path, **EXACT)
    before.warm(("system", LESSON), ("user", ""))
    before.finish()
    save_one(before)
    assert list(tmp_path.glob("*.beginning"))
    after = opened(tmp_path, **FAST)
    after.say(1, ("system", LESSON), ("user", "Why?"))
    after.finish()
    assert after.reused(1) == 0
    assert not list(tmp_path.glob("*.beginning"))


def test_a_conversation_that_is_too_long_loses_its_oldest_turns_and_never_the_rules(opened: Opened) -> None:
    desk = opened(slots=1)
    turns = [(role, words(50, seed=number)) for number, role in enumerate(("user", "assistant") * 8)]
    desk.say(1, ("system", LESSON), *turns, ("user", "Why is it dark?"))
    desk.finish()
    end = desk.ended[1]
    assert isinstance(end, Finished) and end.prompt_tokens + 12 <= 512
    rules = desk.chat.model.tokenize(f"<|im_start|>system\n{LESSON}<|im_end|>", special=True, begin=True)
    kept = next(iter(desk.chat.scheduler.beginnings))
    assert list(memoryview(kept.key).cast("i"))[: len(rules)] == rules
    desk.say(2, ("system", LESSON * 5), ("user", "Why?"))
    desk.finish()
    assert isinstance(desk.ended[2], Refused) and desk.ended[2].kind == "too_long"


def canary(desk: Desk, count: int, seed: int) -> None:
    """Conversations in all stages at once, some given up, each with rules of its own."""
    chance = random.Random(seed)
    waiting = list(range(count))
    while waiting or desk.chat.scheduler.busy:
        for _ in range(chance.randrange(4)):
            if waiting and len(desk.chat.scheduler._waiting) < 40:
                number = waiting.pop(0)
                desk.ask(number, CANARIES[number % len(CANARIES)], max_tokens=6)
        if chance.random() < 0.05:
            desk.chat.scheduler.cancel(chance.randrange(count))
        desk.step()


CANARIES = [f"{words(30 + number % 3 * 20, seed=number % 5)} {words(3, seed=number)}" for number in range(60)]


def test_no_conversation_influences_another(opened: Opened) -> None:
    """Five hundred at once, in exact mode: every answer is the one that the question gets alone."""
    single = opened(kept=0, slots=1)
    alone = [single.answer(text, max_tokens=6) for text in CANARIES]
    desk = opened(slots=6, kept=5)
    canary(desk, 500, seed=4)
    wrong = [
        number
        for number, end in desk.ended.items()
        if isinstance(end, Finished) and desk.texts[number] != alone[number % len(CANARIES)]
    ]
    assert not wrong
    assert sum(isinstance(end, Finished) for end in desk.ended.values()) > 400
    assert not desk.chat.scheduler._running and len(desk.chat.scheduler._free) == 6


def forced(desk: Desk, prompt: str, follow: str) -> list[list[float]]:
    """The logits at each place of `follow` after `prompt`, read as a follow-up of what the desk has kept."""
    scheduler, model = desk.chat.scheduler, desk.chat.model
    tokens = model.tokenize(prompt + follow, special=True, begin=True)
    sequence = scheduler._free[0]
    donor, known = scheduler.beginnings.best(key_of(tokens))
    known = min(known, len(model.tokenize(prompt, special=True, begin=True)) - 1)
    if donor and known:
        scheduler.memory.share(donor.sequence, sequence, known)
    found = []
    for at in range(known, len(tokens)):
        batch = Batch(4)
        place = batch.add(tokens[at : at + 1], at, sequence, wants="last")
        scheduler.context.run(batch)
        found.append(scheduler.context.logits(place))
    scheduler.memory.drop(sequence)
    return found[-16:]


def test_in_fast_mode_the_numbers_stay_close_to_the_exact_ones(opened: Opened) -> None:
    follow = f" {words(20, seed=77)}"
    exact = forced(opened(**EXACT, kept=0), QUESTIONS[0], follow)
    desk = opened(**FAST)
    desk.answers(QUESTIONS)
    fast = forced(desk, QUESTIONS[0], follow)
    assert len(exact) == len(fast) == 16
    pairs = [pair for here, there in zip(exact, fast, strict=True) for pair in zip(here, there, strict=True)]
    apart = [abs(one - other) for one, other in pairs if one > -100]  # lower are tokens that are never said
    assert 0 < max(apart) <= 0.1

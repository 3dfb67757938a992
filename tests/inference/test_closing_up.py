"""In exact mode answers that end leave no gap between the sequences of a step, and nobody's words change by it."""

import pytest

from tests.inference.desk import Desk, desk_at
from tests.made_models import WORDS, MadeModel

CHOICE = WORDS.split()
QUESTIONS = [" ".join(CHOICE[number : number + 6 + number]) + "?" for number in range(8)]
LENGTHS = [3, 17, 5, 30, 9, 2, 24, 12]


@pytest.fixture
def desk(noise_model: MadeModel) -> Desk:
    return desk_at(noise_model, slots=8, kept=4)


def sequences(desk: Desk) -> list[int]:
    running = desk.chat.scheduler._running
    return sorted(each.sequence for each in running if each.sampler)


def test_sequences_stay_side_by_side_while_answers_end_one_by_one(noise_model: MadeModel, desk: Desk) -> None:
    alone = [
        desk_at(noise_model, slots=1, kept=0).answer(question, length)
        for question, length in zip(QUESTIONS, LENGTHS, strict=True)
    ]
    for number, (question, length) in enumerate(zip(QUESTIONS, LENGTHS, strict=True)):
        desk.ask(number, question, length)
    while desk.chat.scheduler.busy:
        desk.step()
        held = sequences(desk)
        assert held == list(range(len(held)))
    assert [desk.texts[number] for number in range(len(QUESTIONS))] == alone


def test_a_cancelled_answer_leaves_no_gap_and_changes_no_other(noise_model: MadeModel, desk: Desk) -> None:
    alone = desk_at(noise_model, slots=1, kept=0).answer(QUESTIONS[7], 20)
    for number, question in enumerate(QUESTIONS):
        desk.ask(number, question, 20)
    for _ in range(12):
        desk.step()
    desk.chat.scheduler.cancel(2)
    desk.chat.scheduler.cancel(0)
    assert sequences(desk) == list(range(6))
    desk.finish()
    assert desk.texts[7] == alone

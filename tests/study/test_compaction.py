"""The beginning of a long chat in short: the reference's constants, decisions and golden run."""

from appliance.study.compaction import (
    RECENT_TURNS,
    Said,
    Summary,
    as_text,
    compacted,
    decide,
    from_text,
    memory_text,
    terms_of,
)

QUESTION = "how to prove limit with epsilon delta"


def said(number: int, text: str, is_cited: bool = False) -> Said:
    return Said(number + 1, number % 2 == 0, text, 1000 + number, is_cited)


def golden_turns(count: int = 36) -> list[Said]:
    return [
        said(number, f"I am stuck on limit proof step {number}?")
        if number % 2 == 0
        else said(number, f"Therefore use epsilon-delta reasoning at step {number}.")
        for number in range(count)
    ]


def test_the_golden_run() -> None:
    turns = golden_turns()
    summary = compacted(Summary(), turns[:-RECENT_TURNS], QUESTION)
    assert summary.turns == 24
    assert summary.through_id == turns[23].id
    assert (summary.terms[0].term, summary.terms[0].weight) == ("step", 18)
    assert summary.questions == tuple(
        f"I am stuck on limit proof step {number}?" for number in range(8, 23, 2)
    )


def test_few_messages_are_left_alone() -> None:
    assert decide(golden_turns(29), QUESTION, Summary()).reason == "below_trigger"


def test_nothing_is_done_again_before_six_new_turns() -> None:
    decision = decide(golden_turns(), QUESTION, Summary(through_id=19))
    assert (decision.compacts, decision.reason) == (False, "no_new_turns")


def test_forty_short_messages_are_no_pressure() -> None:
    short = [said(number, "abcdef") for number in range(40)]
    decision = decide(short, "abc", Summary())
    assert (decision.reason, len(decision.candidates)) == ("low_context_pressure", 28)
    assert round(decision.ratio, 3) == 0.006


def test_long_messages_are_pressure() -> None:
    long = [said(number, "word " * 240) for number in range(30)]
    decision = decide(long, QUESTION, Summary())
    assert (decision.compacts, decision.reason) == (True, "token_pressure")


def test_sixty_messages_are_enough() -> None:
    decision = decide(golden_turns(60), QUESTION, Summary())
    assert (decision.compacts, decision.reason) == (True, "message_count_trigger")


def test_a_second_run_adds_to_the_first() -> None:
    turns = golden_turns(48)
    first = compacted(Summary(), turns[:24], QUESTION)
    second = compacted(first, turns[24:36], QUESTION)
    assert (second.turns, second.through_id) == (36, turns[35].id)
    assert second.terms[0].weight == 18 + 12
    assert len(second.questions) == 8
    assert second.questions[-1].endswith("step 34?")


def test_small_words_tell_nothing_and_formulas_stay() -> None:
    assert terms_of("What is F=ma? a 12 help! don't") == {"help", "don", "f=ma"}
    assert terms_of("the pH of it") == {"ph"}


def test_a_question_that_became_clear_is_closed() -> None:
    talk = [
        said(0, "Why does the lamp glow?"),
        said(1, "It is closed."),
        said(2, "And what is a short circuit?"),
        said(3, "Bare wire."),
        said(4, "Ah, got it, thanks"),
        said(5, "Good."),
    ]
    assert compacted(Summary(), talk, "next").questions == ("Why does the lamp glow?",)


def test_a_need_is_not_told_twice() -> None:
    talk = [said(0, "I am stuck?"), said(1, "Where?"), said(2, "I am confused by wires"), said(3, "See.")]
    summary = compacted(Summary(), talk, "next")
    assert (summary.questions, summary.needs) == (("I am stuck?",), ("I am confused by wires",))


def test_long_lines_are_cut() -> None:
    summary = compacted(Summary(), [said(0, "Why " * 100 + "?"), said(1, "So.")], "next")
    assert (len(summary.questions[0]), summary.questions[0][-3:]) == (160, "...")


def test_the_memory_text_names_every_block_and_whom_to_trust() -> None:
    text = memory_text(compacted(Summary(), golden_turns()[:24], QUESTION))
    lines = text.splitlines()
    assert [line.split(":")[0] for line in lines[1:-1]] == [
        "Timeline highlights",
        "Key terms",
        "Resolved points",
        "Open questions",
    ]
    assert lines[-1] == "Where this and the recent turns disagree, trust the recent turns."
    assert " | " in lines[1]
    assert memory_text(Summary()) == ""


def test_a_summary_survives_the_database_and_nonsense_becomes_an_empty_one() -> None:
    summary = compacted(Summary(), golden_turns()[:24], QUESTION)
    assert from_text(as_text(summary)) == summary
    for nonsense in ("", "[]", "{", '{"version": 9}', '{"version": 1}', "null"):
        assert from_text(nonsense) == Summary()

"""Texts that programs send: sources, headings and passages found, whatever it looks like."""

import pytest

from appliance.study.sources import SourcePassage
from appliance.study.texts import TextPassage, parts_of_text, passages_of_text, sample
from tests.study.conftest import CELLS, LEAVES, ROOTS


def labels(passages: list[SourcePassage]) -> list[str]:
    return [passage.label for passage in passages if isinstance(passage, TextPassage)]


def test_named_sources_keep_their_name_title_and_page() -> None:
    text = f"Source 4 | Plants | page 12\r\n{CELLS}\r\n\r\n---\r\n\r\nSource 9 | Trees | slide 3\r\n{ROOTS}"
    cells, trees = passages_of_text(text, "Biology")
    assert (cells.title, cells.page, trees.title, trees.page) == ("Plants", 12, "Trees", 3)
    assert labels([cells, trees]) == ["Source 4", "Source 9"]
    assert cells.place != trees.place


def test_a_text_without_names_has_the_title_it_is_given_and_its_headings() -> None:
    text = f"# What cells are\n{CELLS}\n\nLeaves\n\n{LEAVES}"
    cells, leaves = passages_of_text(text, "Biology")
    assert (cells.title, cells.heading, leaves.heading, cells.page) == (
        "Biology",
        "What cells are",
        "Leaves",
        None,
    )
    assert labels([cells, leaves]) == ["Source 1", "Source 1"]
    assert [part[0].heading for part in parts_of_text([cells, leaves])] == ["What cells are", "Leaves"]


def test_markup_is_left_out() -> None:
    [passage] = passages_of_text(
        "**Every cell** has a [thin](http://x.example) membrane\x00 around it.", "Cells"
    )
    assert passage.body == "Every cell has a thin membrane around it."


def test_a_long_text_without_headings_is_cut_into_a_few_parts() -> None:
    parts = parts_of_text(passages_of_text("\n\n".join([CELLS, LEAVES, ROOTS] * 40), "Plants"))
    sizes = [sum(len(passage.body) for passage in part) for part in parts]
    assert len(parts) == 6 and max(sizes) < 2 * min(sizes)


def test_many_sources_make_no_more_topics_than_a_course_has() -> None:
    text = "\n\n---\n\n".join(f"Source {n} | Paper {n} | page 1\n{CELLS}" for n in range(1, 40))
    passages = passages_of_text(text, "Plants")
    parts = parts_of_text(passages)
    assert len(parts) == 12
    assert [passage for part in parts for passage in part] == passages


def test_a_sample_is_from_all_of_it() -> None:
    text = "\n\n".join(
        f"# Part {n}\nThe wire number {n} has a length of {n + 2} metres of copper." for n in range(400)
    )
    passages = passages_of_text(text, "Wires")
    taken = sample(passages, 100)
    assert len(taken) == 100 and taken[0] is passages[0] and taken[-1].heading == "Part 396"
    assert sample(passages, 1000) == passages


@pytest.mark.parametrize(
    "text", ["", "\n" * 200_000, "\n \t" * 60_000, "\x00" * 1000, "---", "\n\n---\n" * 1000, "# \n" * 1000, "> " * 9999]
)  # fmt: skip
def test_a_text_that_says_nothing_has_no_passages(text: str) -> None:
    assert passages_of_text(text, "Nothing") == []
    assert parts_of_text([]) == []
    assert sample([], 10) == []

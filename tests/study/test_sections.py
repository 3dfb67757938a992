"""Material cut into sections: a few of about the same length, also from a very long paper."""

import time

from appliance.study.sections import MOST_SECTIONS, sections_of
from appliance.study.sources import SourcePassage

# Measured at 0.1 s here; every pair anew for each that is joined takes 7 s.
MOST_SECONDS = 2.0


def slides(count: int) -> list[SourcePassage]:
    return [
        SourcePassage("Slides", f"Slide {number}", "word " * (number % 7), 1, number)
        for number in range(count)
    ]


def test_the_shortest_neighbours_are_joined_first_and_none_is_lost() -> None:
    passages = slides(40)
    sections = sections_of(passages)
    assert len(sections) == MOST_SECTIONS
    assert [passage for section in sections for passage in section] == passages


def test_a_lesson_stays_one_section_and_papers_are_not_mixed() -> None:
    lesson = SourcePassage("Lesson", "One", "word")
    other = SourcePassage("Other", "One", "word", 2, 1)
    sections = sections_of([*slides(30), other, lesson])
    assert sections[-2:] == [(other,), (lesson,)]
    assert {passage.title for section in sections[:-2] for passage in section} == {"Slides"}


def test_thousands_of_headings_are_cut_within_moments() -> None:
    began = time.process_time()
    assert len(sections_of(slides(3000))) == MOST_SECTIONS
    assert time.process_time() - began < MOST_SECONDS

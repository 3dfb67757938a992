"""Passages: plain words of a size that can be searched and quoted, each with the way back to its heading."""

from collections.abc import Callable
from pathlib import Path

from appliance.library.chunks import MOST_CHARACTERS, MOST_PASSAGES, Chunk, passages_of, passages_of_reference
from appliance.library.courses import Shelf
from appliance.library.rendering import render_lesson

WriteCourse = Callable[..., Path]


def passages(write_course: WriteCourse, text: str) -> list[Chunk]:
    folder = write_course(**{"lessons/wind.md": text})
    return passages_of(Shelf([folder.parent]).lesson("kites", "wind"))


def test_every_anchor_is_on_the_page(shipped: Shelf) -> None:
    for course in shipped.courses():
        for lesson in shipped.lessons(course.slug):
            ids = {heading.id for heading in render_lesson(lesson, "/assets").headings} | {
                "",
                "h-quick-fixes",
            }
            found = passages_of(lesson)
            assert {chunk.anchor for chunk in found} <= ids
            assert [chunk.position for chunk in found] == list(range(len(found)))


def test_no_passage_is_too_short_or_too_long(shipped: Shelf, older_packs: Shelf) -> None:
    for shelf in (shipped, older_packs):
        for course in shelf.courses():
            for lesson in shelf.lessons(course.slug):
                assert all(24 <= len(chunk.body) <= MOST_CHARACTERS + 2 for chunk in passages_of(lesson))


def test_a_teachers_section_is_in_no_passage(older_packs: Shelf, shipped: Shelf) -> None:
    lesson = older_packs.lesson("window_garden_3", "s01-plant-and-save")
    assert not [chunk for chunk in passages_of(lesson) if "SECRET" in chunk.body]
    course = shipped.courses()[0]
    for shipped_lesson in shipped.lessons(course.slug):
        assert not [chunk for chunk in passages_of(shipped_lesson) if chunk.heading == "Teacher notes"]


def test_formulas_pictures_and_tables_become_words(write_course: WriteCourse) -> None:
    text = (
        "## Lift\n\nHere $I = \\frac{V - 1}{R}$ holds.\n\n![A **red** kite](../assets/a.svg)\n\n"
        "| wind | kite |\n|---|---|\n| strong | $5\\,\\Omega$ |\n\n$$F = m \\times a$$\n"
    )
    bodies = [chunk.body for chunk in passages(write_course, text)]
    assert bodies == ["Here I = (V - 1)/R holds. A red kite. wind, kite. strong, 5 Ω F = m × a"]


def test_long_text_is_cut_where_sentences_end(write_course: WriteCourse) -> None:
    found = passages(write_course, "The wind blows the kite up into the sky. " * 40)
    assert len(found) > 3
    assert all(chunk.body.endswith("sky.") and chunk.body.startswith("The wind") for chunk in found)


def test_a_sentence_without_end_is_cut_between_words(write_course: WriteCourse) -> None:
    found = passages(write_course, "wind " * 300 + "x" * 1000)
    assert max(len(chunk.body) for chunk in found) <= MOST_CHARACTERS


def test_quick_fixes_are_passages_of_their_own(write_course: WriteCourse) -> None:
    front = "---\nhelp:\n  quick_fixes:\n    - Still on the ground? Wait for wind.\n---\n"
    found = passages(write_course, f"{front}Up it goes, into the clouds.")
    assert [(chunk.heading, chunk.anchor) for chunk in found] == [
        ("Wind", ""),
        ("Quick fixes", "h-quick-fixes"),
    ]


def test_a_flood_of_text_does_not_fill_the_index() -> None:
    assert (
        len(passages_of_reference("## A\n\nThe wind blows and blows and blows.\n\n" * 20_000))
        == MOST_PASSAGES
    )

"""What is wrong with a course is said in one sentence, and never takes another course down."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import NotFound, Unavailable
from appliance.library.courses import Shelf, problems_of, reference_text

WriteCourse = Callable[..., Path]
LESSON = "lessons/wind.md"


def sentence(folder: Path) -> str:
    problems = problems_of(folder)
    assert len(problems) == 1
    assert problems[0].slug == folder.name
    return problems[0].sentence


def test_a_colon_without_quotes_is_told_with_file_line_and_remedy(write_course: WriteCourse) -> None:
    folder = write_course(**{LESSON: "---\nslug: wind\ntitle: Wind: the basics\n---\nHello"})
    assert sentence(folder) == (
        "kites/lessons/wind.md, line 3: the text after 'title:' has a colon in it. Put the text in double quotes."
    )


def test_a_colon_in_the_manifest_is_told_with_its_own_line(write_course: WriteCourse) -> None:
    folder = write_course(manifest="slug: kites\ntitle: Kites: up and away\n")
    assert sentence(folder).startswith(
        "kites/course.yaml, line 2: the text after 'title:' has a colon in it."
    )


@pytest.mark.parametrize(
    ("front", "remedy"),
    [
        ("title: `Wind`", "line 2: the text after 'title:' begins with a special sign"),
        ("needs:\n\t- kite", "line 3: the line begins with a tab"),
        ('title: "Wind', "Check quotes"),
        ("- a\n- b", "line 2: write settings as 'name: value' lines."),
        ("opens_on: next Monday", "'opens_on' has to be a date like 2026-09-01, not 'next Monday'."),
        ("release_date: 2026-02-30", "has to be a date like 2026-09-01"),
        ("title: &wind Wind\nmakes: *wind", "line 2: a value begins with '&' or '*'"),
        ("title: " + "[" * 200, "lists inside lists"),
        ("needs: " + "[" * 20 + "]" * 20, "lists inside lists"),
        ("title: a\x07b", "Type that line again"),
    ],
)
def test_each_fault_in_front_matter_has_its_sentence(
    write_course: WriteCourse, front: str, remedy: str
) -> None:
    assert remedy in sentence(write_course(**{LESSON: f"---\n{front}\n---\nHello"}))


def test_a_yaml_bomb_is_refused_before_it_goes_off(write_course: WriteCourse) -> None:
    rows = ["a: &a [x, x]"] + [
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(20)
    ]
    assert "double quotes" in sentence(write_course(manifest="\n".join(rows)))


def test_front_matter_that_never_ends_is_told(write_course: WriteCourse) -> None:
    assert "need a line with '---' after them" in sentence(write_course(**{LESSON: "---\ntitle: Wind\n"}))


def test_odd_values_stay_as_they_were_typed(write_course: WriteCourse) -> None:
    front = "---\ntitle: Yes\nmakes: 1.50\nneeds: 2026-01-01\nduration_minutes: many\nchecklist: 7\nhelp: none\n---\n"
    folder = write_course(**{LESSON: front})
    lesson = Shelf([folder.parent]).lesson("kites", "wind")
    assert (lesson.title, lesson.makes, lesson.needs) == ("Yes", "1.50", ("2026-01-01",))
    assert lesson.duration_minutes is None and lesson.quick_fixes == ()


@pytest.mark.parametrize("text", [b"Caf\xe9", b"\xff\xfeH\x00i\x00"])
def test_a_lesson_that_is_not_utf8_is_told(write_course: WriteCourse, text: bytes) -> None:
    assert sentence(write_course(**{LESSON: text})).endswith("isn't UTF-8 text. Save it again as UTF-8.")


def test_a_lesson_of_more_than_a_megabyte_is_refused(write_course: WriteCourse) -> None:
    assert "larger than 1024 kB" in sentence(write_course(**{LESSON: b"x" * (1024 * 1024 + 1)}))


@pytest.mark.parametrize(
    "file", ["../../outside.md", "/etc/passwd", "..", "lessons/../../../x.md", "a\0b.md"]
)
def test_a_lesson_file_may_not_lie_outside_the_courses(write_course: WriteCourse, file: str) -> None:
    text = file.replace("\0", "\\0")
    folder = write_course(manifest=f'title: Kites\nlessons:\n  - slug: wind\n    file: "{text}"\n')
    assert "lies outside the courses folder" in sentence(folder)


def test_a_lesson_file_may_lie_in_a_sibling_course(write_course: WriteCourse) -> None:
    write_course("shared", **{"lessons/common.md": "From next door."})
    folder = write_course(manifest="lessons:\n  - slug: wind\n    file: ../shared/lessons/common.md\n")
    assert Shelf([folder.parent]).lesson("kites", "wind").body_student == "From next door."


def test_links_are_not_followed(write_course: WriteCourse, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    folder = write_course()
    (folder / LESSON).unlink()
    (folder / LESSON).symlink_to(tmp_path / "secret.md")
    assert "'wind.md' is a link" in sentence(folder)
    with pytest.raises(Unavailable):
        Shelf([folder.parent]).lesson("kites", "wind")


def test_a_course_folder_that_is_a_link_is_told(write_course: WriteCourse, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "linked").symlink_to(write_course())
    shelf = Shelf([tmp_path / "other"])
    assert shelf.courses() == []
    assert "'linked' is a link" in shelf.problems()[0].sentence


def test_a_pipe_in_place_of_a_lesson_does_not_hang_the_box(write_course: WriteCourse) -> None:
    folder = write_course()
    (folder / LESSON).unlink()
    os.mkfifo(folder / LESSON)
    assert "isn't a file" in sentence(folder)


def test_a_broken_course_leaves_the_others_on_the_shelf(write_course: WriteCourse) -> None:
    write_course("good")
    folder = write_course("bad", manifest="title: [")
    shelf = Shelf([folder.parent])
    assert [course.slug for course in shelf.courses()] == ["good"]
    assert [problem.slug for problem in shelf.problems()] == ["bad"]
    with pytest.raises(NotFound):
        shelf.course("bad")


def test_a_broken_lesson_leaves_the_others_open(write_course: WriteCourse) -> None:
    manifest = "lessons:\n  - {slug: wind, file: lessons/wind.md}\n  - {slug: rain, file: lessons/rain.md}\n"
    folder = write_course(manifest=manifest)
    shelf = Shelf([folder.parent])
    assert shelf.lesson("kites", "wind").next == "rain"
    assert [entry.slug for entry in shelf.course("kites").lessons] == ["wind", "rain"]
    with pytest.raises(Unavailable, match="needs a repair"):
        shelf.lesson("kites", "rain")
    assert shelf.problems()[0].sentence == "kites/lessons/rain.md is missing."


def test_a_file_name_that_no_disk_can_hold_leaves_the_others_on_the_shelf(write_course: WriteCourse) -> None:
    write_course("good")
    folder = write_course("bad", manifest=f"lessons:\n  - {{slug: wind, file: {'w' * 300}.md}}\n")
    shelf = Shelf([folder.parent])
    assert [course.slug for course in shelf.courses()] == ["bad", "good"]
    assert "can't be opened" in shelf.problems()[0].sentence


def test_slugs_that_are_missing_odd_or_doubled_are_told(write_course: WriteCourse) -> None:
    entries = ["{slug: wind, file: lessons/wind.md}", "{slug: wind}", "{title: Rain}", "{slug: ../x}"]
    manifest = "lessons:\n" + "".join(f"  - {entry}\n" for entry in entries)
    sentences = [problem.sentence for problem in problems_of(write_course(manifest=manifest))]
    assert [text.split(": ", 1)[1][:35] for text in sentences] == [
        "two lessons have the slug 'wind'. G",
        "lesson 3 needs a 'slug' of letters,",
        "lesson 4 needs a 'slug' of letters,",
    ]


def test_what_is_not_there_is_not_found(write_course: WriteCourse) -> None:
    shelf = Shelf([write_course().parent, Path("/nowhere")])
    for course, lesson in (("kites", "rain"), ("sails", "wind"), ("../kites", "wind"), ("kites", "../wind")):
        with pytest.raises(NotFound):
            shelf.lesson(course, lesson)


def test_an_edit_is_seen_at_once(write_course: WriteCourse) -> None:
    folder = write_course()
    shelf = Shelf([folder.parent])
    assert shelf.lesson("kites", "wind").body_student == "Hello wind.\n".strip()
    (folder / LESSON).write_text("---\ntitle: Storm\n---\nHello storm, much longer.\n")
    assert shelf.lesson("kites", "wind").body_student == "Hello storm, much longer."
    assert shelf.course("kites").lessons[0].title == "Storm"


def test_an_unchanged_lesson_is_not_read_twice(write_course: WriteCourse) -> None:
    shelf = Shelf([write_course().parent])
    assert shelf.lesson("kites", "wind") is shelf.lesson("kites", "wind")


def test_a_course_of_the_schools_own_wins_over_the_shipped_one(
    write_course: WriteCourse, tmp_path: Path
) -> None:
    shipped = write_course(manifest="title: Shipped")
    own = tmp_path / "own" / "kites"
    own.mkdir(parents=True)
    (own / "course.yaml").write_text("title: Our own")
    assert [course.title for course in Shelf([own.parent, shipped.parent]).courses()] == ["Our own"]


def test_a_checklist_keeps_its_keys_when_it_is_reordered(write_course: WriteCourse) -> None:
    def keys(items: str) -> dict[str, str]:
        folder = write_course(**{LESSON: f"---\nchecklist: {{title: Go, items: [{items}]}}\n---\n"})
        checklist = Shelf([folder.parent]).lesson("kites", "wind").checklist
        assert checklist is not None
        return {item.text: item.key for item in checklist.items}

    before = keys("Fold it, Fly it, Fly  it")
    after = keys("Land it, Fly it, Fold it")
    assert before["Fold it"] == after["Fold it"] and before["Fly it"] == after["Fly it"]
    assert len(set(before.values())) == 3 and all(len(key) == 12 for key in before.values())


def test_a_reference_that_cannot_be_read_is_told_and_its_lesson_stays(write_course: WriteCourse) -> None:
    manifest = "helper_reference: facts\nlessons:\n  - {slug: wind, file: lessons/wind.md}\n"
    folder = write_course(manifest=manifest, **{"references/facts.md": b"\xff"})
    assert "facts.md isn't UTF-8" in sentence(folder)
    shelf = Shelf([folder.parent])
    assert shelf.lesson("kites", "wind").slug == "wind"
    assert reference_text(shelf.course("kites"), "none") == ""

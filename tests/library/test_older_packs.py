"""Course packs in the older format load as they are."""

from datetime import date

import pytest

from appliance.library.courses import Shelf, problems_of, reference_text
from appliance.library.lessons import Lesson
from appliance.library.rendering import render_lesson
from appliance.library.sections import intro_only, is_teacher_heading, split_for_audiences

GARDEN = "window_garden_3"


@pytest.fixture
def planting(older_packs: Shelf) -> Lesson:
    return older_packs.lesson(GARDEN, "s01-plant-and-save")


def test_an_older_pack_has_no_problems(older_packs: Shelf) -> None:
    assert older_packs.problems() == []
    assert problems_of(older_packs.course(GARDEN).folder) == []


def test_every_key_of_the_manifest_is_read(older_packs: Shelf) -> None:
    course = older_packs.course(GARDEN)
    assert (course.title, course.sessions) == ("Window Garden: Grow It, Film It, Code It", 3)
    assert (course.ui_level, course.program_profile, course.learner_level) == (
        "elementary",
        "elementary",
        "beginner",
    )
    assert (course.age_band, course.grade_band, course.duration_minutes) == ("3rd-5th", "3-5", 75)
    assert course.needs == ("A sunny window", "Scratch (web or app)")
    assert course.privacy == ("Plants on camera, people off camera.",)
    assert course.helper_reference == "window_garden"


def test_the_folder_names_the_course_whatever_its_lessons_say(older_packs: Shelf, planting: Lesson) -> None:
    assert planting.course_slug == GARDEN


def test_every_key_of_a_lesson_is_read(planting: Lesson) -> None:
    assert (planting.title, planting.session, planting.duration_minutes) == ("Plant It, Save It", 1, 75)
    assert planting.makes.startswith("A bean in a cup")
    assert planting.needs == ("One bean per student", "Cups and soil")
    assert planting.privacy == ("Save on this computer first; share later.",)
    assert planting.done_looks_like[0] == "You saved an `.sb3` file."
    assert planting.extend == ("Plant a second bean upside down.",)
    assert planting.teacher_panel.purpose == "First wins: everybody plants, everybody saves."
    assert planting.teacher_panel.prep == ("Soak the beans overnight.",)
    assert planting.allowed_topics == ("plant a bean", "save an .sb3")
    assert planting.helper_reference == "s01-plant-and-save"


def test_a_list_line_with_a_colon_stays_a_sentence(planting: Lesson) -> None:
    assert planting.quick_fixes[0] == "If the file is gone: look in Downloads and sort by newest."


def test_the_file_to_hand_in_may_be_a_list_or_text_with_commas(older_packs: Shelf, planting: Lesson) -> None:
    sprout = older_packs.lesson(GARDEN, "s02-animate-a-sprout")
    assert planting.submission is not None and planting.submission.accepted == (".sb3",)
    assert sprout.submission is not None and sprout.submission.accepted == (".sb3", ".png")
    assert older_packs.lesson(GARDEN, "s03-show-the-garden").submission is None


def test_videos_know_their_youtube_ids(planting: Lesson) -> None:
    assert [(video.id, video.youtube_id, video.minutes) for video in planting.videos] == [
        ("V01", "abcDEF12345", 4),
        ("V02", "zyxWVU98765", 3),
    ]


def test_dates_are_read_under_all_their_names(older_packs: Shelf) -> None:
    dates = [entry.available_on for entry in older_packs.course(GARDEN).lessons]
    assert dates == [None, date(2027, 3, 1), date(2027, 3, 8)]


def test_allowed_topics_and_notes_go_by_either_name(older_packs: Shelf) -> None:
    sprout = older_packs.lesson(GARDEN, "s02-animate-a-sprout")
    assert sprout.allowed_topics == ("costumes", "wait blocks")
    assert sprout.helper_notes == ("Ask which costume comes next before naming a block.",)


def test_a_lesson_without_front_matter_takes_the_manifests_word(older_packs: Shelf) -> None:
    last = older_packs.lesson(GARDEN, "s03-show-the-garden")
    assert (last.title, last.session, last.videos[0].id) == ("Show the garden", 3, "V03")
    assert (last.previous, last.next) == ("s02-animate-a-sprout", None)


def test_a_reference_is_found_in_the_pack_or_simply_missing(older_packs: Shelf) -> None:
    course = older_packs.course(GARDEN)
    assert "thumbnail" in reference_text(course, "s01-plant-and-save")
    assert reference_text(course, "window_garden") == ""
    assert reference_text(course, "../course") == ""


@pytest.mark.parametrize("slug", ["s01-plant-and-save", "s02-animate-a-sprout"])
def test_students_see_nothing_that_is_the_teachers(older_packs: Shelf, slug: str) -> None:
    lesson = older_packs.lesson(GARDEN, slug)
    assert "SECRET" in lesson.body_teacher
    assert "SECRET" not in lesson.body_student
    assert "SECRET" not in render_lesson(lesson, "/assets").html


def test_student_sections_with_similar_names_stay(planting: Lesson) -> None:
    titles = [heading.text for heading in render_lesson(planting, "/assets").headings]
    assert titles == ["Plant your bean", "Materials you need", "Agenda for today", "Checkpoints you pass"]


def test_a_student_hint_that_mentions_the_teacher_stays(older_packs: Shelf) -> None:
    lesson = older_packs.lesson(GARDEN, "s02-animate-a-sprout")
    assert "three costumes on it" in lesson.body_student
    assert "this is code, not a heading" in lesson.body_student


@pytest.mark.parametrize(
    "heading",
    [
        "Teacher prep",
        "teacher PANEL",
        "Teacher notes",
        "Teacher prep (before class)",
        "Teacher notes: what to watch",
        "Teacher’s notes",
        "For teachers",
        "🍎 Teacher notes",
        "**Materials**",
        "Materials:",
        "Materials (per pair)",
        "Materials for teachers",
        "Agenda [75 min]",
        "Agenda — for the teacher",
        "Checkpoints",
        "Common stuck points",
        "Common stuck points and fixes",
        "Extensions (fast finisher menu)",
        "Notes + options",
        "Notes and options",
    ],
)
def test_a_teachers_heading_is_known(heading: str) -> None:
    assert is_teacher_heading(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Materials you need",
        "Materials in space",
        "Agenda for today",
        "Checkpoints you pass",
        "Extensions",
        "Notes on colour",
        "Common stuck points in history",
        "Ask your teacher",
        "Teachers who changed the world",
        "Materials (a) and (b)",
        "",
    ],
)
def test_a_students_heading_is_left_alone(heading: str) -> None:
    assert not is_teacher_heading(heading)


@pytest.mark.parametrize(
    "markdown",
    [
        "Hi\n\nTeacher notes\n-------------\n\nSECRET",
        "Hi\n\n## Teacher notes ##\n\nSECRET",
        "Hi\n\n   ## Teacher notes\nSECRET",
        "<div>\n## Teacher notes\nSECRET\n</div>",
        "Hi\n\n<details><summary>For teachers</summary>SECRET",
        "<details><summary><b>Teacher</b> guide</summary><details>x</details>SECRET</details>Hi",
    ],
)
def test_teacher_text_is_hidden_in_every_spelling(markdown: str) -> None:
    split = split_for_audiences(markdown)
    assert "SECRET" not in split.student and "SECRET" in split.teacher


def test_a_locked_lesson_shows_what_stands_before_the_first_section() -> None:
    assert intro_only("Soon!\n\n```\n## code\n```\n\n## First\n\nText") == "Soon!\n\n```\n## code\n```"
    assert intro_only("## First\n\nText") == ""
    assert intro_only("Soon!\n\nFirst\n-----\n\nText") == "Soon!"

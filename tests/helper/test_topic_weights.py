"""The weights of the topic filter come from the courses and lines that are here, and from many subjects."""

from importlib.resources import files
from io import BytesIO

import numpy as np

from appliance.helper.elsewhere import ANYWHERE, ELSEWHERE, NAME, lines
from appliance.helper.topics import shipped
from tests.topics import material
from tests.topics.training import Judged, Line, learnt, made_from


def test_the_weights_were_learnt_from_what_is_here() -> None:
    """After a change of the courses or of what lies elsewhere: make topics."""
    assert shipped().made_from == made_from()
    assert len(shipped().of) <= 15


def test_each_line_has_its_vector() -> None:
    with np.load(BytesIO((files("appliance.helper") / NAME).read_bytes()), allow_pickle=False) as parts:
        assert len(parts["elsewhere"]) == len(lines(ELSEWHERE))
        assert len(parts["anywhere"]) == len(lines(ANYWHERE))


def test_courses_of_many_subjects_were_learnt_from() -> None:
    courses = material.materials()
    assert len(courses) >= 10
    for course in courses:
        labels = [asked.label for asked in course.questions]
        assert labels.count("on") >= 25 and labels.count("off") >= 25, course.slug
        assert set(labels) <= set(material.LABELS)


def test_no_question_that_is_learnt_from_lies_elsewhere_word_for_word() -> None:
    asked = {each.text for course in material.materials() for each in course.questions}
    assert len(asked & {*lines(ELSEWHERE), *lines(ANYWHERE)}) <= 0.02 * len(asked)


def test_weights_are_judged_on_the_course_that_was_left_out() -> None:
    chance = np.random.default_rng(3)
    rows = [
        Judged(course, Line(is_on, "1", "-", ""), {"near": float(chance.normal(4 if is_on else -4))})
        for course in "abc"
        for is_on in (True, False)
        for _ in range(40)
    ]
    told = learnt(rows)
    assert told.weights.of["near"] > 0
    assert max(told.let_through.values()) == 0 and max(told.refused.values()) <= 0.1

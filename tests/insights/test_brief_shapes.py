"""The shapes in which models hand over a brief, and the one that they are put into."""

import pytest

from appliance.insights.brief import Misconception, Recommended
from appliance.insights.brief_writing import normalised

TOPICS = {"newton's third law": "t3", "friction": "t1"}
NAMES = {"5": "Alex P.", "6": "Bo"}


def test_texts_are_trimmed_and_a_missing_one_is_empty() -> None:
    draft = normalised({"summary": "  Well\n done. ", "next_step": 7}, TOPICS, NAMES)
    assert (draft.summary, draft.strongest_action, draft.next_step) == ("Well done.", "", "")


@pytest.mark.parametrize(
    ("given", "items"),
    [
        ("One thing.", ("One thing.",)),
        ([" One. ", "", 3, None, "Two."], ("One.", "Two.")),
        (
            {"topic": "Newton's Third Law", "detail": "Students swap action and reaction"},
            ("Newton's Third Law: Students swap action and reaction",),
        ),
        ([{"topic": "Friction"}, {"detail": "Ask again"}, {}], ("Friction", "Ask again")),
        (None, ()),
    ],
)
def test_attention_items_are_texts(given: object, items: tuple[str, ...]) -> None:
    assert normalised({"attention_items": given}, TOPICS, NAMES).attention_items == items


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (
            {"topic_title": "NEWTON'S third law", "description": "d"},
            (Misconception("t3", "NEWTON'S third law", "d"),),
        ),
        ([{"topic_title": "Unheard of"}], (Misconception(None, "Unheard of", ""),)),
        (
            [{"description": "Only this"}, {}, {"topic_title": " "}, 3],
            (Misconception(None, "", "Only this"),),
        ),
    ],
)
def test_a_misconception_needs_a_title_or_a_description(given: object, found: object) -> None:
    assert normalised({"misconceptions": given}, TOPICS, NAMES).misconceptions == found


def test_a_missing_name_comes_from_the_roster() -> None:
    given = [
        {"student_id": "5", "reason": "r"},
        {"student_id": 6},
        {"student_id": "9"},
        {"reason": "nobody"},
        "x",
    ]
    assert normalised({"students_to_watch": given}, TOPICS, NAMES).students_to_watch == (
        ("5", "Alex P.", "r"),
        ("6", "Bo", ""),
        ("9", "Unknown", ""),
    )
    single = {"student_id": "5", "display_name": "Al"}
    assert normalised({"students_to_watch": single}, TOPICS, NAMES).students_to_watch == (("5", "Al", ""),)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"type": "quiz", "reason": "r"}, Recommended("quiz", "r")),
        ({"type": " quiz "}, Recommended("quiz", "")),
        ({"reason": "r"}, None),
        ("quiz", None),
        (None, None),
    ],
)
def test_an_activity_needs_a_type(given: object, found: Recommended | None) -> None:
    assert normalised({"recommended_activity": given}, TOPICS, NAMES).recommended_activity == found


@pytest.mark.parametrize("root", [[], "text", None, 3, [{"summary": "x"}]])
def test_what_is_no_object_is_no_brief(root: object) -> None:
    with pytest.raises(ValueError, match="object"):
        normalised(root, TOPICS, NAMES)

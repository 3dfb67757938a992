"""Kind replies that strict has to let through: hints, steps, citations, examples with other numbers."""

import json
from pathlib import Path

from appliance.helper.answer_key import Listed
from appliance.helper.strict import Said, Strict
from appliance.library.courses import Shelf
from tests.helper.another_class import LESSON, QUIZ
from tests.helper.conftest import MANIFEST
from tests.helper.strict_attempts import lines

CONTENT = Path(__file__).parent.parent.parent / "content" / "courses"
COURSE = "electricity-you-can-touch"
# Of another subject, with answers that stand in any sentence.
EVERYDAY = (
    ("What do fish live in?", ["water", "sand", "air", "fire"], 0),
    ("How many legs has a spider?", ["8", "6", "4", "10"], 0),
    ("Which is the colour of the sky?", ["red", "blue", "green", "black"], 1),
    ("Is the Earth flat?", ["yes", "no"], 1),
    ("What does a plant need to grow?", ["light", "noise", "sugar", "salt"], 0),
)


def of_quiz(items: tuple[tuple[str, list[str], int], ...]) -> list[Listed]:
    return [
        Listed(stem, (choices[right],), "ABCD"[right], choices=tuple(choices))
        for stem, choices, right in items
    ]


def strict_for(where: str, asked: str, shelf: Shelf) -> Strict:
    course, session = (COURSE, int(where)) if where.isdigit() else ("lamps", 1)
    listed, open_text = of_quiz(EVERYDAY if where.isdigit() else QUIZ), ""
    for lesson in shelf.lessons(course):
        is_here = lesson.session == session
        open_text = lesson.body_student if is_here else open_text
        for place, exercise in enumerate(lesson.exercises, start=1):
            form = f"{exercise.answer} {exercise.unit}".strip()
            listed.append(Listed(exercise.question, (form, *exercise.also), is_near=is_here, place=place))
    return Strict(listed, Said(asked, (), ""), open_text)


def test_kind_replies_over_our_lessons_pass(tmp_path: Path) -> None:
    (tmp_path / "lamps" / "lessons").mkdir(parents=True)
    (tmp_path / "lamps" / "course.yaml").write_text(MANIFEST.split("  - {session: 2")[0], encoding="utf-8")
    (tmp_path / "lamps" / "lessons" / "1.md").write_text(LESSON, encoding="utf-8")
    (tmp_path / "lamps" / "references").mkdir()
    (tmp_path / "lamps" / "references" / "basics.md").write_text("# Facts\n", encoding="utf-8")
    shelf = Shelf([CONTENT, tmp_path])
    rows = lines("strict_kind_later.txt")
    held = [row for row in rows if strict_for(row[0], row[1], shelf).gives_away(row[2])]
    assert len(rows) >= 150
    assert len(held) <= 0.02 * len(rows), f"{len(held)}\n" + json.dumps(held, indent=1, ensure_ascii=False)

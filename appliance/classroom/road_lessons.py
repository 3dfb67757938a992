"""The lessons that stand on a road, each course looked at once: a look at the shelf is a look at its files."""

from collections.abc import Iterable

from appliance.classroom.materials import Material, materials_of_class
from appliance.errors import NotFound, Unavailable
from appliance.library.courses import Shelf
from appliance.library.lessons import Lesson
from appliance.storage.database import Database

RoadLessons = dict[tuple[str, str], Lesson]


async def lessons_of_class(db: Database, shelf: Shelf, class_id: int) -> list[Lesson]:
    """In the order of its road, those that can be read."""
    materials = [each for each in await materials_of_class(db, class_id) if each.kind == "lesson"]
    lessons = lessons_on_road(shelf, materials)
    places = ((each.course_slug, each.lesson_slug) for each in materials)
    return [lessons[place] for place in places if place in lessons]


def lessons_on_road(shelf: Shelf, materials: Iterable[Material]) -> RoadLessons:
    """By course and lesson; one whose file is gone or broken is not in it: the others must still be there."""
    found: RoadLessons = {}
    for slug in {material.locked_by[0] for material in materials if material.locked_by}:
        try:
            lessons = shelf.lessons(slug)
        except (NotFound, Unavailable):
            continue
        found |= {(slug, lesson.slug): lesson for lesson in lessons}
    return found

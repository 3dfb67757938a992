"""`chalkbox content`: the courses on the box, and whether a course pack is in order."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from appliance.errors import NotFound
from appliance.library.courses import MANIFEST, Course, Problem, Shelf, problems_of
from appliance.operations.commands import terminal
from appliance.settings import Settings


def describe(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the courses on this box, and those that can't be read")
    validate = actions.add_parser("validate", help="check a course folder, or a folder of courses")
    validate.add_argument("path", type=Path)


def run(arguments: Namespace, settings: Settings) -> int:
    return _list(arguments, settings) if arguments.action == "list" else _validate(arguments)


def _list(arguments: Namespace, settings: Settings) -> int:
    shelf = Shelf([settings.appliance_data / "courses", settings.appliance_content])
    courses, problems = shelf.courses(), shelf.problems()
    value = {
        "courses": [_entry(course) for course in courses],
        "problems": [asdict(found) for found in problems],
    }
    rows = [(c.slug, c.title, f"{len(c.lessons)} lessons", str(c.folder)) for c in courses]
    lines = terminal.columns([("Course", "Title", "Lessons", "Folder"), *rows])
    terminal.report(arguments.json, value, lines + _sentences(problems))
    return 0


def _validate(arguments: Namespace) -> int:
    folders = _course_folders(arguments.path)
    problems = [problem for folder in folders for problem in problems_of(folder)]
    value = {"ok": not problems, "courses": len(folders), "problems": [asdict(found) for found in problems]}
    well = f"{len(folders)} {'course is' if len(folders) == 1 else 'courses are'} in order."
    terminal.report(arguments.json, value, _sentences(problems) or [well])
    return 1 if problems else 0


def _course_folders(path: Path) -> list[Path]:
    if (path / MANIFEST).is_file():
        return [path]
    inside = sorted(manifest.parent for manifest in path.glob(f"*/{MANIFEST}"))
    if not inside:
        raise NotFound(f"There is no {MANIFEST} in {path} or in a folder in it: name the folder of a course.")
    return inside


def _entry(course: Course) -> dict[str, object]:
    return {
        "slug": course.slug,
        "title": course.title,
        "language": course.language,
        "lessons": len(course.lessons),
        "folder": str(course.folder),
    }


def _sentences(problems: list[Problem]) -> list[str]:
    return [problem.sentence for problem in problems]

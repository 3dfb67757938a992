"""A student's work to take home: one zip with a page that opens without the box."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sanic import Request

from appliance.classroom.classes import Class, class_by_id
from appliance.classroom.students import Student, student_by_id
from appliance.parts import parts_of
from appliance.storage.zip_streams import Names, ZipEntry
from appliance.web.identity import person_of
from appliance.web.rendering import Pages
from appliance.web.zip_downloads import send_zip
from appliance.work.assignments import StudyLine, study_of_student
from appliance.work.held import Held, held_of_student
from appliance.work.previews import kind_of
from appliance.work.versions import Version

FOLDER_CHARACTERS = 40


@dataclass(frozen=True)
class Packed:
    """A file in the zip as the page links to it."""

    path: str
    is_picture: bool

    @property
    def link(self) -> str:
        return quote(self.path)


@dataclass(frozen=True)
class Portfolio:
    """Whose it is, and what is in it. `now` is the clock on the school's wall."""

    student: Student
    classroom: Class
    held: Held
    now: datetime
    study: tuple[StudyLine, ...] = ()

    @property
    def quizzes(self) -> list[StudyLine]:
        """Those that were finished, or that a teacher said something about."""
        return [line for line in self.study if line.is_done or line.standing.is_reviewed]

    @property
    def versions(self) -> dict[int, Version]:
        return {version.submission.id: version for work in self.held.works for version in work.versions}

    def packed(self) -> dict[int, Packed]:
        """Where each submission's file lies in the zip."""
        names, packed = Names(), {}
        for submission_id, version in self.versions.items():
            work = version.submission
            moment = datetime.fromtimestamp(work.uploaded_at, self.now.tzinfo)
            path = names.path(
                "files",
                cut(version.module_title),
                cut(version.material_title),
                f"{moment:%Y-%m-%d_%H%M%S}_{work.original_filename}",
            )
            packed[submission_id] = Packed(path, kind_of(work.original_filename) == "image")
        return packed


def cut(title: str) -> str:
    """Windows opens no path that is longer than 260 characters, the folder it was unpacked into counted in."""
    return title[:FOLDER_CHARACTERS]


async def show(request: Request) -> Any:
    parts = parts_of(request)
    student = await student_by_id(parts.db, person_of(request).id)
    school = request.app.ctx.school()
    portfolio = Portfolio(
        student,
        await class_by_id(parts.db, student.class_id),
        await held_of_student(parts.db, parts.shelf, student.id),
        datetime.fromtimestamp(parts.db.now(), ZoneInfo(school.timezone) if school else UTC),
        tuple(await study_of_student(parts.db, student.class_id, student.id)),
    )
    missing: list[str] = []
    entries = _entries(request, portfolio, missing)
    return send_zip(f"portfolio_{portfolio.now:%Y%m%d}.zip", entries, missing)


def _entries(request: Request, portfolio: Portfolio, missing: list[str]) -> Iterator[ZipEntry]:
    """The files, then the page: only then it is known which files are missing."""
    files, packed = parts_of(request).files, portfolio.packed()
    for submission_id, version in portfolio.versions.items():
        moment = datetime.fromtimestamp(version.submission.uploaded_at, portfolio.now.tzinfo)
        yield ZipEntry(packed[submission_id].path, moment, files.path(version.submission.stored_name))

    def page() -> bytes:
        pages: Pages = request.app.ctx.pages
        values = {"portfolio": portfolio, "packed": packed, "missing": set(missing)}
        return pages.render(request, "student/portfolio.html", values).encode()

    yield ZipEntry("index.html", portfolio.now, page)

"""Courses that were edited while the box runs: search finds what their pages say now."""

import logging
from collections.abc import Sequence

from appliance.errors import Refusal
from appliance.library.courses import Course
from appliance.library.index import index_course
from appliance.library.references import References
from appliance.storage import jobs
from appliance.storage.database import Database

JOB = "index_course"

log = logging.getLogger("chalkbox.library")


async def index_words(db: Database, courses: Sequence[Course], references: References) -> None:
    """The words at once; their vectors are a job's work, which is put in the line. Wake the runner afterwards."""
    for course in courses:
        try:
            await index_course(db, course, references=references)
        except Refusal as refusal:
            log.warning("index_waits course=%s code=%s", course.slug, refusal.code)
    async with db.transaction() as tx:
        for course in courses:
            await jobs.enqueue(tx, JOB, {"course": course.slug})


def changed(known: Sequence[Course], now: Sequence[Course]) -> list[Course]:
    """Those of `now` that the shelf has read anew since it gave `known`: it gives the same object otherwise."""
    return [course for course in now if not any(course is other for other in known)]

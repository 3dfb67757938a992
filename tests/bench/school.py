"""A whole school on one box: `python -m tests.bench.school --data DIR` seeds it once and measures its pages."""

import argparse
import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.auth import sessions
from appliance.inference.scripted import ScriptedEngine
from appliance.library.courses import Shelf
from appliance.operations import garbage
from appliance.operations.data_folder import prepare
from appliance.settings import Settings
from appliance.storage.database import Database
from tests.bench.machine import described
from tests.bench.seeded_school import SchoolSize, seed
from tests.bench.table import WIDTH, line, ms, percentile, spread, title
from tests.conftest import Browser, Clock, School, started
from tests.faults.serving import FIRST_LESSON

BUDGET = "8 / 40 ms"


@dataclass(frozen=True)
class Page:
    """`addresses` are asked for in turn, each by its own person."""

    name: str
    addresses: Sequence[tuple[Browser, str]]
    budget: str = ""


class RequestTimes(logging.Handler):
    """Seconds in the server, as its own log says."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and str(record.msg).startswith("request "):
            self.seconds.append(float(str(record.args[3])) / 1000)


async def measure(data: Path, size: SchoolSize, rounds: int) -> None:
    settings = replace(Settings(), appliance_data=data, appliance_models=data / "models")
    print(f"Chalkbox on {described()}")
    title(f"A school: {size.teachers} teachers, {size.classes} classes, {size.students} students")
    await seeded(settings, size)
    began = time.perf_counter()
    clock = Clock(time.time())
    async with started(settings, clock, ScriptedEngine()) as (app, url):
        line("start, with every file looked at", ms(time.perf_counter() - began))
        school = School(app, url, clock, ScriptedEngine())
        await asyncio.to_thread(app.ctx.pages.warm)
        garbage.set_aside()
        title(f"Pages, in the server, {rounds} of each")
        for page in await pages_of(school, size):
            await _measured(school, page, rounds)
        for client in school.clients:
            await client.aclose()


async def seeded(settings: Settings, size: SchoolSize) -> None:
    if settings.database.exists():
        return
    began = time.perf_counter()
    prepare(settings.appliance_data)
    db = Database(settings.database, time.time)
    await db.open(settings.appliance_data / "backups")
    try:
        shelf = Shelf([settings.appliance_content])
        await seed(db, settings.appliance_data / "uploads", shelf, size)
    finally:
        await db.close()
    line(f"seeded, {size.submissions} submissions", ms(time.perf_counter() - began))


async def pages_of(school: School, size: SchoolSize) -> list[Page]:
    students = [await _student(school, 1 + number * size.students // 20) for number in range(20)]
    teachers = [await _teacher(school, 1 + number) for number in range(size.teachers)]

    def of_class(path: str) -> list[tuple[Browser, str]]:
        """The teacher of each class at this page of it."""
        return [(teachers[number % len(teachers)], path.format(number + 1)) for number in range(size.classes)]

    def for_all(people: list[Browser], path: str) -> list[tuple[Browser, str]]:
        return [(person, path) for person in people]

    return [
        Page("class home", for_all(students, "/student"), BUDGET),
        Page("lesson", for_all(students, FIRST_LESSON), BUDGET),
        Page("feedback", for_all(students, "/student/feedback")),
        Page("my data", for_all(students, "/student/my-data")),
        Page("modules for a program", for_all(students, "/api/v1/student/modules")),
        Page("work for a program", for_all(students, "/api/v1/student/submissions")),
        Page("teacher home", for_all(teachers, "/teach")),
        Page("class page", of_class("/teach/class/{}")),
        Page("roster", of_class("/teach/class/{}/roster")),
        Page("tracker, all classes of a teacher", for_all(teachers, "/teach/lessons")),
        Page("tracker of one class", of_class("/teach/class/{}/lessons")),
        Page("review queue", of_class("/teach/class/{}/review")),
        Page("queue of words", of_class("/teach/class/{}/review/written")),
        Page("queue of lists", of_class("/teach/class/{}/review/written?pile=lists")),
        Page("gradebook", of_class("/teach/class/{}/gradebook")),
        Page("outcomes", of_class("/teach/class/{}/outcomes")),
        Page("insights", of_class("/teach/class/{}/insights")),
        Page("classes for a program", for_all(teachers, "/api/v1/teacher/classes")),
        Page("roster for a program", of_class("/api/v1/teacher/class/{}/roster")),
        Page("work of a class for a program", of_class("/api/v1/teacher/class/{}/submissions")),
    ]


async def _student(school: School, student_id: int) -> Browser:
    async with school.parts.db.transaction() as tx:
        return school.with_session(await sessions.begin_student(tx, student_id, 1))


async def _teacher(school: School, staff_id: int) -> Browser:
    async with school.parts.db.transaction() as tx:
        return school.with_session(await sessions.begin_staff(tx, staff_id, verified=True))


async def _measured(school: School, page: Page, rounds: int) -> None:
    """After one round to warm up; the processor's time has that of the asking client in it."""
    await ask(*page.addresses[0])
    worked: list[float] = []
    with _times() as times:
        for number in range(rounds):
            before, already = school.parts.db.queries, time.process_time()
            await ask(*page.addresses[number % len(page.addresses)])
            worked.append(time.process_time() - already)
    queries = school.parts.db.queries - before
    processor = f"processor {ms(percentile(worked, 50))}"
    print(f"{page.name:<{WIDTH}}{queries:>3} queries{processor:>22}", flush=True)
    spread("", times.seconds, page.budget)


async def ask(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")


@contextmanager
def _times() -> Iterator[RequestTimes]:
    log, times = logging.getLogger("chalkbox.web"), RequestTimes()
    log.setLevel(logging.INFO)
    log.addHandler(times)
    try:
        yield times
    finally:
        log.removeHandler(times)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.school", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="a new folder, or one that this has seeded")
    parser.add_argument("--rounds", type=int, default=100, help="how often each page is asked for")
    parser.add_argument("--small", action="store_true", help="a tenth of the school: does it complete?")
    given = parser.parse_args()
    size = SchoolSize(3, 4, 100) if given.small else SchoolSize()
    asyncio.run(measure(given.data, size, given.rounds))


if __name__ == "__main__":
    main()

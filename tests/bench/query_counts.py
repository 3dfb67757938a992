"""How many queries a page takes, in a class of three and in a class of thirty that has done its work."""

import tempfile
from pathlib import Path

from appliance.classroom.materials import materials_of_class
from appliance.classroom.students import Student, create_student
from appliance.inference.scripted import ScriptedEngine
from appliance.settings import Settings
from appliance.storage.files import StoredFile
from appliance.work.responses import save_reflection
from appliance.work.submissions import create_submission
from tests.bench.table import line, title
from tests.conftest import Browser, Cast, Clock, seat, started
from tests.faults.serving import FIRST_LESSON

FULL_CLASS = 30


async def query_counts() -> None:
    title("Queries a page (they must not grow with the class)")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(appliance_data=Path(folder) / "data", appliance_models=Path(folder))
        clock, engine = Clock(), ScriptedEngine()
        async with started(settings, clock, engine) as (app, url):
            cast = Cast(app, url, clock, engine)
            await seat(cast)
            small = await _counted(cast)
            await _fill(cast)
            full = await _counted(cast)
            for client in cast.clients:
                await client.aclose()
    for page, count in small.items():
        line(page, str(count), f"then {full[page]}")


async def _counted(cast: Cast) -> dict[str, int]:
    ben, ada = await cast.student(cast.ben), await cast.ada()
    pages: list[tuple[str, Browser, str]] = [
        ("class home", ben, "/student"),
        ("lesson", ben, FIRST_LESSON),
        ("my data", ben, "/student/my-data"),
        ("teacher home", ada, "/teach"),
        ("teacher's class", ada, f"/teach/class/{cast.classroom.id}"),
    ]
    counts = {}
    for name, browser, path in pages:
        before = cast.parts.db.queries
        answer = await browser.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        counts[name] = cast.parts.db.queries - before
    return counts


async def _fill(cast: Cast) -> None:
    """Thirty students, each with every reflection written and every file handed in twice."""
    for number in range(FULL_CLASS):
        async with cast.parts.db.transaction() as tx:
            student = await create_student(tx, cast.classroom.id, f"Student {number}")
        await _do_everything(cast, student)


async def _do_everything(cast: Cast, student: Student) -> None:
    materials = await materials_of_class(cast.parts.db, cast.classroom.id)
    async with cast.parts.db.transaction() as tx:
        for material in materials:
            if material.kind == "reflection":
                await save_reflection(tx, material.id, student.id, "What I saw.")
            elif material.kind == "upload":
                for version in range(2):
                    stored = StoredFile(f"{student.id}-{material.id}-{version}.png", 10, "hash")
                    await create_submission(tx, material.id, student.id, "photo.png", stored, "")

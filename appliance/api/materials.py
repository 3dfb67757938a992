"""A class's papers as programs set them going: one of them, and the line of all that wait."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct
from sanic import Request

from appliance.api.routes import Route, Text, caller
from appliance.classroom.audit import record_staff
from appliance.classroom.classes import NOT_YOURS, class_of_teacher
from appliance.errors import Forbidden, NotFound
from appliance.library.documents import NOT_HERE, document_of_class
from appliance.library.reading_line import Outcome, Reading, next_readings, outcome_of, put_in_line
from appliance.parts import parts_of
from appliance.storage.database import Database
from appliance.web.identity import LARGEST_ID

BATCH = 3
# Programs wait 15 seconds for an answer about papers.
WAIT_SECONDS = 10.0
LOOK_SECONDS = 0.2
TEACHERS_ONLY = "Only a teacher of the class has its papers read. Send a staff token."


class DispatchAsked(Struct):
    class_id: Text
    material_id: Text
    trigger_worker: bool = True


class Dispatched(Struct):
    """`enqueued`: the paper stands in the line or is being read; false where all of it was read before."""

    enqueued: bool
    triggered: bool


class ProcessAsked(Struct):
    batch_size: Annotated[int, Meta(ge=1, le=25)] = BATCH


class Processed(Struct):
    """What came of the papers in front of the line while the caller waited; `retried` ones are tried again later."""

    triggered: bool
    processed: int
    succeeded: int
    failed: int
    retried: int
    errors: list[str]


async def dispatch(request: Request, asked: DispatchAsked) -> Dispatched:
    parts, person = parts_of(request), caller(request)
    if not person.is_staff:
        raise Forbidden(TEACHERS_ONLY)
    class_id, material_id = _id(asked.class_id, NOT_YOURS), _id(asked.material_id, NOT_HERE)
    async with parts.db.transaction() as tx:
        await class_of_teacher(tx, class_id, person.id)
        document = await document_of_class(tx, class_id, material_id)
        is_in_line = await put_in_line(tx, document)
        await record_staff(tx, "dispatch_document", person.id, class_id, str(material_id), request.ip)
    is_triggered = is_in_line and asked.trigger_worker
    if is_triggered:
        parts.jobs.wake()
    return Dispatched(is_in_line, is_triggered)


async def process(request: Request, asked: ProcessAsked) -> Processed:
    """The line moves by itself; this wakes it and looks on for a while."""
    parts = parts_of(request)
    readings = await next_readings(parts.db, asked.batch_size)
    if readings:
        parts.jobs.wake()
    outcomes = await _outcomes(parts.db, readings)
    failed = [outcome for outcome in outcomes if outcome.state == "failed"]
    retried = [outcome for outcome in outcomes if outcome.is_retried]
    succeeded = sum(outcome.state == "done" for outcome in outcomes)
    return Processed(
        bool(readings),
        succeeded + len(failed) + len(retried),
        succeeded,
        len(failed),
        len(retried),
        [f"{outcome.reading.document_id}: {outcome.message}" for outcome in (*failed, *retried)],
    )


async def _outcomes(db: Database, readings: Sequence[Reading]) -> list[Outcome]:
    """How they stand once something came of each, or after as long as a caller can wait."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + WAIT_SECONDS
    while True:
        outcomes = [await outcome_of(db, reading) for reading in readings]
        if loop.time() >= ends or not any(outcome.is_open for outcome in outcomes):
            return outcomes
        await asyncio.sleep(LOOK_SECONDS)


def _id(given: str, missing: str) -> int:
    """A class or paper by its digits; what is none, or too large for any row, is not there."""
    number = int(given) if given.isascii() and given.isdigit() and len(given) <= 19 else LARGEST_ID + 1
    if number > LARGEST_ID:
        raise NotFound(missing)
    return number


ROUTES = (
    Route(
        "/v1/materials/dispatch",
        dispatch,
        Dispatched,
        "Has a paper of the caller's class read, also once more after it failed. Asking twice changes nothing.",
        asks=DispatchAsked,
        refuses={"forbidden": 403, "not_found": 404},
    ),
    Route(
        "/v1/materials/process",
        process,
        Processed,
        "Wakes the line of papers, which moves by itself too, and says what came of those in front within ten "
        "seconds.",
        asks=ProcessAsked,
    ),
)

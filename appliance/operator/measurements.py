"""Finding out how big a class the chosen model carries on this machine."""

import asyncio

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.operations import measurement
from appliance.parts import parts_of
from appliance.storage import jobs
from appliance.web.identity import person_of
from appliance.web.rendering import say, translator


async def create(request: Request) -> HTTPResponse:
    """Begins in the background; a second one meanwhile is the same one."""
    parts = parts_of(request)
    await asyncio.to_thread(measurement.model_to_measure, parts.settings)
    if not await measurement.is_measuring(parts.db):
        async with parts.db.transaction() as tx:
            await jobs.enqueue(tx, measurement.JOB, {})
            await record_staff(tx, "measure_model", person_of(request).id, None, "", request.ip)
        parts.jobs.wake()
    say(request, translator(request)("The model is being measured: lessons answer for the next two minutes."))
    return redirect("/operate/models")

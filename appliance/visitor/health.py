"""Whether the box is well: for watchdogs, monitors and the operator's own eyes."""

from sanic import HTTPResponse, Request
from sanic.response import json

from appliance import VERSION
from appliance.parts import parts_of


async def show(request: Request) -> HTTPResponse:
    parts = parts_of(request)
    writable = await parts.db.writable()
    engine = parts.router.status()["state"]
    body = {"ok": writable, "database": writable, "engine": engine, "version": VERSION}
    return json(body, status=200 if writable else 503)

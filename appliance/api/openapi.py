"""The description of /v1 for programs, made from the declarations that check what comes in."""

import functools
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct
from sanic import HTTPResponse, Request

from appliance import VERSION
from appliance.api.routes import Route
from appliance.web import programs

REFERENCE = "#/components/schemas/{name}"
EVENT = {"type": "object", "properties": {"data": {"type": "string"}}, "required": ["data"]}
COMMON = {"unauthorized": 401, "internal_error": 500, "backend_auth_misconfigured": 503}

SchemaOf = Callable[[Any], dict[str, Any]]


class Fault(Struct):
    code: str
    message: str


class Meta(Struct):
    request_id: str


class Refused(Struct):
    """What every refusal of /v1 looks like."""

    ok: bool
    data: None
    error: Fault
    meta: Meta


class OpenaiFault(Struct):
    message: str
    type: str
    param: str | None
    code: str | None


class OpenaiRefused(Struct):
    error: OpenaiFault


def route_of(routes: Sequence[Route]) -> Route:
    """The route that describes `routes` and itself."""

    @functools.cache
    def body() -> bytes:
        """Few ask for it, and a box starts quicker without it."""
        return msgspec.json.encode(described((*routes, own)))

    async def show(request: Request, asked: None) -> Any:
        return HTTPResponse(body(), content_type=programs.JSON)

    own = Route("/v1/openapi.json", show, dict[str, Any], "This description.", method="GET")
    return own


def described(routes: Sequence[Route]) -> dict[str, Any]:
    """An OpenAPI 3.1 document."""
    asked = [shape for route in routes for shape in (route.asks, route.gives) if shape is not None]
    shapes = (*asked, Refused, OpenaiRefused, Meta)
    # All at once: a name that two modules use is written longer, wherever it stands.
    schemas, components = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
    schema_of = dict(zip(shapes, schemas, strict=True)).__getitem__
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Chalkbox", "version": VERSION},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _schemes()},
    }


def _schemes() -> dict[str, Any]:
    return {
        "key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "person": {"type": "apiKey", "in": "header", "name": "X-User-Token"},
    }


def _operation(route: Route, schema_of: SchemaOf) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "security": _security(route),
        "responses": {"200": _done(route, schema_of), **_refusals(route, schema_of)},
    }
    if route.asks:
        operation["requestBody"] = {"required": True, **_content("", schema_of(route.asks))}
        del operation["requestBody"]["description"]
    return operation


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.is_open:
        return []
    if route.needs_person:
        return [{"key": [], "person": []}, {"bearer": [], "person": []}]
    return [{"key": []}, {"bearer": []}]


def _done(route: Route, schema_of: SchemaOf) -> dict[str, Any]:
    done = _content("Done.", _answered(route, schema_of))
    if route.streams:
        done["content"]["text/event-stream"] = {"schema": EVENT}
    return done


def _answered(route: Route, schema_of: SchemaOf) -> dict[str, Any]:
    given = schema_of(route.gives)
    if route.is_plain or route.path.endswith("openapi.json"):
        return given
    return {
        "type": "object",
        "properties": {
            "ok": {"const": True},
            "data": given,
            "error": {"type": "null"},
            "meta": schema_of(Meta),
        },
        "required": ["ok", "data", "error", "meta"],
    }


def _refusals(route: Route, schema_of: SchemaOf) -> dict[str, Any]:
    codes = {} if route.is_open else dict(COMMON)
    if route.asks:
        codes |= {"validation_error": 400 if route.is_plain else 422, "too_large": 413, "bad_request": 400}
    by_status: dict[int, list[str]] = {}
    for code, status in (*codes.items(), *route.refuses.items()):
        by_status.setdefault(status, []).append(code)
    shape = schema_of(OpenaiRefused if route.is_plain else Refused)
    return {
        str(status): _content(f"{HTTPStatus(status).phrase}: {', '.join(sorted(set(names)))}.", shape)
        for status, names in sorted(by_status.items())
    }


def _content(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {programs.JSON: {"schema": schema}}}

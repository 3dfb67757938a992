"""Whether the box is well, for programs."""

from msgspec import Struct
from sanic import Request

from appliance.api.routes import Route


class Health(Struct):
    status: str


async def show(request: Request, asked: None) -> Health:
    return Health("ok")


ROUTES = (Route("/v1/healthz", show, Health, "Says that the box answers.", method="GET"),)

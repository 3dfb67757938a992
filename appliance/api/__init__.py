"""The room for programs: JSON in one envelope under /v1, and OpenAI's own shapes beside it."""

from sanic import Sanic

from appliance.api import health, llm, openai_chat, openai_lists, openapi
from appliance.api.routes import Route, attach_route

ROUTES: tuple[Route, ...] = (*health.ROUTES, *llm.ROUTES, *openai_lists.ROUTES, *openai_chat.ROUTES)
from appliance.api import classes, health, llm, materials, openapi, study
from appliance.api.routes import Route, attach_route

ROUTES: tuple[Route, ...] = (
    *health.ROUTES,
    *llm.ROUTES,
    *materials.ROUTES,
    *classes.ROUTES,
    *study.ROUTES,
)
from appliance.api import analytics, health, llm, openapi
from appliance.api.routes import Route, attach_route

ROUTES: tuple[Route, ...] = (*health.ROUTES, *llm.ROUTES, *analytics.ROUTES)
from appliance.api import canvas, chat_answers, chat_messages, chat_sessions, health, llm, openapi
from appliance.api.routes import Route, attach_route

ROUTES: tuple[Route, ...] = (
    *health.ROUTES,
    *llm.ROUTES,
    *chat_answers.ROUTES,
    *canvas.ROUTES,
    *chat_sessions.ROUTES,
    *chat_messages.ROUTES,
)


def attach(app: Sanic) -> None:
    for route in (*ROUTES, openapi.route_of(ROUTES)):
        attach_route(app, route)

"""The room for programs: JSON in one envelope under /v1, and OpenAI's own shapes beside it."""

from sanic import Sanic

from appliance.api import (
    analytics,
    canvas,
    chat_answers,
    chat_messages,
    chat_sessions,
    classes,
    health,
    llm,
    materials,
    openai_chat,
    openai_lists,
    openapi,
    study,
)
from appliance.api.routes import Route, attach_route

ROUTES: tuple[Route, ...] = (
    *health.ROUTES,
    *llm.ROUTES,
    *materials.ROUTES,
    *classes.ROUTES,
    *study.ROUTES,
    *chat_answers.ROUTES,
    *canvas.ROUTES,
    *chat_sessions.ROUTES,
    *chat_messages.ROUTES,
    *analytics.ROUTES,
    *openai_lists.ROUTES,
    *openai_chat.ROUTES,
)


def attach(app: Sanic) -> None:
    for route in (*ROUTES, openapi.route_of(ROUTES)):
        attach_route(app, route)

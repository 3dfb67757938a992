"""The helper beside what a teacher wrote: asked without script, and its fresh scope token."""

from dataclasses import dataclass

from sanic import HTTPResponse, Request
from sanic.response import json

from appliance.classroom.materials import Material, material_of_student
from appliance.errors import Invalid, NotFound, Refusal
from appliance.helper import scope
from appliance.helper.answers import Done
from appliance.helper.own_texts import KINDS, scope_of_material
from appliance.helper.pages import CLOSED_LESSON
from appliance.helper.questions import Question
from appliance.helper.rules import Rules, rules_of
from appliance.helper.suggestions import suggestions_for
from appliance.parts import parts_of
from appliance.student.asking import asker_of
from appliance.student.lessons import NOT_IN_CLASS, STARTERS, Turn
from appliance.web import forms
from appliance.web.identity import person_of


@dataclass(frozen=True)
class Panel:
    """What the page of a material shows of its helper; `scope_token` is empty where there is none."""

    rules: Rules
    scope_token: str
    seconds: int
    starters: tuple[str, ...]
    turns: tuple[Turn, ...]
    conversation_id: str

    @property
    def is_closed(self) -> bool:
        """There would be one, but the teacher switched it off or locked the class."""
        return not self.rules.lets_ask


async def panel_of(
    request: Request, material: Material, is_open: bool, turns: tuple[Turn, ...] = ()
) -> Panel | None:
    """None for kinds without one, and while the material is locked."""
    parts = parts_of(request)
    if material.kind not in KINDS or not is_open:
        return None
    rules = await rules_of(parts.db, parts.settings, material.class_id)
    typed = forms.typed(request, "conversation_id")["conversation_id"]
    return Panel(
        rules,
        token_for(request, material) if rules.lets_ask else "",
        parts.settings.helper_scope_token_max_age_seconds,
        suggestions_for("general", material.title, request.ctx.language, STARTERS),
        turns,
        turns[-1].answer.conversation_id if turns else typed,
    )


def token_for(request: Request, material: Material) -> str:
    parts = parts_of(request)
    return scope.sign(parts.secrets.scope, scope_of_material(material), parts.clock())


async def asked(request: Request, material: Material) -> Turn | None:
    """Of the form without script. Raises Refusal."""
    parts, message = parts_of(request), forms.whole(request, "message")
    given = forms.text(request, "scope_token", 20_000)
    question = Question(
        message,
        scope.renewed(parts.secrets.scope, given, scope_of_material(material), parts.clock()),
        forms.text(request, "conversation_id"),
        request_id=request.ctx.request_id,
        fresh=forms.text(request, "fresh") == "1",
    )
    turn = None
    async for event in parts.helper.ask(asker_of(request), question):
        turn = Turn(message, event.answer) if isinstance(event, Done) else turn
    return turn


async def own_material(request: Request, material_id: int) -> Material:
    """Raises NotFound for what isn't theirs, came with a lesson, or has no helper."""
    material = await material_of_student(parts_of(request).db, person_of(request).id, material_id, KINDS)
    if material.is_of_lesson:
        raise NotFound(NOT_IN_CLASS)
    return material


def token_answer(request: Request, material: Material, is_open: bool) -> HTTPResponse:
    """For a page that has been open for long. Raises Invalid while the material is locked."""
    if not is_open:
        raise Invalid(CLOSED_LESSON, "invalid_scope_token")
    seconds = parts_of(request).settings.helper_scope_token_max_age_seconds
    return json({"scope_token": token_for(request, material), "seconds": seconds})


def status_of(refusal: Refusal) -> int:
    return 422 if isinstance(refusal, Invalid) else refusal.status

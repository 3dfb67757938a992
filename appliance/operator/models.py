"""Which models the box has, and which one writes the helper's answers."""

import asyncio
from pathlib import Path

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.inference import models
from appliance.inference.manifest import Recommended, recommended
from appliance.inference.tuned import tuned_for
from appliance.operations.measurement import is_measuring
from appliance.parts import parts_of
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator


async def index(request: Request) -> HTTPResponse:
    parts = parts_of(request)
    folder = parts.settings.appliance_data / "models"
    installed = await asyncio.to_thread(models.installed, folder, parts.settings.appliance_models)
    return render(
        request,
        "operator/models.html",
        installed=installed,
        recommended=await asyncio.to_thread(_recommended, parts.settings.appliance_models / "manifest.toml"),
        engine=parts.router.status(),
        reason=parts.engine.reason,
        # Only this box's own engine has files that can be turned down.
        turned_down=getattr(parts.engine, "turned_down", None),
        can_rank=parts.router.engine.can_rank,
        is_measuring=await is_measuring(parts.db),
        measured=await asyncio.to_thread(_measured, folder, parts.settings.appliance_models),
    )


async def update(request: Request) -> HTTPResponse:
    """Another model from now on, or none of a kind; the running engine takes it up within seconds."""
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    folder, name = parts.settings.appliance_data / "models", forms.text(request, "name", 200)
    if name:
        await asyncio.to_thread(models.use, folder, name)
        say(
            request,
            translate(
                "The model %(name)s is taken up as soon as the answers under way have ended.", name=name
            ),
        )
    elif forms.text(request, "kind", 20) == "reranking":
        await asyncio.to_thread(models.use_none, folder, "reranking")
        say(request, translate("Passages stay in the order in which search finds them now."))
    else:
        await asyncio.to_thread(models.use_none, folder)
        say(request, translate("The helper answers from the lessons alone now."))
    async with parts.db.transaction() as tx:
        await record_staff(tx, "use_model", person.id, None, name, request.ip)
    return redirect("/operate/models")


def _measured(folder: Path, shipped: Path) -> tuple[str, ...]:
    """What was measured of the chosen model on this machine, in sentences."""
    found = tuned_for(folder, models.chosen(folder, "chat", shipped))
    return found.sentences if found else ()


def _recommended(manifest: Path) -> tuple[Recommended, ...]:
    """None when the operator keeps the models in a folder of their own, without our list."""
    return recommended(manifest) if manifest.is_file() else ()

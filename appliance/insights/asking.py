"""Asking the model for one JSON object about a class: under a grammar, in the line like everybody, twice at most."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from importlib.resources import files
from typing import Any, TypeVar

from appliance.errors import Refusal
from appliance.helper.phrases import language_name
from appliance.inference.engine import Message, Prompt
from appliance.inference.fences import fenced
from appliance.inference.grammar import Schema, gbnf_of
from appliance.inference.router import Ended, Piece, Router
from appliance.study.checks import Unusable

TRIES = 2
TEMPERATURE = 0.3
# Both tries together, waiting in the line included: somebody looks at an empty page meanwhile.
SECONDS = 110.0

Found = TypeVar("Found")

log = logging.getLogger("chalkbox.insights")


class NoAnswer(Exception):
    """The model gave nothing that may be shown; the reason is for the log."""


def has_model(router: Router) -> bool:
    return bool(router.status()["state"] == "ready")


def prompt_for(
    name: str,
    language: str,
    told: str,
    schema: Schema,
    max_tokens: int,
    in_rules: Callable[[str], str] = str.strip,
) -> Prompt:
    """`name` is the file of rules under prompts/; `in_rules` puts in what is called otherwise each time."""
    rules = (files("appliance.insights") / "prompts" / f"{name}.md").read_text(encoding="utf-8")
    rules = f"{in_rules(rules).strip()}\n- Write in {language_name(language)}."
    return Prompt(
        (Message("system", rules), Message("user", fenced(told))),
        max_tokens=max_tokens,
        temperature=TEMPERATURE,
        grammar=gbnf_of(schema),
    )


async def asked(
    router: Router, prompt: Prompt, staff_id: int, class_id: int, check: Callable[[Any], Found]
) -> Found:
    """What `check` makes of the JSON; it raises Unusable. Raises NoAnswer."""
    if not has_model(router):
        raise NoAnswer("no model")
    reason = ""
    try:
        async with asyncio.timeout(SECONDS):
            for attempt in range(1, TRIES + 1):
                try:
                    return check(parsed(await _said(router, prompt, staff_id, class_id)))
                except (Unusable, Refusal) as refusal:
                    reason = str(refusal)
                    log.info("insight_refused class=%d try=%d reason=%r", class_id, attempt, reason)
    except TimeoutError as late:
        raise NoAnswer("too late") from late
    raise NoAnswer(reason)


def parsed(text: str) -> Any:
    """The JSON in a text, with or without a fence around it. Raises Unusable."""
    text = text.strip()
    if text.startswith("```"):
        text = text.partition("\n")[2].rpartition("```")[0]
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise Unusable("The model's answer is no JSON.") from fault


def object_of(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise Unusable("The model's answer is no object.")
    return found


def text_of(found: Mapping[str, Any], name: str, most: int) -> str:
    """Raises Unusable where it is missing, blank or endless."""
    value = found.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > 2 * most:
        raise Unusable(f"{name} is missing in the model's answer.")
    return " ".join(value.replace("\x00", "").split())


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


async def _said(router: Router, prompt: Prompt, staff_id: int, class_id: int) -> str:
    person, group = f"staff:{staff_id}:insights", f"insights:{class_id}"
    text, truncated = "", True
    async with aclosing(router.answer(prompt, person, group)) as events:
        async for event in events:
            if isinstance(event, Piece):
                text += event.text
            elif isinstance(event, Ended):
                truncated = event.truncated
    if truncated:
        raise Unusable("The model's answer was cut off.")
    return text

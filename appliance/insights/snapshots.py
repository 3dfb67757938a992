"""How a class stood at one moment, with a model's words to it: kept for an hour, for they take a while."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from appliance.inference.router import Router
from appliance.insights.asking import NoAnswer
from appliance.insights.classes import insights_of_class
from appliance.insights.metrics import Insights, Learner
from appliance.insights.names import short_name
from appliance.insights.narrative import Narrative, narrative_of
from appliance.storage.cache import Cache
from appliance.storage.database import Database

GOOD_SECONDS = 3600


@dataclass(frozen=True)
class Snapshot:
    """`narrative` is None without a model, and when it wrote nothing that agrees with the numbers."""

    made_at: int
    insights: Insights
    narrative: Narrative | None = None


async def snapshot_of_class(
    db: Database, cache: Cache, router: Router, class_id: int, staff_id: int, language: str, *, force: bool
) -> Snapshot:
    """The last one while it is good, else a new one. An empty class has none to keep."""
    insights, key = await insights_of_class(db, class_id), f"insights:{class_id}:{language}"
    now = int(db.now())
    if insights.is_empty:
        return Snapshot(now, insights)
    kept = None if force else _kept(await cache.get(key), now)
    if kept is not None:
        return _with_roster(kept, [line.learner for line in insights.learners])
    try:
        narrative = await narrative_of(router, insights, staff_id, class_id, language)
    except NoAnswer:
        narrative = None
    made = Snapshot(now, insights, narrative)
    await cache.set(key, msgspec.to_builtins(_nameless(made)), GOOD_SECONDS)
    return made


def names_at(learners: Sequence[Learner], moment: int) -> dict[int, str]:
    """Short names of who was there then: no newcomer inherits a story."""
    return {learner.id: short_name(learner.name) for learner in learners if learner.joined_at <= moment}


def _kept(value: Any, now: int) -> Snapshot | None:
    try:
        kept = msgspec.convert(value, Snapshot)
    except msgspec.ValidationError:
        return None
    return kept if 0 <= now - kept.made_at < GOOD_SECONDS else None


def _nameless(snapshot: Snapshot) -> Snapshot:
    """Nothing that tells who somebody is lies in the cache after they have left."""
    return _renamed(snapshot, {line.learner.id: "" for line in snapshot.insights.learners})


def _with_roster(snapshot: Snapshot, learners: Sequence[Learner]) -> Snapshot:
    there = names_at(learners, snapshot.made_at)
    return _renamed(snapshot, {learner.id: learner.name for learner in learners if learner.id in there})


def _renamed(snapshot: Snapshot, names: dict[int, str]) -> Snapshot:
    """Whoever is not among them is left out."""
    lines = tuple(
        replace(line, learner=replace(line.learner, name=names[line.learner.id]))
        for line in snapshot.insights.learners
        if line.learner.id in names
    )
    return replace(snapshot, insights=replace(snapshot.insights, learners=lines))

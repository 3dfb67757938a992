"""The breaker of a whole box: an engine that hangs opens it like one that is dead; the lesson answers meanwhile."""

from dataclasses import replace

import pytest

from appliance.inference.engine import EngineDied
from appliance.settings import Settings
from tests.student.conftest import Lamps, lamps
from tests.student.test_helper_page import ask, indexed

__all__ = ["lamps"]

FAILURES = 3
RESTING = 1.0


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(
        settings,
        helper_circuit_breaker_failures=FAILURES,
        helper_circuit_breaker_ttl_seconds=RESTING,
        helper_backend_max_attempts=1,
        helper_rate_limit_per_minute=1000,
    )


def is_open(lamps: Lamps) -> bool:
    return lamps.cast.parts.router.circuits["scripted"]


async def test_an_engine_that_hangs_for_longer_than_the_breaker_stays_open_trips_it(lamps: Lamps) -> None:
    await indexed(lamps)
    router, engine = lamps.cast.parts.router, lamps.cast.engine
    router._patience = replace(router._patience, first=RESTING + 0.1)
    for number in range(FAILURES):
        assert not is_open(lamps)
        engine.will_hang()
        answer = (await ask(lamps, message=f"What closes circuit {number}?")).json()
        assert answer["backend"] == "lesson" and answer["citations"]
    assert is_open(lamps)
    asked = len(engine.asked)
    assert (await ask(lamps)).json()["backend"] == "lesson"
    assert len(engine.asked) == asked


async def test_a_dead_engine_trips_it(lamps: Lamps) -> None:
    for number in range(FAILURES):
        lamps.cast.engine.will_fail(EngineDied("gone"))
        await ask(lamps, message=f"What closes circuit {number}?")
    assert is_open(lamps)


async def test_an_answer_between_faults_keeps_it_closed(lamps: Lamps) -> None:
    for number in range(2 * FAILURES):
        if number % 2:
            lamps.cast.engine.will_fail(EngineDied("gone"))
        else:
            lamps.cast.engine.will_say("Well.")
        await ask(lamps, message=f"What closes circuit {number}?")
    assert not is_open(lamps)


@pytest.mark.parametrize("state", ["off", "failed"])
async def test_a_box_without_a_model_does_not(lamps: Lamps, state: str) -> None:
    lamps.cast.engine.state = state  # type: ignore[assignment]
    for number in range(FAILURES + 1):
        assert (await ask(lamps, message=f"What closes circuit {number}?")).json()["backend"] == "lesson"
    assert not is_open(lamps)
    lamps.cast.engine.state = "ready"
    assert (await ask(lamps)).json()["backend"] == "scripted"

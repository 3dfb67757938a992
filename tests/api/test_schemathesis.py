"""Every route of /v1 with what its own description allows and with what it forbids: no 500, and nothing undescribed."""

import asyncio
from itertools import cycle
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import KEY, Program
from tests.conftest import Cast

CHECKS = [
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
]
TOO_LARGE = 413
FEW = hypothesis_settings(
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def test_every_route_answers_as_it_is_described(cast: Cast, program: Program) -> None:
    staff, student = await program.for_staff(cast.ada_id), await program.for_student(cast.ben)
    walked = await asyncio.to_thread(walk, cast.url, (staff.token, student.token))
    routes = {"/" + route.path for route in cast.app.router.routes if route.path.startswith("v1/")}
    # That one was read to know the others.
    assert walked == routes - {"/v1/openapi.json"}


def walk(url: str, tokens: tuple[str, ...]) -> set[str]:
    """The paths that were asked."""
    key = {"x-api-key": KEY}
    schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json", headers=key)
    people = cycle([{**key, "X-User-Token": token} for token in tokens])
    walked = set()
    with requests.Session() as session:
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                if operation.body or mode is GenerationMode.POSITIVE:
                    ask(operation.as_strategy(generation_mode=mode), url, people, session)
            walked.add(operation.path)
    return walked


def ask(cases: Any, url: str, people: Any, session: requests.Session) -> None:
    @FEW
    @given(case=cases)
    def once(case: Any) -> None:
        response = case.call(base_url=url, headers=next(people), session=session, timeout=20)
        assert response.status_code != 500, response.text
        if response.status_code == TOO_LARGE:
            return  # refused before anybody could look at its fields
        case.validate_response(response, checks=CHECKS)

    once()

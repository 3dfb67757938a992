"""/v1: who gets in, in which order things are refused, and that every answer wears the envelope."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.errors import Invalid, Sentence
from appliance.settings import Settings
from tests.api.conftest import KEY, Program
from tests.conftest import Cast

ASKED = {"system": "Be short.", "user": "What is a fuse?"}


async def test_a_program_with_the_key_gets_in_by_header_or_bearer(program: Program) -> None:
    assert await program.data("/v1/healthz") == {"status": "ok"}
    program.cast.engine.will_say("A thin wire.")
    assert (await program.data("/v1/llm/generate", ASKED))["content"] == "A thin wire."
    program.cast.engine.will_say("A thin wire.")
    bearer = await program.cast.visitor().client.post(
        "/v1/llm/generate", json=ASKED, headers={"Authorization": f"Bearer {KEY}"}
    )
    assert bearer.json()["ok"]


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "wrong"}, {"Authorization": "Basic abc"}])
@pytest.mark.parametrize("body", [ASKED, {}, b"{", None])
async def test_without_the_key_nothing_is_told_about_the_body(
    cast: Cast, headers: dict[str, str], body: object
) -> None:
    content = body if isinstance(body, bytes) else None
    json = None if isinstance(body, bytes) else body
    refused = await cast.visitor().client.post(
        "/v1/llm/generate", json=json, content=content, headers=headers
    )
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/v1/no-such-route", "POST", 404, "not_found"),
        ("/v1", "GET", 404, "not_found"),
        ("/v1/llm/generate", "DELETE", 405, "method_not_allowed"),
    ],
)
async def test_an_address_that_is_not_there_wears_the_envelope_too(
    program: Program, path: str, method: str, status: int, code: str
) -> None:
    client = program.cast.visitor().client
    with_key = await client.request(method, path, headers={"x-api-key": KEY})
    assert (with_key.status_code, with_key.json()["error"]["code"]) == (status, code)
    assert with_key.json()["ok"] is False


async def test_a_cookie_opens_nothing(cast: Cast) -> None:
    ada = await cast.ada()
    refused = await ada.client.post("/v1/llm/generate", json=ASKED)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"system": "x"}',
        b'{"system": 1, "user": "y"}',
        b'{"system": "", "user": "y"}',
        b'{"system": "\xff", "user": "y"}',
        b"[" * 100000,
        b'{"system": "a", "user": "b", "max_tokens": true}',
        b'{"system": "a", "user": "b", "temperature": 1e999}',
        b'{"system": "a", "user": "b", "max_tokens": -1}',
    ],
)
async def test_a_body_that_does_not_fit_is_told_so(program: Program, content: bytes) -> None:
    refused = await program.cast.visitor().client.post(
        "/v1/llm/generate", content=content, headers={"x-api-key": KEY}
    )
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "validation_error")
    assert refused.json()["meta"]["request_id"]


async def test_a_token_that_is_not_valid_is_refused_even_where_none_is_needed(program: Program) -> None:
    assert await Program(program.cast, "forged").refused("/v1/llm/generate", ASKED) == (
        401,
        "invalid_user_token",
    )


async def test_the_request_id_of_the_caller_comes_back(program: Program) -> None:
    response = await program.send("/v1/healthz", **{"X-Request-ID": "abc-123"})
    assert response.json()["meta"] == {"request_id": "abc-123"}


async def test_the_description_names_every_route(program: Program) -> None:
    described = (await program.send("/v1/openapi.json")).json()
    routes = {"/" + route.path for route in program.cast.app.router.routes if route.path.startswith("v1/")}
    assert set(described["paths"]) == routes


async def test_the_page_about_it_names_every_route(program: Program) -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    described = (await program.send("/v1/openapi.json")).json()["paths"]
    assert [path for path in described if f"{path}`" not in page] == []


async def test_every_reference_in_the_description_leads_somewhere(program: Program) -> None:
    text = (await program.send("/v1/openapi.json")).text
    known = set((await program.send("/v1/openapi.json")).json()["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', text)) <= known


async def test_a_sentence_with_values_in_it_is_told(program: Program) -> None:
    program.cast.engine.will_fail(Invalid(Sentence("Only %(most)d words.", most=3), "too_long"))
    response = await program.send("/v1/llm/generate", ASKED)
    assert response.json()["error"] == {"code": "too_long", "message": "Only 3 words."}


class TestWithoutAKey:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, appliance_api_key="")

    @pytest.mark.parametrize("path", ["/v1/healthz", "/v1/openapi.json", "/v1/nothing"])
    async def test_all_of_it_stays_shut(self, cast: Cast, path: str) -> None:
        shut = await cast.visitor().client.get(path, headers={"x-api-key": ""})
        assert (shut.status_code, shut.json()["error"]["code"]) == (503, "backend_auth_misconfigured")

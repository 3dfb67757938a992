"""The settings of a borrowed model: what is refused at the start, and that the key is never shown."""

from typing import Any

import pytest

from appliance.errors import StartRefused
from appliance.inference.remote import server_of, waits_of
from appliance.settings import settings_from, table

BASE = "http://10.0.0.2:8000"


def remote(**more: str) -> Any:
    return settings_from({"HELPER_LLM_BACKEND": "remote", "LLM_BASE_URL": BASE, **more})


@pytest.mark.parametrize("backend", ["remote", "openai"])
def test_a_borrowed_model_needs_an_address(backend: str) -> None:
    with pytest.raises(StartRefused, match="needs LLM_BASE_URL"):
        settings_from({"HELPER_LLM_BACKEND": backend})


def test_ollama_has_its_own_and_takes_another() -> None:
    assert settings_from({"HELPER_LLM_BACKEND": "ollama"}).remote_url == "http://127.0.0.1:11434"
    assert remote(HELPER_LLM_BACKEND="ollama").remote_url == BASE


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
def test_the_address_may_end_with_v1_or_not(end: str) -> None:
    assert remote(LLM_BASE_URL=BASE + end).remote_url == BASE
    assert remote(LLM_BASE_URL=f"{BASE}/gpu{end}").remote_url == f"{BASE}/gpu"


@pytest.mark.parametrize(
    "url",
    [
        "10.0.0.2:8000",
        "ftp://10.0.0.2",
        "file:///etc/passwd",
        "http://",
        "https:///path",
        "http://host:port",
        "http://host:0",
        "http://host:99999",
        "http://ho st",
        "http://host/\n",
        "http://host?key=abc",
        "http://host/#v1",
        "http://[::1",
        "http://höst",
        "http:\\\\host",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(StartRefused, match="LLM_BASE_URL has to be"):
        remote(LLM_BASE_URL=url)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(StartRefused, match="LLM_API_KEY") as refused:
        remote(LLM_BASE_URL="https://max:hunter2@host")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel"])
def test_a_key_that_no_header_carries_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(StartRefused, match="LLM_API_KEY") as refused:
        remote(LLM_API_KEY=key)
    assert key not in str(refused.value)


def test_a_misspelled_name_is_refused() -> None:
    with pytest.raises(StartRefused, match="Unknown setting LLM_BASEURL"):
        remote(LLM_BASEURL=BASE)


def test_the_key_is_never_shown() -> None:
    settings = remote(LLM_API_KEY="sk-secret")
    (row,) = [row for row in table(settings, {}) if row["name"] == "LLM_API_KEY"]
    assert row["value"] == "(hidden)"
    assert "sk-secret" not in repr(settings) + repr(server_of(settings))
    assert "sk-secret" not in str(table(settings, {"LLM_API_KEY": "sk-secret"}))


def test_the_longest_wait_bounds_the_others() -> None:
    waits = waits_of(remote(AI_REQUEST_TIMEOUT_MS="2000"))
    assert (waits.connect, waits.first, waits.between) == (2, 2, 2)
    usual = waits_of(remote())
    assert (usual.connect, usual.first, usual.between) == (5, 30, 10)

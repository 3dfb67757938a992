"""Names of settings from other programs: each is told where it is set, with what to use, and never its value."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from appliance.operations.known_elsewhere import TABLE, findings, sentences
from appliance.settings import Settings, settings_from
from tests.cli.conftest import Chalkbox, chalkbox, data

__all__ = ["chalkbox", "data"]

KEY = "sk-only-for-this-test"
OWN = {knob.name.upper() for knob in fields(Settings)}


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("OPENAI_API_KEY", "LLM_API_KEY"),
        ("OPENAI_MODEL", "LLM_MODEL"),
        ("OPENAI_MAX_OUTPUT_TOKENS", "HELPER_RESPONSE_MAX_TOKENS"),
        ("OPENROUTER_API_KEY", "LLM_API_KEY"),
        ("OPENROUTER_SITE_URL", "LLM_API_KEY"),
        ("GEMINI_API_KEY", "LLM_API_KEY"),
        ("GEMINI_MODEL", "LLM_MODEL"),
        ("AI_PROVIDER_DEFAULT", "HELPER_LLM_BACKEND"),
    ],
)
def test_a_name_from_elsewhere_is_told_with_what_to_use(name: str, instead: str) -> None:
    (finding,) = findings({name: KEY, "PATH": "/bin"})
    assert finding.state == "warning" and finding.sentence.startswith(f"{name} is known from ")
    assert instead in finding.advice and finding.advice.endswith(".")
    assert KEY not in finding.sentence + finding.advice


def test_what_stands_in_its_place_is_a_setting_and_what_is_named_is_none() -> None:
    assert {known.instead for known in TABLE} <= OWN
    assert not any(known.covers(name) for known in TABLE for name in OWN)


def test_the_box_reads_none_of_them() -> None:
    assert settings_from({known.name.replace("*", "KEY"): "x" for known in TABLE}) == Settings()


@pytest.mark.parametrize(
    "environment", [{}, {"OPENAI_API_KEY": ""}, {"LLM_API_KEY": KEY}, {"MY_OPENAI_API_KEY": KEY}]
)
def test_nothing_is_said_where_nothing_of_that_kind_is_set(environment: dict[str, str]) -> None:
    assert sentences(environment) == []


def test_doctor_and_settings_say_it_and_stay_readable_for_programs(
    chalkbox: Chalkbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    shown, examined = chalkbox("settings", "--json"), chalkbox("doctor", "--json")
    assert isinstance(shown.json, list) and "GEMINI_API_KEY is known from STEM" in shown.err
    assert [each["check"] for each in examined.json["findings"]].count("known_elsewhere") == 1
    assert KEY not in shown.out + shown.err + examined.out + examined.err


def test_a_start_says_it_and_goes_on(tmp_path: Path) -> None:
    """A port that can't be had ends the start soon behind the warning."""
    command = [
        sys.executable,
        "-m",
        "appliance",
        "serve",
        "--host",
        "203.0.113.1",
        "--data",
        str(tmp_path / "data"),
    ]
    given = {**os.environ, "OPENAI_API_KEY": KEY, "AI_PROVIDER_DEFAULT": "gemini"}
    ended = subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=False)
    assert "OPENAI_API_KEY is known from ClassHub and STEM and has no effect here." in ended.stderr
    assert "AI_PROVIDER_DEFAULT is known from STEM" in ended.stderr and KEY not in ended.stderr
    assert "203.0.113.1" in ended.stderr

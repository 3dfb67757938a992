"""Every knob of the box in one frozen table: type, default and help; nothing is read from anywhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from appliance.errors import StartRefused

PREFIXES = ("APPLIANCE_", "HELPER_")
TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")


def _knob(default: Any, help: str, choices: tuple[str, ...] = (), least: float | None = None) -> Any:
    return field(default=default, metadata={"help": help, "choices": choices, "least": least})


@dataclass(frozen=True)
class Settings:
    """What the operator chose. A field's environment name is its name in capitals."""

    appliance_data: Path = _knob(Path("data"), "Folder that holds everything the box keeps")
    appliance_host: str = _knob("127.0.0.1", "Address to listen on; 0.0.0.0 serves the whole network")
    appliance_port: int = _knob(8080, "Port to listen on", least=0)
    appliance_content: Path = _knob(
        Path(__file__).parent.parent / "content" / "courses", "Folder of the courses that ship with the box"
    )
    appliance_models: Path = _knob(
        Path(__file__).parent.parent / "models",
        "Folder of the model files that set-up made; operators' own go to the data folder",
    )
    appliance_log_level: str = _knob("INFO", "How much to log", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    appliance_join_rate_limit_per_minute: int = _knob(
        240, "Join attempts a minute from one address; a whole class may share one", least=1
    )
    appliance_sign_in_rate_limit_per_minute: int = _knob(
        10, "Staff sign-in attempts a minute for one name, and three times that from one address", least=1
    )
    appliance_name_safety_mode: str = _knob(
        "warn",
        "What happens to a name that looks like an e-mail or phone number",
        choices=("off", "warn", "strict"),
    )
    appliance_upload_max_mb: int = _knob(200, "Largest file that may be handed in, in megabytes", least=1)
    appliance_class_quota_mb: int = _knob(4096, "Room for one class's files, in megabytes", least=1)
    appliance_backups_kept: int = _knob(7, "Backups that stay in a folder when a new one is made", least=1)

    helper_llm_backend: str = _knob(
        "local",
        "Who writes the helper's answers: the model on this box, or a fixed text",
        choices=("local", "mock"),
    )
    helper_mock_response_text: str = _knob("", "The fixed text of the mock backend; empty gives a short hint")
    helper_strictness: str = _knob(
        "light", "Light explains with reasons; strict gives hints only", choices=("light", "strict")
    )
    helper_scope_mode: str = _knob(
        "soft", "Soft prefers the lesson; strict stays inside it", choices=("soft", "strict")
    )
    helper_topic_filter_mode: str = _knob(
        "soft", "What happens to questions off the lesson's topics", choices=("off", "soft", "strict")
    )
    helper_reference_max_citations: int = _knob(3, "Passages quoted under an answer", least=0)
    helper_scope_token_max_age_seconds: int = _knob(7200, "How long an open lesson page may ask", least=60)
    helper_response_max_chars: int = _knob(2200, "Longest answer, in characters", least=200)
    helper_response_max_tokens: int = _knob(320, "Longest answer, in the model's tokens", least=16)
    helper_conversation_enabled: bool = _knob(True, "Whether the helper remembers the last turns")
    helper_conversation_max_messages: int = _knob(8, "Turns kept word for word", least=0)
    helper_conversation_ttl_seconds: int = _knob(
        3600, "How long a conversation is kept in the cache", least=60
    )
    helper_conversation_turn_max_chars: int = _knob(800, "Longest turn that is kept", least=80)
    helper_conversation_history_max_chars: int = _knob(2400, "Longest history put before the model", least=0)
    helper_conversation_summary_max_chars: int = _knob(900, "Longest summary of older turns", least=0)
    helper_follow_up_suggestions_max: int = _knob(3, "Follow-up questions offered", least=0)
    helper_max_concurrency: int = _knob(0, "Answers written at the same time; 0 lets the box choose", least=0)
    helper_max_waiting: int = _knob(60, "Questions that may wait in line", least=1)
    helper_queue_max_wait_seconds: float = _knob(
        90.0, "Longest wait in line before the lesson answers", least=1
    )
    helper_queue_slot_ttl_seconds: float = _knob(120.0, "Longest time one answer may take", least=5)
    helper_backend_max_attempts: int = _knob(2, "Tries before the lesson answers instead", least=1)
    helper_backoff_seconds: float = _knob(0.4, "Pause before the second try; it doubles", least=0)
    helper_circuit_breaker_failures: int = _knob(5, "Failures that open the circuit", least=1)
    helper_circuit_breaker_ttl_seconds: float = _knob(30.0, "How long the circuit stays open", least=1)
    helper_rate_limit_per_minute: int = _knob(30, "Questions a minute for one person", least=1)
    helper_address_rate_limit_per_minute: int = _knob(
        600, "Questions a minute from one address; a whole class may share one", least=1
    )

    @property
    def database(self) -> Path:
        return self.appliance_data / "box.sqlite3"


def settings_from(environment: Mapping[str, str], **chosen: Any) -> Settings:
    """Settings from the environment; `chosen` (the command line) wins. Raises StartRefused with one sentence."""
    known = {knob.name.upper(): knob for knob in fields(Settings)}
    unknown = sorted(name for name in environment if name.startswith(PREFIXES) and name not in known)
    if unknown:
        raise StartRefused(f"Unknown setting {unknown[0]}: run 'chalkbox settings' for the names that exist.")
    read = {knob.name: _read(knob, environment[name]) for name, knob in known.items() if name in environment}
    read.update({name: value for name, value in chosen.items() if value is not None})
    return _checked(replace(Settings(), **read))


def table(settings: Settings, environment: Mapping[str, str]) -> list[dict[str, str]]:
    """One row a setting: name, value in force, where from, default, help."""
    return [
        {
            "name": knob.name.upper(),
            "value": shown(getattr(settings, knob.name)),
            "source": "environment" if knob.name.upper() in environment else "default",
            "default": shown(knob.default),
            "help": str(knob.metadata["help"]),
        }
        for knob in fields(settings)
    ]


def shown(value: object) -> str:
    """A value as an operator would type it; paths inside the programme's own folder from there on."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Path) and value.is_relative_to(Path(__file__).parent.parent):
        return str(value.relative_to(Path(__file__).parent.parent))
    return str(value)


def _read(knob: Any, text: str) -> Any:
    name, kind = knob.name.upper(), type(knob.default)
    try:
        if kind is bool:
            return _switch(text)
        return Path(text).expanduser() if issubclass(kind, Path) else kind(text)
    except ValueError as error:
        wanted = {int: "a whole number", float: "a number", bool: "1 or 0"}.get(kind, "something else")
        raise StartRefused(f"{name} is {text!r}, but it has to be {wanted}.") from error


def _switch(text: str) -> bool:
    if text.strip().lower() not in TRUE + FALSE:
        raise ValueError(text)
    return text.strip().lower() in TRUE


def _checked(settings: Settings) -> Settings:
    for knob in fields(settings):
        value = getattr(settings, knob.name)
        choices, least = knob.metadata["choices"], knob.metadata["least"]
        if choices and value not in choices:
            raise StartRefused(
                f"{knob.name.upper()} is {value!r}, but it has to be one of: {', '.join(choices)}."
            )
        if least is not None and value < least:
            raise StartRefused(f"{knob.name.upper()} is {value}, but it has to be at least {least:g}.")
    if settings.appliance_port > 65535:
        raise StartRefused("APPLIANCE_PORT has to be a port number from 0 to 65535.")
    if settings.helper_mock_response_text and settings.helper_llm_backend != "mock":
        raise StartRefused("HELPER_MOCK_RESPONSE_TEXT only makes sense with HELPER_LLM_BACKEND=mock.")
    return settings


def from_process(**chosen: Any) -> Settings:
    return settings_from(os.environ, **chosen)

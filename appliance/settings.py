"""Every knob of the box in one frozen table: type, default and help; nothing is read from anywhere else."""

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from appliance.errors import StartRefused

PREFIXES = ("APPLIANCE_", "HELPER_", "LLM_", "GUEST_", "RETENTION_", "CLASSHUB_UPLOAD_SCAN_")
TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")
# Short enough that a number can follow it, as in classroom-2.
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?")
HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
REMOTE = ("remote", "openai", "ollama")
OLLAMA = "http://127.0.0.1:11434"


def _knob(
    default: Any, help: str, choices: tuple[str, ...] = (), least: float | None = None, secret: bool = False
) -> Any:
    about = {"help": help, "choices": choices, "least": least, "secret": secret}
    return field(default=default, repr=not secret, metadata=about)


@dataclass(frozen=True)
class Settings:
    """What the operator chose. A field's environment name is its name in capitals."""

    appliance_data: Path = _knob(Path("data"), "Folder that holds everything the box keeps")
    appliance_host: str = _knob("127.0.0.1", "Address to listen on; 0.0.0.0 serves the whole network")
    appliance_port: int = _knob(8080, "Port to listen on", least=0)
    appliance_hosts: str = _knob(
        "",
        "More names under which the box may be opened, such as one from the router, with commas between them",
    )
    appliance_mdns: str = _knob(
        "auto",
        "Whether the box announces a name on the network; auto does when it serves more than this machine",
        choices=("auto", "on", "off"),
    )
    appliance_mdns_name: str = _knob("classroom", "The name it announces, without .local")
    appliance_mdns_interface: str = _knob(
        "",
        "The interface or own number to announce on; empty takes the one with the default route, else a private one",
    )
    appliance_content: Path = _knob(
        Path(__file__).parent.parent / "content" / "courses", "Folder of the courses that ship with the box"
    )
    appliance_models: Path = _knob(
        Path(__file__).parent.parent / "models",
        "Folder of the model files that set-up made; operators' own go to the data folder",
    )
    appliance_api_key: str = _knob(
        "", "Key that programs at /v1 send, long and random; empty keeps all of /v1 shut", secret=True
    )
    appliance_log_level: str = _knob("INFO", "How much to log", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
    appliance_join_rate_limit_per_minute: int = _knob(
        240, "Join attempts a minute from one address; a whole class may share one", least=1
    )
    appliance_sign_in_rate_limit_per_minute: int = _knob(
        10,
        "Staff sign-in attempts a minute for one name from one address; three times that for all names from there, ten "
        "times for one name from everywhere",
        least=1,
    )
    appliance_name_safety_mode: str = _knob(
        "warn",
        "What happens to a name that looks like an e-mail or phone number",
        choices=("off", "warn", "strict"),
    )
    appliance_program_profile: str = _knob(
        "secondary",
        "Whom the box is for; decides over rejoining, made-up names, the helper's strictness and the size of pages",
        choices=("elementary", "secondary", "advanced"),
    )
    appliance_upload_max_mb: int = _knob(200, "Largest file that may be handed in, in megabytes", least=1)
    appliance_document_max_mb: int = _knob(
        20, "Largest paper that a teacher may upload for a class, in megabytes", least=1
    )
    appliance_class_quota_mb: int = _knob(4096, "Room for one class's files, in megabytes", least=1)
    classhub_upload_scan_enabled: bool = _knob(
        False, "Whether a virus scanner looks at every file that people send, before it is kept"
    )
    classhub_upload_scan_command: str = _knob(
        "clamscan --no-summary --stdout",
        "The scanner; the file's path is put behind it, and it says 0 for clean and 1 for infected",
    )
    classhub_upload_scan_timeout_seconds: float = _knob(
        20.0, "Longest that the scanner may take for one file, in seconds", least=1
    )
    classhub_upload_scan_fail_closed: bool = _knob(
        False, "Whether a file is refused that the scanner could not look at; else it is kept, and marked"
    )
    appliance_backups_kept: int = _knob(7, "Backups that stay in a folder when a new one is made", least=1)

    helper_llm_backend: str = _knob(
        "local",
        "Who writes the helper's answers: the model on this box (local), a borrowed one at LLM_BASE_URL"
        " (remote or openai; ollama has its usual address) with this box behind it, or a fixed text (mock)",
        choices=("local", *REMOTE, "mock"),
    )
    helper_remote_mode_acknowledged: bool = _knob(
        False,
        "Whether you agree that questions, without what tells who somebody is, are sent to LLM_BASE_URL;"
        " a borrowed model is not used before",
    )
    llm_base_url: str = _knob(
        "", "Address of an OpenAI-compatible server, as far as /v1; only the box itself talks to it"
    )
    llm_api_key: str = _knob("", "Key that the server at LLM_BASE_URL asks for", secret=True)
    llm_model: str = _knob("", "The borrowed model's name; empty takes the first that the server lists")
    ai_request_timeout_ms: int = _knob(
        30_000, "Longest wait for a borrowed model's first word, in milliseconds", least=100
    )
    ai_embedding_timeout_ms: int = _knob(
        30_000, "Longest wait of a program at /v1 for its vectors, in milliseconds", least=100
    )
    helper_mock_response_text: str = _knob("", "The fixed text of the mock backend; empty gives a short hint")
    helper_strictness: str = _knob(
        "light",
        "Light explains with reasons; strict gives hints only, where a teacher chose nothing else for class or lesson",
        choices=("light", "strict"),
    )
    helper_scope_mode: str = _knob(
        "soft",
        "Soft prefers the lesson; strict stays inside it, where a teacher chose nothing else",
        choices=("soft", "strict"),
    )
    helper_topic_filter_mode: str = _knob(
        "soft",
        "What happens to questions off the lesson's topics, where a teacher chose nothing else",
        choices=("off", "soft", "strict"),
    )
    helper_text_language_keywords: str = _knob(
        "",
        "Text languages that a lesson of blocks leads back from, with commas between them; empty takes the usual ones",
    )
    helper_reference_dir: str = _knob(
        "",
        "Folder of facts of your own that the helper may quote: a <key>.md for each helper_reference of a lesson",
    )
    helper_reference_file: str = _knob(
        "", "File in that folder for courses that name no helper_reference; empty for none"
    )
    helper_reference_map: str = _knob(
        "", 'Other names of files in that folder, as in {"piper": "scratch-facts.md"}'
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
    helper_shared_answers_enabled: bool = _knob(
        True,
        "Whether a student may get the answer that another one of the class got to nearly the same question",
    )
    helper_class_reset_archive_enabled: bool = _knob(
        True, "Whether a teacher may keep a copy of a class's helper conversations before they are forgotten"
    )
    helper_class_reset_archive_max_messages: int = _knob(
        120, "Turns of one conversation in such a copy, the newest", least=1
    )
    retention_helper_export_days: int = _knob(30, "Days after which such a copy is deleted", least=1)
    retention_student_events_days: int = _knob(
        180,
        "Days that joins, hand-ins and questions are kept as events, without texts; 0 keeps them",
        least=0,
    )
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
    helper_care_helplines: str = _knob(
        "", "Whom to call, said with the words of care: one line, such as a number and its hours"
    )
    helper_address_rate_limit_per_minute: int = _knob(
        600, "Questions a minute from one address; a whole class may share one", least=1
    )
    retention_helper_questions_days: int = _knob(
        180, "Days that the counts of questions to the helper are kept, without their text", least=1
    )

    guest_max_concurrent_ai_requests: int = _knob(
        20, "What programs at /v1 may ask of a model at the same time for guests", least=1
    )
    guest_chat_limit: int = _knob(50, "Chat answers for one guest's sandbox", least=0)
    guest_quiz_limit: int = _knob(10, "Quizzes for one guest's sandbox", least=0)
    guest_flashcards_limit: int = _knob(10, "Decks of cards for one guest's sandbox", least=0)
    guest_blueprint_limit: int = _knob(5, "Blueprints for one guest's sandbox", least=0)
    guest_embedding_limit: int = _knob(15, "Requests for vectors for one guest's sandbox", least=0)

    @property
    def database(self) -> Path:
        return self.appliance_data / "box.sqlite3"

    @property
    def more_hosts(self) -> frozenset[str]:
        """The operator's own names for the box, as they stand in a Host header."""
        names = (name.strip().lower().rstrip(".") for name in self.appliance_hosts.split(","))
        return frozenset(name for name in names if name)

    @property
    def is_remote(self) -> bool:
        return self.helper_llm_backend in REMOTE

    @property
    def remote_url(self) -> str:
        """What stands before `/v1` of the borrowed model's server."""
        url = self.llm_base_url or (OLLAMA if self.helper_llm_backend == "ollama" else "")
        return url.rstrip("/").removesuffix("/v1").rstrip("/")


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
            "value": _hidden(shown(getattr(settings, knob.name)), knob.metadata["secret"]),
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


def _hidden(value: str, is_secret: bool) -> str:
    return "(hidden)" if is_secret and value else value


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
    if not LABEL.fullmatch(settings.appliance_mdns_name):
        raise StartRefused(
            f"APPLIANCE_MDNS_NAME is {settings.appliance_mdns_name!r}, but it has to be one word of small letters, "
            "digits and hyphens, without .local."
        )
    if not _is_header_text(settings.appliance_api_key):
        raise StartRefused("APPLIANCE_API_KEY has a space or a sign in it that no key has: choose another.")
    wrong = sorted(name for name in settings.more_hosts if not HOST_NAME.fullmatch(name))
    if wrong:
        raise StartRefused(
            f"APPLIANCE_HOSTS has {wrong[0]!r} in it, but it takes bare names, without http:// and without a port."
        )
    if settings.helper_mock_response_text and settings.helper_llm_backend != "mock":
        raise StartRefused("HELPER_MOCK_RESPONSE_TEXT only makes sense with HELPER_LLM_BACKEND=mock.")
    if settings.classhub_upload_scan_enabled and not _words(settings.classhub_upload_scan_command):
        raise StartRefused(
            "CLASSHUB_UPLOAD_SCAN_COMMAND has to be a program and its options, such as clamdscan --fdpass."
        )
    _check_remote(settings)
    return settings


def _check_remote(settings: Settings) -> None:
    """Whatever is set, even while another backend is chosen. No sentence repeats the address: a key may be in it."""
    if settings.is_remote and not settings.remote_url:
        raise StartRefused(
            f"HELPER_LLM_BACKEND={settings.helper_llm_backend} needs LLM_BASE_URL, the address of the server."
        )
    if settings.llm_base_url and not _is_base(settings.llm_base_url):
        raise StartRefused(
            "LLM_BASE_URL has to be like http://10.0.0.2:8000 or https://host/path, with nothing after the path."
        )
    if "@" in settings.llm_base_url:
        raise StartRefused("LLM_BASE_URL has a name or password in it: the key goes into LLM_API_KEY.")
    if not _is_header_text(settings.llm_api_key):
        raise StartRefused("LLM_API_KEY has a space or a sign in it that no key has: copy it again.")
    if not settings.llm_model.isprintable():
        raise StartRefused("LLM_MODEL has a sign in it that no name has: type it again.")


def _words(command: str) -> list[str]:
    """No words where a quotation mark is left open."""
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _is_header_text(key: str) -> bool:
    return all("!" <= sign <= "~" for sign in key)


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return False
    is_plain = all("!" <= sign <= "~" for sign in url) and not any(sign in url for sign in "?#\\")
    return parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and is_plain


def from_process(**chosen: Any) -> Settings:
    return settings_from(os.environ, **chosen)

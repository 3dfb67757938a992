"""Settings that people bring along from programs like this one, and that mean nothing here: said, never read over."""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.errors import Sentence
from appliance.operations.doctor import Finding

CHECK = "known_elsewhere"
HAS_NO_EFFECT = "%(name)s is known from %(where)s and has no effect here."
PROVIDER = (
    "The box asks no provider by itself. For a server of your choice set HELPER_LLM_BACKEND=remote, LLM_BASE_URL"
    " and %(instead)s, or take this name away."
)
RENAMED = "Set %(instead)s, or take this name away."
CLASSHUB, STEM, BOTH = "ClassHub", "STEM", "ClassHub and STEM"


@dataclass(frozen=True)
class Known:
    """`name` may end in a star; `instead` is the setting here that comes nearest; `advice` is a sentence around it."""

    name: str
    where: str
    instead: str
    advice: str = PROVIDER

    def covers(self, name: str) -> bool:
        return name.startswith(self.name[:-1]) if self.name.endswith("*") else name == self.name


# The first that covers a name counts.
TABLE = (
    Known("OPENAI_API_KEY", BOTH, "LLM_API_KEY"),
    Known("OPENAI_MODEL", BOTH, "LLM_MODEL"),
    Known("OPENAI_MAX_OUTPUT_TOKENS", CLASSHUB, "HELPER_RESPONSE_MAX_TOKENS", RENAMED),
    Known("OPENROUTER_MODEL", STEM, "LLM_MODEL"),
    Known("OPENROUTER_*", STEM, "LLM_API_KEY"),
    Known("GEMINI_MODEL", STEM, "LLM_MODEL"),
    Known("GEMINI_*", STEM, "LLM_API_KEY"),
    Known("AI_PROVIDER_DEFAULT", STEM, "LLM_MODEL"),
    Known("PYTHON_BACKEND_API_KEY", STEM, "APPLIANCE_API_KEY", RENAMED),
    Known("CLASSHUB_PROGRAM_PROFILE", CLASSHUB, "APPLIANCE_PROGRAM_PROFILE", RENAMED),
    Known("CLASSHUB_NAME_SAFETY_MODE", CLASSHUB, "APPLIANCE_NAME_SAFETY_MODE", RENAMED),
    Known("CLASSHUB_JOIN_RATE_LIMIT_PER_MINUTE", CLASSHUB, "APPLIANCE_JOIN_RATE_LIMIT_PER_MINUTE", RENAMED),
)


def findings(environment: Mapping[str, str]) -> list[Finding]:
    """One for each such name that is set to something; no value is ever repeated, for it may be a key."""
    found = ((name, _known(name)) for name, value in sorted(environment.items()) if value.strip())
    return [_finding(name, known) for name, known in found if known]


def sentences(environment: Mapping[str, str]) -> list[str]:
    """The same for the console."""
    return [f"{finding.sentence} {finding.advice}" for finding in findings(environment)]


def _known(name: str) -> Known | None:
    return next((known for known in TABLE if known.covers(name)), None)


def _finding(name: str, known: Known) -> Finding:
    sentence = Sentence(HAS_NO_EFFECT, name=name, where=known.where)
    return Finding(CHECK, "warning", sentence, Sentence(known.advice, instead=known.instead))

"""The chat template a model carries in its file, run in a sandbox: the file comes from anywhere."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from appliance.inference.leash import RanAway, leash

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LONGEST_TEMPLATE = 64 * 1024

SWITCHES = {"add_generation_prompt": True, "enable_thinking": False}
LONGEST_TEXT = 1024 * 1024
MOST_SECONDS = 2.0  # the templates of real models take milliseconds
MOST_MEMORY = 256 * 1024 * 1024

Turns = Sequence[tuple[str, str]]


class TakesTooLong(TemplateError):
    """Not to be tried again with other words."""


class GenerationMarks(Extension):
    """`{% generation %}` marks what a trainer learns from; for asking it means nothing."""

    tags = {"generation"}  # noqa: RUF012 - the name and type are Jinja's

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which by itself lets a template multiply a letter until memory runs out."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        factors = (left, right)
        longest = max((len(part) for part in factors if isinstance(part, str | list | tuple)), default=1)
        times = max((part for part in factors if isinstance(part, int)), default=1)
        if operator == "**" or longest * times > LONGEST_TEXT:
            raise SecurityError("the template makes too much of itself")
        return super().call_binop(context, operator, left, right)


class ChatTemplate:
    """Turns into the text the model was trained on; raises TemplateError when the template is broken."""

    def __init__(
        self, source: str, begin: str, end: str, controls: Sequence[str], now: Callable[[], datetime]
    ) -> None:
        if len(source) > LONGEST_TEMPLATE:
            raise TemplateError("the template is too long")
        sandbox = Sandbox(
            trim_blocks=True, lstrip_blocks=True, extensions=[GenerationMarks, "jinja2.ext.loopcontrols"]
        )
        sandbox.globals["raise_exception"] = _refuse
        sandbox.globals["strftime_now"] = lambda pattern: now().strftime(pattern)
        with _bounded():
            self._template = sandbox.from_string(source or CHATML)
        self._words = {"bos_token": begin, "eos_token": end, **SWITCHES}
        written = sorted((text for text in controls if len(text) > 2), key=len, reverse=True)
        self._controls = re.compile("|".join(map(re.escape, written))) if written else None

    def render(self, turns: Turns) -> str:
        clean = [(role, self._defused(content)) for role, content in turns]
        system = next((content for role, content in clean if role == "system"), "")
        try:
            text = self._rendered(clean)
        except TakesTooLong:
            raise
        except TemplateError:
            if not system:
                raise
            return self._rendered(_merged(clean))
        # some templates leave a system turn out without a word
        return text if system.strip() in text else self._rendered(_merged(clean))

    def _rendered(self, turns: Turns) -> str:
        messages = [{"role": role, "content": content} for role, content in turns]
        # more than is said, for a template may say it twice
        longest = LONGEST_TEXT + 2 * sum(len(content) for _, content in turns)
        with _bounded():
            return _joined(self._template.generate(messages=messages, tools=None, **self._words), longest)

    def _defused(self, content: str) -> str:
        """A student who writes an end-of-turn mark must not end the turn."""
        if self._controls is None:
            return content
        return self._controls.sub(lambda found: f"{found[0][0]} {found[0][1:]}", content)


@contextmanager
def _bounded() -> Iterator[None]:
    """The template is a stranger's program: whatever it raises or takes too much of is its fault."""
    try:
        with leash(MOST_SECONDS, MOST_MEMORY):
            yield
    except TemplateError:
        raise
    except RanAway as endless:
        raise TakesTooLong from endless
    except Exception as error:
        raise TemplateError(str(error)) from error


def _joined(parts: Iterable[str], longest: int) -> str:
    kept, length = [], 0
    for part in parts:
        kept.append(part)
        length += len(part)
        if length > longest:
            raise TemplateError("the template writes too much")
    return "".join(kept)


def _merged(turns: Turns) -> list[tuple[str, str]]:
    """The system text at the head of the first thing the user says, for models that know no system turn."""
    system = "\n\n".join(content for role, content in turns if role == "system")
    rest = [turn for turn in turns if turn[0] != "system"]
    first = next((at for at, turn in enumerate(rest) if turn[0] == "user"), None)
    if first is None:
        return [("user", system), *rest]
    rest[first] = ("user", f"{system}\n\n{rest[first][1]}")
    return rest


def _refuse(reason: str) -> NoReturn:
    raise TemplateError(reason)

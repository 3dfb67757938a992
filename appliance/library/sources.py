"""Course files as they lie on disk: no links followed, no YAML surprises, each fault told in one sentence."""

import errno
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

import yaml

from appliance.errors import Invalid, NotFound, Sentence

LESSON_BYTES = 1024 * 1024
# Front matter and manifests are written by hand: anything bigger or deeper is a mistake or an attack.
YAML_BYTES = 256 * 1024
YAML_DEPTH = 12
YAML_EVENTS = 50_000

ALIAS = "%(file)s, line %(line)s: a value begins with '&' or '*'. Put the text in double quotes."
TOO_DEEP = "%(file)s, line %(line)s: there are too many lists inside lists."
COLON = "%(file)s, line %(line)s: the text has a colon in it. Put the text in double quotes."
COLON_AFTER_KEY = (
    "%(file)s, line %(line)s: the text after '%(key)s:' has a colon in it. Put the text in double quotes."
)
SIGN = "%(file)s, line %(line)s: the text begins with a special sign. Put the text in double quotes."
SIGN_AFTER_KEY = (
    "%(file)s, line %(line)s: the text after '%(key)s:' begins with a special sign. "
    "Put the text in double quotes."
)
TAB = "%(file)s, line %(line)s: the line begins with a tab. Use spaces instead."
UNREADABLE = (
    "%(file)s, line %(line)s: the settings can't be read from here. "
    "Check quotes and the spaces before the words."
)

SLUG = re.compile(r"[A-Za-z0-9_-]{1,100}")
_FENCE = re.compile(r"---[ \t]*")
_KEY = re.compile(r"\s*(?:-\s+)?([^\s:#][^:]*):\s+(\S.*)")

Signature = tuple[int, int, int]
# What a YAML file can hold here: every scalar is text, so that "Yes", 1.50 and dates stay as they were typed.
Yaml = str | list["Yaml"] | dict[str, "Yaml"]


@dataclass(frozen=True)
class Source:
    """One text file of a course; `name` is how messages call it, `signature` changes when the file does."""

    name: str
    text: str
    signature: Signature


def signature(path: Path) -> Signature | None:
    """What tells one version of a file from the next without reading it; None when it isn't there."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def inside(root: Path, *parts: str) -> Path:
    """A path below `root`. Raises NotFound when it would lie outside or is reached through a link."""
    path = Path(os.path.normpath(root.joinpath(*parts)))
    if "\0" in str(path) or path == root or not path.is_relative_to(root):
        raise NotFound(
            Sentence("'%(path)s' lies outside the courses folder.", path="/".join(parts)), "path_outside"
        )
    step = root
    for part in path.relative_to(root).parts:
        step = step / part
        if _is_link(step):
            raise NotFound(
                Sentence("'%(name)s' is a link. Put the file itself there instead.", name=part),
                "path_is_link",
            )
    return path


def _is_link(path: Path) -> bool:
    """A name that no disk can hold, such as one of 300 letters, is no link: whoever opens it is told so."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def read_source(root: Path, *parts: str, limit_bytes: int = LESSON_BYTES) -> Source:
    """Raises NotFound when it is missing, outside `root` or a link, Invalid when it can't be read as text."""
    path = inside(root, *parts)
    name = "/".join(path.relative_to(root).parts)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        sentence = Sentence("%(file)s is missing.", file=name)
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            sentence = Sentence("%(file)s can't be opened.", file=name)
        raise NotFound(sentence, "file_missing") from error
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise Invalid(Sentence("%(file)s isn't a file.", file=name), "file_unreadable")
        content = file.read(limit_bytes + 1)
    return Source(name, _text(name, content, limit_bytes), (found.st_ino, found.st_mtime_ns, found.st_size))


def mapping(name: str, text: str, first_line: int = 1) -> dict[str, Yaml]:
    """Keys and values of a YAML text; `first_line` is where it begins in the file that messages speak of."""
    if len(text) > YAML_BYTES:
        sentence = Sentence(
            "%(file)s has more than 256 kB of settings. Move long text to a lesson.", file=name
        )
        raise Invalid(sentence, "yaml_large")
    try:
        _refuse_bombs(name, text, first_line)
        value = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - the base loader knows only text, lists, maps
    except yaml.YAMLError as error:
        raise Invalid(_fault(name, text, first_line, error), "yaml_broken") from error
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        sentence = Sentence(
            "%(file)s, line %(line)s: write settings as 'name: value' lines.", file=name, line=first_line
        )
        raise Invalid(sentence, "yaml_broken")
    return value


def front_matter(source: Source) -> tuple[dict[str, Yaml], str]:
    """The settings between the two '---' lines and the Markdown below them."""
    lines = source.text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        return {}, source.text
    for number, line in enumerate(lines[1:], start=1):
        if _FENCE.fullmatch(line):
            settings, body = "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
            return mapping(source.name, settings, first_line=2), body.lstrip("\n")
    sentence = Sentence(
        "%(file)s: the settings at the top need a line with '---' after them.", file=source.name
    )
    raise Invalid(sentence, "yaml_broken")


def words(value: Yaml | None) -> str:
    """A scalar as text. A line like `- If stuck: ask` is a mapping to YAML and a sentence to its author."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {words(inner)}".strip() for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(filter(None, map(words, value)))
    return "" if value is None or value in ("~", "null") else value.strip()


def lines_of(value: Yaml | None) -> tuple[str, ...]:
    """A list of texts; a lone text counts as a list of one."""
    items = value if isinstance(value, list) else [value or ""]
    return tuple(filter(None, map(words, items)))


def entries(value: Yaml | None) -> tuple[dict[str, Yaml], ...]:
    """Those items of a list that have keys of their own."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def section(value: Yaml | None) -> dict[str, Yaml]:
    return value if isinstance(value, dict) else {}


def number(value: Yaml | None) -> int | None:
    """A whole number from 0 to 99,999, or None."""
    text = words(value)
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else None


def _text(name: str, content: bytes, limit_bytes: int) -> str:
    if len(content) > limit_bytes:
        limit = limit_bytes // 1024
        sentence = Sentence("%(file)s is larger than %(limit)s kB. Split it in two.", file=name, limit=limit)
        raise Invalid(sentence, "file_large")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = Sentence("%(file)s isn't UTF-8 text. Save it again as UTF-8.", file=name)
        raise Invalid(sentence, "file_not_utf8") from error
    if "\0" in text:
        raise Invalid(Sentence("%(file)s isn't a text file.", file=name), "file_not_text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_bombs(name: str, text: str, first_line: int) -> None:
    """A few bytes of aliases can stand for gigabytes: look at the events before anything is built."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CBaseLoader)):
        line = first_line + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Invalid(Sentence(ALIAS, file=name, line=line), "yaml_alias")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > YAML_DEPTH or count > YAML_EVENTS:
            raise Invalid(Sentence(TOO_DEEP, file=name, line=line), "yaml_deep")


def _fault(name: str, text: str, first_line: int, error: yaml.YAMLError) -> Sentence:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Sentence(
            "%(file)s: the settings hold a character that can't be read. Type that line again.", file=name
        )
    rows = text.split("\n")
    row = rows[mark.line] if mark.line < len(rows) else ""
    problem = str(getattr(error, "problem", "") or "")
    pair = _KEY.match(row)
    place: dict[str, object] = {"file": name, "line": first_line + mark.line}
    if pair:
        place["key"] = pair[1].strip()
    if "mapping values are not allowed" in problem:
        return Sentence(COLON_AFTER_KEY if pair else COLON, **place)
    if "\t" in row[: len(row) - len(row.lstrip())]:
        return Sentence(TAB, **place)
    if "cannot start any token" in problem:
        return Sentence(SIGN_AFTER_KEY if pair else SIGN, **place)
    return Sentence(UNREADABLE, **place)

"""Who a part of a lesson is for: teacher-only sections are taken out before a student sees the text."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

# A whole heading, not its beginning: "Materials" is the teacher's, "Materials you need" is not.
_FOR_TEACHERS = r"(?:\s*[:,–—-]?\s*(?:for\s+(?:the\s+)?teachers?|teachers?\s+only|\([^()]*\)|\[[^\[\]]*\]))?"
_TEACHER_HEADING = re.compile(
    rf"""
    (?:agenda|materials|checkpoints|
       common\ stuck\ points(?:\s*(?:\+|&|and)\s*fixes)?|
       extensions\ \(fast\ finishers?(?:\ menu)?\)|
       notes\s*(?:\+|&|and)\s*options)
    {_FOR_TEACHERS}
    | (?:for\ (?:the\ )?)?teachers?
    | teacher(?:['’]?s['’]?)?\ (?:prep|preparation|panel|notes?|guide|guidance|moves|checklist|script|
        background|tips|only|answers?|key|info|information|overview|plan|reflection|setup|set-up|section|view|materials|agenda)
      \b.*
    """,
    re.VERBOSE,
)
_TEACHER_SUMMARY = re.compile(
    r"^(?:(?:notes?|panel|answers?)\s+)?(?:for\s+(?:the\s+)?)?teachers?\b"
    r"|\bteachers?['’]?s?\s+(?:panel|prep|preparation|notes?|only|guide|answers?|key|section|view)\b"
    r"|\bfor\s+(?:the\s+)?teachers?\b"
)
_LEVEL_2 = re.compile(r" {0,3}##[ \t]+(.*?)[ \t]*#*[ \t]*")
# Bounded, so that a megabyte of unclosed tags takes no longer than any other text.
_DETAILS = re.compile(r"<(/?)details\b[^>]{0,300}>", re.IGNORECASE)
_SUMMARY = re.compile(r"\s{0,100}<summary\b[^>]{0,300}>(.{0,300}?)</summary>", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")
_EDGES = re.compile(r"^[\W_]+|[\s*_`:.#]+$")

_MARKDOWN = MarkdownIt("commonmark", {"html": True})


@dataclass(frozen=True)
class Split:
    student: str
    teacher: str


def split_for_audiences(markdown: str) -> Split:
    """Two Markdown texts: what students may read and what only staff may."""
    visible, blocks = _without_teacher_details(markdown)
    student: list[str] = []
    teacher: list[str] = []
    for title, text in _level_2_sections(visible):
        (teacher if is_teacher_heading(title) else student).append(text.strip("\n"))
    return Split("\n\n".join(filter(None, student)), "\n\n".join(filter(None, [*teacher, *blocks])))


def is_teacher_heading(heading: str) -> bool:
    return _TEACHER_HEADING.fullmatch(_plain(heading)) is not None


def intro_only(markdown: str) -> str:
    """What stands before the first level-2 heading: all that a locked lesson shows."""
    return _level_2_sections(markdown)[0][1].strip("\n")


def _plain(heading: str) -> str:
    text = _EDGES.sub("", " ".join(_TAGS.sub("", heading[:300]).split())).casefold()
    return re.sub(r"[*_`]", "", text)


def _level_2_sections(markdown: str) -> list[tuple[str, str]]:
    """Title and text of each level-2 section; the first has no title and may be empty."""
    lines = markdown.split("\n")
    starts = _level_2_lines(markdown, lines)
    bounds = [0, *sorted(starts), len(lines)]
    titles = ["", *(starts[line] for line in sorted(starts))]
    return [
        (title, "\n".join(lines[begin:end]))
        for title, (begin, end) in zip(titles, pairwise(bounds), strict=True)
    ]


def _level_2_lines(markdown: str, lines: list[str]) -> dict[int, str]:
    """Line numbers of level-2 headings with their text.

    Both what Markdown calls a heading and what looks like one inside HTML count: a missed heading would show
    a teacher's text to a class. Code is left alone.
    """
    tokens = _MARKDOWN.parse(markdown)
    opaque = _opaque_lines(tokens)
    found = {}
    for line, text in enumerate(lines):
        heading = _LEVEL_2.fullmatch(text)
        if heading is not None and line not in opaque:
            found[line] = heading[1]
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h2" and opening.level == 0 and opening.map:
            found.setdefault(opening.map[0], inline.content)
    return found


def _opaque_lines(tokens: list[Token]) -> set[int]:
    """Lines of code blocks and comments."""
    opaque: set[int] = set()
    for token in tokens:
        comment = token.type == "html_block" and token.content.lstrip().startswith("<!--")
        if token.map and (token.type in ("fence", "code_block") or comment):
            opaque.update(range(*token.map))
    return opaque


def _without_teacher_details(markdown: str) -> tuple[str, list[str]]:
    """Older packs keep the teacher's part in <details>. One that is never closed hides all that follows."""
    if "<details" not in markdown.casefold():
        return markdown, []
    opaque = _opaque_lines(_MARKDOWN.parse(markdown))
    line_ends = [end.start() for end in re.finditer("\n", markdown)]
    kept, blocks, position = [], [], 0
    for opening in _DETAILS.finditer(markdown):
        if opening.start() < position or opening[1] or bisect_left(line_ends, opening.start()) in opaque:
            continue
        summary = _SUMMARY.match(markdown, opening.end())
        if summary is None or not _TEACHER_SUMMARY.search(_plain(summary[1])):
            continue
        inner_end, end = _details_end(markdown, opening.end())
        kept.append(markdown[position : opening.start()])
        title = _TAGS.sub("", summary[1]).strip()
        blocks.append(f"## {title}\n\n{markdown[summary.end() : inner_end].strip()}")
        position = end
    return "".join([*kept, markdown[position:]]), blocks


def _details_end(markdown: str, start: int) -> tuple[int, int]:
    depth = 1
    for tag in _DETAILS.finditer(markdown, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.start(), tag.end()
    return len(markdown), len(markdown)

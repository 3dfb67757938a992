"""Lesson Markdown taken apart: one parser for pages and search, so that citations point at real anchors."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from appliance.library.formulas import to_words

ACTIVITIES = ("checklist", "reflection", "hand-in")
MATH = ("math_inline", "math_inline_double", "math_block")
LONGEST_ID = 60

_MARKER = re.compile(r"\[\[(" + "|".join(ACTIVITIES) + r")\]\]")
_TASK = re.compile(r"\[([ xX])\]\s+")
_CALLOUTS = {
    "try": ("try it", "try this", "pruébalo", "prueba"),
    "careful": ("careful", "be careful", "warning", "cuidado", "atención"),
    "know": ("did you know", "sabías que"),
}
_CALLOUT_OF = {name: kind for kind, names in _CALLOUTS.items() for name in names}
_BREAKS = ("softbreak", "hardbreak")


class Heading(NamedTuple):
    level: int
    id: str
    text: str


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(deflist_plugin)
    # Digits and spaces next to the dollar sign are prices, not formulas.
    parser.use(
        dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True
    )
    for rule in (_place_activities, _name_headings, _mark_callouts, _mark_tasks, _mark_figures, _mark_tables):
        parser.core.ruler.push(rule.__name__, rule)
    return parser


def tokens_of(markdown: str, id_prefix: str = "h-") -> list[Token]:
    """Block tokens; headings carry their id, activities are tokens of type "activity"."""
    return parser().parse(markdown, {"id_prefix": id_prefix})


def inline_tokens_of(text: str) -> list[Token]:
    return parser().parseInline(text, {"id_prefix": "h-"})


def headings_in(tokens: list[Token]) -> tuple[Heading, ...]:
    return tuple(
        Heading(int(token.tag[1]), str(token.attrs["id"]), plain_text(inline))
        for token, inline in pairwise(tokens)
        if token.type == "heading_open" and "id" in token.attrs
    )


def plain_text(token: Token) -> str:
    """What a reader would say aloud: no markup, formulas in words, pictures by their description."""
    if token.type in MATH:
        return to_words(token.content)
    if token.children:
        return " ".join("".join(map(plain_text, token.children)).split())
    if token.type in _BREAKS:
        return " "
    return token.content if token.type in ("text", "code_inline", "inline", "fence", "code_block") else ""


def _place_activities(state: StateCore) -> None:
    """`[[checklist]]` alone on a line, outside lists and quotes, becomes a place for the form."""
    kept: list[Token] = []
    for token in state.tokens:
        kept.append(token)
        if token.type != "paragraph_close" or token.level or len(kept) < 3:
            continue
        marker = _MARKER.fullmatch(kept[-2].content.strip())
        if marker is not None:
            kept[-3:] = [Token("activity", "", 0, info=marker[1], map=kept[-2].map)]
    state.tokens = kept


def _name_headings(state: StateCore) -> None:
    seen: dict[str, int] = {}
    for opening, inline, closing in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if opening.type != "heading_open":
            continue
        if opening.tag == "h1":  # the page's own title is its only level 1
            opening.tag = closing.tag = "h2"
        name = f"{state.env['id_prefix']}{_slug(plain_text(inline))}"
        seen[name] = seen.get(name, 0) + 1
        while seen[name] > 1 and f"{name}-{seen[name]}" in seen:
            seen[name] += 1
        unique = name if seen[name] == 1 else f"{name}-{seen[name]}"
        seen.setdefault(unique, 1)
        opening.attrSet("id", unique)


def _slug(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"\W+", "-", bare.casefold()).strip("-_")[:LONGEST_ID].strip("-") or "section"


def _mark_callouts(state: StateCore) -> None:
    for quote, _, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if quote.type != "blockquote_open" or inline.type != "inline" or len(inline.children or ()) < 2:
            continue
        first = (inline.children or [])[0:3]
        strong = next((index for index, child in enumerate(first) if child.type == "strong_open"), None)
        if strong is None or any(child.content for child in first[:strong]):
            continue
        kind = _CALLOUT_OF.get(re.sub(r"[^\w\s]", "", first[strong + 1].content).strip().casefold())
        if kind is not None:
            quote.attrSet("class", f"callout callout-{kind}")


def _mark_tasks(state: StateCore) -> None:
    for item, _, inline in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if item.type != "list_item_open" or inline.type != "inline" or not inline.children:
            continue
        box = _TASK.match(inline.children[0].content) if inline.children[0].type == "text" else None
        if box is not None:
            is_done = box[1] in "xX"
            item.attrSet("class", "task task-done" if is_done else "task")
            inline.children[0].content = inline.children[0].content[box.end() :]
            inline.children.insert(0, Token("task_box", "", 0, info="done" if is_done else ""))


def _mark_figures(state: StateCore) -> None:
    """A picture alone in its paragraph becomes a figure, its title the caption below."""
    for opening, inline, closing in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        is_alone = [child.type for child in inline.children or ()] == ["image"]
        if opening.type != "paragraph_open" or opening.hidden or not is_alone:
            continue
        opening.tag = closing.tag = "figure"
        picture = (inline.children or [])[0]
        caption = str(picture.attrs.pop("title", ""))
        if caption:
            inline.children = [picture, Token("caption", "", 0, content=caption)]


def _mark_tables(state: StateCore) -> None:
    table: Token | None = None
    for token, inline in pairwise(state.tokens):
        if token.type == "table_open":
            table, token.meta["columns"] = token, []
        if token.type in ("th_open", "td_open"):
            align = str(token.attrs.pop("style", "")).removeprefix("text-align:")
            if align:
                token.attrSet("class", f"align-{align}")
        if token.type == "th_open" and table is not None:
            token.attrSet("scope", "col")
            table.meta["columns"].append(plain_text(inline))

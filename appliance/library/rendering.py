"""Lesson Markdown to safe markup: maths, code, figures, callouts, tables, and places for the activities."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MethodType
from typing import cast

from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from appliance.library.cleaning import LINE_TAGS, asset_address, cleaned
from appliance.library.formulas import as_typed, to_mathml
from appliance.library.lessons import Lesson
from appliance.library.tokens import (
    ACTIVITIES,
    MATH,
    Heading,
    headings_in,
    inline_tokens_of,
    parser,
    plain_text,
    tokens_of,
)

# A page sets about one formula a millisecond; a text with more than this is not a lesson.
MOST_FORMULAS = 400
LONGEST_CODE = 20_000

_HIGHLIGHTED = HtmlFormatter(nowrap=True, classprefix="c-")


@dataclass(frozen=True)
class Labels:
    """What a screen reader says of things that have no words of their own."""

    done: str = "Done:"
    to_do: str = "To do:"
    table: str = "Table"


ENGLISH = Labels()


@dataclass(frozen=True)
class Part:
    """`kind` is "html" or one of ACTIVITIES, whose `html` is empty: the page puts its form there."""

    kind: str
    html: Markup


@dataclass(frozen=True)
class Rendered:
    parts: tuple[Part, ...]
    headings: tuple[Heading, ...]

    @property
    def html(self) -> Markup:
        """All the text in one piece, without places for activities."""
        return Markup("").join(part.html for part in self.parts)


@lru_cache(maxsize=128)
def render(markdown: str, asset_base: str, id_prefix: str = "h-", labels: Labels = ENGLISH) -> Rendered:
    """Kept by its text, so that a lesson opened by thirty students is set once: some 50 ms the first time.

    `asset_base` is the address of the course's assets, without a slash at the end.
    """
    tokens = tokens_of(markdown, id_prefix)
    renderer = _Renderer(asset_base, labels)
    parts, start = [], 0
    for index, token in enumerate(tokens):
        if token.type == "activity":
            parts += [renderer.render_part(tokens[start:index], id_prefix), Part(token.info, Markup(""))]
            start = index + 1
    parts.append(renderer.render_part(tokens[start:], id_prefix))
    return Rendered(tuple(part for part in parts if part.html or part.kind != "html"), headings_in(tokens))


def render_lesson(lesson: Lesson, asset_base: str, labels: Labels = ENGLISH) -> Rendered:
    """What students read; each activity of the lesson has one place: where the text says, or at the end."""
    rendered = render(lesson.body_student, asset_base, labels=labels)
    wanted = {"checklist": lesson.checklist, "reflection": lesson.reflection, "hand-in": lesson.submission}
    left = [kind for kind in ACTIVITIES if wanted[kind] is not None]
    parts = []
    for part in rendered.parts:
        if part.kind == "html":
            parts.append(part)
        elif part.kind in left:
            left.remove(part.kind)
            parts.append(part)
    return Rendered((*parts, *(Part(kind, Markup("")) for kind in left)), rendered.headings)


@lru_cache(maxsize=1024)
def render_line(text: str) -> Markup:
    """One line from front matter: emphasis, code, links and formulas, no blocks and no pictures."""
    renderer = _Renderer("", ENGLISH)
    return cleaned(renderer.render_all(inline_tokens_of(text[:4000])), asset_base="", tags=LINE_TAGS)


class _Renderer(RendererHTML):
    """The library finds the rule for a token by the token's type: a method here is such a rule."""

    def __init__(self, asset_base: str, labels: Labels) -> None:
        super().__init__()
        self._asset_base = asset_base
        self._labels = labels
        self._formulas = 0
        self.rules |= dict.fromkeys(MATH, cast(MethodType, self._math))
        self.rules |= dict.fromkeys(("fence", "code_block"), cast(MethodType, self._code))

    def render_part(self, tokens: Sequence[Token], id_prefix: str) -> Part:
        return Part("html", cleaned(self.render_all(tokens), self._asset_base, id_prefix))

    def render_all(self, tokens: Sequence[Token]) -> str:
        return self.render(tokens, parser().options, {})

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        picture = tokens[idx]
        alt = escapeHtml(" ".join(map(plain_text, picture.children or ())))
        address = asset_address(str(picture.attrs.get("src", "")), self._asset_base)
        if address is None:  # nothing outside the course is ever fetched by a page
            return f'<span class="missing-image">{alt}</span>'
        title = f' title="{escapeHtml(str(picture.attrs["title"]))}"' if picture.attrs.get("title") else ""
        return f'<img src="{escapeHtml(address)}" alt="{alt}"{title} loading="lazy" decoding="async">'

    def caption(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<figcaption>{escapeHtml(tokens[idx].content)}</figcaption>"

    def task_box(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A drawn box: it can't be ticked, so it must not be a form control."""
        label = self._labels.done if tokens[idx].info else self._labels.to_do
        return f'<span class="task-box" role="img" aria-label="{escapeHtml(label)}"></span>'

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        columns = ", ".join(filter(None, tokens[idx].meta["columns"]))[:120]
        label = escapeHtml(f"{self._labels.table}: {columns}" if columns else self._labels.table)
        return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}"><table>'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>"

    def _math(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        self._formulas += 1
        is_block = tokens[idx].type != "math_inline"
        is_too_many = self._formulas > MOST_FORMULAS
        markup = (as_typed if is_too_many else lambda tex: to_mathml(tex, is_block))(tokens[idx].content)
        return (
            f'<div class="math-block" tabindex="0">{markup}</div>'
            if tokens[idx].type == "math_block"
            else markup
        )

    def _code(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        language = tokens[idx].info.strip().split(" ")[0].casefold()
        name = f' class="language-{escapeHtml(language)}"' if language else ""
        code = _coloured(tokens[idx].content, language)
        return f'<pre class="code" tabindex="0"><code{name}>{code}</code></pre>'


def _coloured(code: str, language: str) -> str:
    if language and len(code) <= LONGEST_CODE:
        try:
            return str(highlight(code, get_lexer_by_name(language, stripnl=False), _HIGHLIGHTED))
        except ClassNotFound:
            pass
    return escapeHtml(code)

"""The last step before a page: only the markup that a lesson needs survives, whatever went in."""

import re
from urllib.parse import quote, unquote

import nh3
from markupsafe import Markup

from appliance.library.formulas import MATH_ATTRIBUTES, MATH_TAGS

INLINE_TAGS = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "dfn", "em", "i", "kbd", "mark", "q", "s",
    "samp", "small", "span", "strong", "sub", "sup", "var",
})  # fmt: skip
BLOCK_TAGS = frozenset({
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "hr",
    "figure", "figcaption", "img", "div", "details", "summary", "table", "thead", "tbody", "tr", "th",
    "td", "caption",
})  # fmt: skip
LINE_TAGS = INLINE_TAGS | MATH_TAGS
ALL_TAGS = LINE_TAGS | BLOCK_TAGS
ATTRIBUTES = {
    "*": {"lang", "dir", "class"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "loading", "decoding"},
    "ol": {"start"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "div": {"tabindex", "role", "aria-label"},
    "pre": {"tabindex"},
    "span": {"role", "aria-label"},
    "details": {"open"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
    **{tag: MATH_ATTRIBUTES for tag in MATH_TAGS},
}
# Classes are ours to give: a lesson can't dress up as another part of the page.
_CLASS = re.compile(
    r"callout|callout-(?:try|careful|know)|task|task-done|task-box|table-scroll|code|math-block|math-source|"
    r"missing-image|align-(?:left|center|right)|language-[a-z0-9+#-]{1,20}|c-[a-z0-9]{1,3}"
)
_ASSET = re.compile(r"(?:\.{1,2}/)*assets/((?:[\w-][\w. -]*/){0,3}[\w-][\w. -]*)")
_BLANKS = re.compile(r"[\x00-\x20]")


def cleaned(html: str, asset_base: str, id_prefix: str = "h-", tags: frozenset[str] = ALL_TAGS) -> Markup:
    """Safe markup. Relative `assets/` addresses point below `asset_base`; ids without our prefix go."""

    def kept(tag: str, name: str, value: str) -> str | None:
        if name == "id":
            return value if re.fullmatch(rf"{id_prefix}[\w-]{{1,100}}", value) else None
        if name == "src":
            return asset_address(value, asset_base)
        if name == "href":
            return asset_address(value, asset_base) or _address(value)
        if name == "class":
            return " ".join(filter(_CLASS.fullmatch, value.split())) or None
        fixed = {"tabindex": ("0",), "role": ("img", "region"), "loading": ("lazy",), "decoding": ("async",)}
        return value if value in fixed.get(name, (value,)) else None

    return Markup(  # noqa: S704 - this is the cleaner
        nh3.clean(
            html,
            tags=set(tags),
            attributes={tag: names for tag, names in ATTRIBUTES.items() if tag == "*" or tag in tags},
            attribute_filter=kept,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer",
        )
    )


def asset_address(address: str, asset_base: str) -> str | None:
    """Where a course's own file is served; None when the address is anything else, or no assets are served."""
    if not asset_base:
        return None
    path = unquote(address.strip())
    if path.startswith(f"{asset_base}/"):
        path = f"assets/{path.removeprefix(f'{asset_base}/')}"
    found = _ASSET.fullmatch(path)
    return f"{asset_base}/{quote(found[1])}" if found and ".." not in found[1] else None


def _address(address: str) -> str | None:
    """Refuses `//host` in all the spellings that browsers take for it."""
    bare = _BLANKS.sub("", address)
    return None if bare.startswith("\\") or re.match(r"/[/\\]", bare) else address

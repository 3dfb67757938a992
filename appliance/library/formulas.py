"""Formulas: TeX to MathML for the page, and to plain words for search."""

import re
from xml.etree import ElementTree

from latex2mathml.converter import convert
from markdown_it.common.utils import escapeHtml

MOST_CHARACTERS = 1500
MOST_NESTING = 30
MATHML = "{http://www.w3.org/1998/Math/MathML}"
# Presentation only. annotation-xml, maction, mglyph and semantics can carry foreign markup: never add them.
MATH_TAGS = frozenset({
    "math", "mi", "mn", "mo", "ms", "mtext", "mspace", "mrow", "mfrac", "msqrt", "mroot", "mstyle",
    "mpadded", "mphantom", "menclose", "msub", "msup", "msubsup", "munder", "mover", "munderover",
    "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd",
})  # fmt: skip
MATH_ATTRIBUTES = frozenset({
    "display", "mathvariant", "stretchy", "fence", "separator", "form", "lspace", "rspace", "minsize",
    "maxsize", "symmetric", "largeop", "movablelimits", "accent", "accentunder", "linethickness",
    "columnalign", "rowspacing", "columnspacing", "columnlines", "rowlines", "notation", "width",
    "height", "depth", "displaystyle", "scriptlevel", "voffset",
})  # fmt: skip

_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_SUM = re.compile(r"[-+−=]|\\times|\\cdot")
_GAP = re.compile(r"\\q?quad(?![A-Za-z])|\\\\")
_WORDS = re.compile(r"\\(?:text|mathrm|textbf|textit|mathbf|operatorname)\s*\{([^{}]*)\}")
_SIGNS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "approx": "≈", "neq": "≠", "ne": "≠", "leq": "≤",
    "le": "≤", "geq": "≥", "ge": "≥", "lt": "<", "gt": ">", "to": "→", "rightarrow": "→", "infty": "∞",
    "degree": "°", "circ": "°", "sum": "Σ", "sqrt": "√", "alpha": "α", "beta": "β", "gamma": "γ",
    "delta": "δ", "Delta": "Δ", "lambda": "λ", "mu": "µ", "pi": "π", "rho": "ρ", "theta": "θ", "phi": "φ",
    "omega": "ω", "Omega": "Ω",
}  # fmt: skip


def to_mathml(tex: str, is_block: bool) -> str:
    """Markup that has yet to go through the cleaner; a formula that can't be set is shown as it was typed."""
    tex = tex.strip()
    if len(tex) > MOST_CHARACTERS or _nesting(tex) > MOST_NESTING:
        return as_typed(tex)
    try:
        markup = convert(tex, display="block" if is_block else "inline")
        is_sound = all(element.tag.removeprefix(MATHML) in MATH_TAGS for element in _elements(markup))
    except Exception:  # the library raises IndexError, StopIteration and more on formulas it can't read
        return as_typed(tex)
    return str(markup) if is_sound and "\\" not in markup else as_typed(tex)


def to_words(tex: str) -> str:
    """A formula as one would type it in a message: `V = I × R`."""
    text = _GAP.sub(", ", _WORDS.sub(r" \1 ", tex))
    for _ in range(4):
        text = _ROOT.sub(r"√(\1)", _FRACTION.sub(_divided, text))
    text = _COMMAND.sub(_sign, text)
    return " ".join(re.sub(r"[{}$]", "", text).replace("&", " ").replace("_", "").split())


def as_typed(tex: str) -> str:
    return f'<code class="math-source">{escapeHtml(tex)}</code>'


def _elements(markup: str) -> list[ElementTree.Element]:
    """Raises ParseError where the library let text through unescaped."""
    if "<!" in markup:
        raise ValueError("no declarations in formulas")
    return list(ElementTree.fromstring(markup).iter())  # noqa: S314 - no declarations, so no entities


def _nesting(tex: str) -> int:
    depth = deepest = 0
    for sign in tex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest


def _divided(match: re.Match[str]) -> str:
    over, under = (f"({part.strip()})" if _SUM.search(part) else part.strip() for part in match.groups())
    return f"{over}/{under}"


def _sign(match: re.Match[str]) -> str:
    name = match[1]
    if name.isalpha():
        return f" {_SIGNS.get(name, '')} "
    return name if name in "%$#&_" else " "

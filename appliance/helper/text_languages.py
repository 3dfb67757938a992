"""Wishes to do a lesson of blocks in a text language: such a student is led back to the blocks."""

import re
from functools import lru_cache
from importlib.resources import files

from appliance.helper.linear_text import LinearText, features_of, from_bytes
from appliance.helper.words import plain

WEIGHTS = "text_languages.npz"
LANGUAGE_LIST = """
python, javascript, java, typescript, c++, c#, c, go, rust, ruby, swift, kotlin, lua, php, html,
css, perl, pascal, basic, visual basic, scala, julia, r, haskell, assembly, fortran, cobol, dart,
bash, pygame, micropython, processing, lisp, prolog,
gdscript, matlab, sql, elixir, clojure, f#, objective-c, vba, powershell, zig
"""
LANGUAGES = tuple(name.strip() for name in LANGUAGE_LIST.split(","))
OTHER_NAMES = {
    "python": r"p[yi]t?h?on3?|phyton|\.?py",
    "javascript": r"java ?scri?pt|node ?js|\.?js",
    "typescript": r"type ?script|\.?ts",
    "java": r"java|\.java",
    "c++": r"c ?\+\+|cpp|c plus plus",
    "c#": r"c ?\#|c ?sharp",
    "go": r"go|golang",
    "visual basic": r"visual basic|vb(?: ?\.?net)?",
    "assembly": r"assembly|assembler|ensamblador",
    "html": r"html5?",
    "gdscript": r"gd ?script|godot(?: ?script| code)?",
    "lua": r"lua(?:u)?",
    "objective-c": r"objective[ -]c",
    "matlab": r"matlab|octave",
    "kotlin": r"k[oa]tlin",
    "php": r"php\d?",
    "bash": r"bash|shell script",
}
# Snakes, islands, verbs, gems, letters and names too: `java` and `golang` are told apart by what stands around them.
ALSO_WORDS_LIST = """
python java c go rust ruby swift lua pascal basic perl scala julia r dart bash assembly processing
lisp elixir
"""
ALSO_WORDS = frozenset(ALSO_WORDS_LIST.split())
# So common that only talk of programming makes them languages.
COMMON = frozenset({"c", "r", "go", "basic", "processing", "assembly", "dart", "swift", "julia", "elixir"})
BESIDE = (
    r"\b(?:in|into|en|using|usando|usar|use|con|with|lenguaje|language|learn) {name}\b"
    r"(?! (?:on|to|the|la|el|a|my|mi)\b)"
    r"|\b{name} (?:code|codigo|version|program\w*|script|lenguaje|language)\b"
    r"|\b(?:convert\w*|port\w*|translate\w*|traduc\w*|pas(?:a|ar|arlo|alo)|convierte\w*)\b.* (?:to|into|a|en) {name}\b"
    r"|\b(?:program\w*|coded?|coding|hecho|escrito|escribir(?:lo)?) (?:\w+ ){{0,2}}(?:in|en|con) {name}\b"
)
SURE, DOUBLE = "lenguajeseguro", "lenguajedudoso"
SURELY = 0.6

BLOCKS = re.compile(r"\b(?:scratch(?:jr)?|blockly|makecode|app inventor|blocks?|bloques?)\b")
# Typed into the box as they would be in a text language.
TYPED = re.compile(
    r"""
    \b(?:print|input|range|len|alert|prompt|printf|println|move|forward)\ ?\( | \bconsole\.log\b | \bsystem\.out\b
    | \bdef\ \w+\ ?\( | \bfunction\ ?\w*\ ?\( | \bfor\ \w+\ in\ \w+\ ?(?:\(|:|$) | \bwhile\ ?\(?\ ?true\b
    | \bimport\ (?:random|turtle|pygame|time|math|tkinter|java)\b | \#\ ?include\b | </?(?:html|body|div|script|p|h1)>
    | \b(?:int|let|const|var)\ \w+\ ?=[^=] | \bfor\ ?\(.*; | \bif\ ?\(.*\)\ ?\{ | \bstd:: | \bpublic\ static\b
    """,
    re.VERBOSE,
)
CODE = r"(?:code|coding|codigo|programs?|programas?|programar|text|texto|script)"
BY_HAND = re.compile(
    rf"""
    \b(?:typ(?:e|ing)|writ(?:e|ing)|escribir(?:lo)?|escribo|teclear|tecleo|teclea)\b .* \b{CODE}\b
      .* \b(?:blocks?|bloques?|drag\w*|arrastr\w*)\b
    | \b(?:blocks?|bloques?|drag\w*|arrastr\w*)\b .* \b(?:typ(?:e|ing)|writ(?:e|ing)|escribir|teclear|teclea|keyboard
      |teclado)\b (?:\ \w+){{0,4}}? \ {CODE}\b
    | \b(?:real|text|typed|written|actual|verdadero)\ (?:code|coding|programming)\b .* \b(?:blocks?|drag\w*|scratch)\b
    | \b(?:blocks?|drag\w*|scratch)\b .* \b(?:real|text|typed|actual)\ (?:code|coding|programming)\b
    | \b(?:code|codigo)\b .* \b(?:inste?ad\ of|rather\ than|not|en\ vez\ de|en\ lugar\ de)\ (?:\w+\ ){{0,3}}
      (?:blocks?|bloques?|dragging|arrastrar)
    | \b(?:codigo|programacion)\ (?:de\ verdad|real|en\ texto|escrito)\b
    | \b(?:text|texto)\ mode\b .* \bcode\b | \bmodo\ (?:de\ )?texto\b
    | \b(?:program|code|programar|codificar)\ (?:\w+\ ){{0,2}}(?:with|in|en|con)\ (?:text|texto)\b
    """,
    re.VERBOSE,
)

# Talking about code isn't asking for it.
COMPARED = re.compile(
    r"^(?:is|are|was|es|son) (?!there\b)|^what(?: i|')?s\b|^que es\b"
    r"|\b(?:difference|diferencia|better than|mejor que)\b"
)


def is_of_blocks(about: str) -> bool:
    """Whether what a lesson says of itself (title, summary, topics, reference) speaks of blocks."""
    return BLOCKS.search(plain(about)) is not None


def asks_for_text_language(question: str, languages: tuple[str, ...] = LANGUAGES) -> bool:
    asked = " ".join(plain(question).split())
    if TYPED.search(asked) or (BY_HAND.search(asked) and not COMPARED.search(asked)):
        return True
    marked = with_languages_marked(asked, languages)
    if SURE not in marked and DOUBLE not in marked:
        return False
    weights = _weights()
    return bool(weights.shares(features_of(marked))[weights.labels.index("redirect")] >= SURELY)


def leads_back(question: str, about: str, languages: tuple[str, ...] = LANGUAGES) -> bool:
    """True where the answer is the redirect: `about` is what the lesson says of itself."""
    return is_of_blocks(about) and asks_for_text_language(question, languages)


def languages_in(keywords: str) -> tuple[str, ...]:
    """Names with commas between them; none at all means the usual ones."""
    return tuple(name for name in (plain(part).strip() for part in keywords.split(",")) if name) or LANGUAGES


def with_languages_marked(asked: str, languages: tuple[str, ...]) -> str:
    """Every language by one of two names, so that what is said about one is known of all."""
    for language in sorted(languages, key=len, reverse=True):
        if language in COMMON and not re.search(BESIDE.format(name=_names_of(language)), asked):
            continue
        asked = _spelled(language).sub(DOUBLE if language in ALSO_WORDS else SURE, asked)
    return asked


@lru_cache(maxsize=256)
def _spelled(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.#+]){_names_of(language)}(?![\w+#])")


def _names_of(language: str) -> str:
    return f"(?:{OTHER_NAMES.get(language) or re.escape(language)})"


@lru_cache(maxsize=1)
def _weights() -> LinearText:
    return from_bytes((files("appliance.helper") / WEIGHTS).read_bytes())

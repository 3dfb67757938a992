"""Wishes to do a lesson of blocks in a text language: such a student is led back to the blocks."""

import re

from appliance.helper.words import plain

BLOCKS = re.compile(r"\b(?:scratch(?:jr)?|blockly|makecode|app inventor|blocks?|bloques?)\b")
# These mean nothing else in a school.
NAMES = r"""
javascript|java\ script|typescript|c\+\+|c\#|csharp|c\ sharp|golang|kotlin|php|lua|html|css|perl|visual\ basic
"""
# Snakes, islands, verbs and gems too: only beside a word of programming.
DOUBLE = r"p[yi]t?h?on|java|go|rust|swift|ruby|pascal|c|basic|r|scala|julia"
ANY = rf"(?:{NAMES}|{DOUBLE})(?![\w+\#])"
WRITING = r"""
(?:code|coded?|coding|program\w*|script\w*|loops?|function|version|rewrite|write|convert|translate|syntax|print
|codigo|bucle|programa\w*|escrib\w*|funcion|pasa(?:r|lo|me)?|convierte\w*|traduc\w*)
"""
ASKED = re.compile(
    rf"""
    \b(?:in|into|to|with|using|use|en|con|usar|usando)\ (?:{NAMES}|p[yi]t?h?on|java)(?![\w+\#])
    | \b(?:{NAMES}|{DOUBLE})\ (?:code|codes|script|program|version|programm?ing)\b
    | \b{WRITING}\b (?:\ [^\s]+){{0,6}}? \ (?:in|into|to|en|a|de|for)\ {ANY}
    | \b(?:as|like|code\ like)\ (?:javascript|typescript|python|java|c\+\+)(?![\w+\#])
    | \b(?:make|do|hazl[oa]|haz)\ (?:(?:it|this|that)\ )?(?:in|en)\ {ANY}
    | \b(?:type|escribir|escribo)\ (?:the\ |real\ |el\ )?(?:code|codigo)\b .* \b(?:blocks?|bloques?)\b
    | \b(?:real|text)\ code\b .* \b(?:not|instead|insted|no)\b .* \bblocks?\b
    | \bcode\b .* \binste?ad\ of\ blocks?\b | \bcodigo\b .* \ben\ vez\ de\ .* \bbloques?\b
    """,
    re.VERBOSE,
)
# Talking about a language isn't asking for it.
ABOUT = re.compile(
    r"""
    ^(?:what\ is|whats|what's|que\ es|who|quien|did|is|es|cual\ es)\ (?!.*\bcode\ for\b)
    | \b(?:difference|diferencia|better|easier|harder|mejor|facil|dificil)\b
    | \b(?:my|mi|his|her)\ (?:brother|sister|mom|mum|dad|friend|cousin|uncle|aunt|teacher|hermano|hermana
                             |amig[oa]|prim[oa]|papa|mama|profe)\b
    | \b(?:next|last)\ year\b | \bwe\ (?:learn|learned|had)\b
    """,
    re.VERBOSE,
)


def is_of_blocks(about: str) -> bool:
    """Whether what a lesson says of itself (title, summary, topics, reference) speaks of blocks."""
    return BLOCKS.search(plain(about)) is not None


def asks_for_text_language(question: str) -> bool:
    asked = " ".join(plain(question).split())
    return ASKED.search(asked) is not None and ABOUT.search(asked) is None


def leads_back(question: str, about: str) -> bool:
    """True where the answer is the redirect: `about` is what the lesson says of itself."""
    return is_of_blocks(about) and asks_for_text_language(question)

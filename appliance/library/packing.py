"""Text cut to a size that can be searched and quoted, where a sentence ends if it can be."""

import re
from collections.abc import Iterable, Iterator

from appliance.storage.search_words import signs_in

# Less tells nobody anything.
LEAST_CHARACTERS = 24
# A Chinese sign, or a Korean one, says about as much as three letters.
LETTERS_A_SIGN = 3

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+")
_ENDED = (".", "!", "?", ":", ";", "…", ",", "”", '"')


def is_scrap(text: str) -> bool:
    more = LEAST_CHARACTERS - len(text)
    return more > 0 and signs_in(text) * (LETTERS_A_SIGN - 1) < more


def packed(blocks: Iterable[str], most: int) -> Iterator[str]:
    """Neighbouring blocks share a passage while there is room; long ones are cut where a sentence ends."""
    passage = ""
    for piece in (piece for block in blocks if block for piece in _pieces(block, most)):
        if passage and len(passage) + len(piece) + 2 > most:
            yield passage
            passage = ""
        passage = f"{_closed(passage)} {piece}" if passage else piece
    if passage:
        yield passage


def _closed(text: str) -> str:
    return text if text.endswith(_ENDED) else f"{text}."


def _pieces(block: str, most: int) -> Iterator[str]:
    """A block that fits is one piece, so that it isn't torn to fill the passage before it."""
    if len(block) <= most:
        yield block
        return
    piece = ""
    for sentence in _SENTENCE_END.split(block):
        if piece and len(piece) + len(sentence) + 1 > most:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}".strip()
        while len(piece) > most:
            cut = piece.rfind(" ", 0, most)
            cut = cut if cut > LEAST_CHARACTERS else most
            yield piece[:cut].strip()
            piece = piece[cut:].strip()
    if piece:
        yield piece


def mended(passages: Iterable[str], most: int) -> list[str]:
    """The same passages with none too short: a scrap shares the room of its neighbour."""
    kept: list[str] = []
    for passage in passages:
        if kept and (is_scrap(passage) or is_scrap(kept[-1])):
            kept[-1:] = _halved(f"{_closed(kept[-1])} {passage}", most)
        else:
            kept.append(passage)
    return kept


def _halved(text: str, most: int) -> list[str]:
    """One passage if it fits, else two, cut near the middle."""
    if len(text) <= most:
        return [text]
    middle = len(text) // 2
    cuts = [found.end() for found in _SENTENCE_END.finditer(text)]
    cuts = [cut for cut in cuts if LEAST_CHARACTERS < cut <= most and len(text) - cut > LEAST_CHARACTERS]
    cut = min(cuts, key=lambda cut: abs(cut - middle), default=text.rfind(" ", LEAST_CHARACTERS, middle))
    cut = cut if cut > 0 else middle
    return [text[:cut].strip(), text[cut:].strip()]

"""Material that a program supplies with a question: its labelled blocks, and the pieces that fit the question."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from appliance.helper.words import stems_of

BLUEPRINT = "Blueprint Context"
HEADER = re.compile(r"(Source \d{1,4})[ \t]*\|[ \t]*(.+)", re.IGNORECASE)
BETWEEN = re.compile(r"\n\s*---\s*\n")
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
PIECE_CHARS = 600
# A program may send a whole book; what comes later than this fits least, by its own order.
MOST_CHARS = 120_000


@dataclass(frozen=True)
class Piece:
    """`label` is empty for text that came without one: it can be used and not cited."""

    label: str
    source: str
    text: str


def pieces_of(material: str, blueprint: str) -> list[Piece]:
    """`Source 1 | Title | page 3`, text, `---`, and so on; the blueprint goes by a name of its own."""
    pieces = [piece for block in BETWEEN.split(material[:MOST_CHARS]) for piece in _of_block(block)]
    plan = blueprint[:MOST_CHARS].strip()
    if plan.startswith(BLUEPRINT):
        plan = plan.partition("\n")[2].strip()
    return pieces + [Piece(BLUEPRINT, BLUEPRINT, text) for text in _cut(plan)]


def ranked(pieces: Sequence[Piece], question: str) -> list[tuple[int, Piece]]:
    """Each with how many words it shares with the question, the most first; equals keep the program's own order."""
    asked = stems_of(question)
    scored = [(len(asked & stems_of(f"{piece.source} {piece.text}")), piece) for piece in pieces]
    return sorted(scored, key=lambda each: -each[0])


def until(pieces: Iterable[Piece], most_chars: int) -> list[Piece]:
    """As many as there is room for."""
    kept, room = [], most_chars
    for piece in pieces:
        room -= len(piece.text) + len(piece.source)
        if room < 0:
            break
        kept.append(piece)
    return kept


def label_in(given: str, labels: Sequence[str]) -> str:
    """The supplied label that is meant, whatever its spelling (`source 1 | Title`); empty for an unknown one."""
    wanted = " ".join(given.partition("|")[0].casefold().split())
    return next((label for label in labels if label.casefold() == wanted), "")


def _of_block(block: str) -> Iterator[Piece]:
    head, _, rest = block.strip().partition("\n")
    header = HEADER.fullmatch(head.strip())
    label = " ".join(header[1].split()).capitalize() if header else ""
    source = ", ".join(part.strip() for part in header[2].split("|")) if header else ""
    for text in _cut(rest if header else block):
        yield Piece(label, source, text)


def _cut(text: str) -> Iterator[str]:
    """Whole sentences as far as they go."""
    piece = ""
    for sentence in SENTENCE_END.split(text.strip()):
        if piece and len(piece) + len(sentence) >= PIECE_CHARS:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}".strip()
        while len(piece) > PIECE_CHARS:
            yield piece[:PIECE_CHARS]
            piece = piece[PIECE_CHARS:].strip()
    if piece:
        yield piece

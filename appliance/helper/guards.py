"""What the model writes, sentence by sentence through the guards; an unfinished sentence is held back."""

import re
from collections.abc import Callable

from appliance.helper.citations import marks_in, with_known_marks
from appliance.helper.redaction import redacted
from appliance.inference.fences import without_controls

# A space follows the mark and its quotes; in scripts without spaces the mark alone ends a sentence.
SENTENCE_END = re.compile(r"[.!?…؟۔।][\"'”’»)\]]*[ \t\u00a0]+|[。！？]|\n+")
# A text without any end is let go at a border between two plain words.
LONGEST_HELD = 700
PLAIN_BORDER = re.compile(r"(?<=[^\W\d_]{2}) (?=[^\W\d_]{2})")

TAGS = (
    "a|abbr|article|audio|b|base|body|br|button|canvas|code|details|div|em|embed|font|footer|form|frame|h[1-6]|head"
    "|header|hr|html|i|iframe|img|input|label|li|link|main|math|meta|nav|object|ol|option|p|picture|pre|script|section"
    "|select|small|source|span|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|th|thead|title|tr|u|ul|video"
)
# "a<b then c>d" is no tag: what follows the name is nothing or has an "=" in it.
TAG = re.compile(rf"<!--.*?-->|</?(?:{TAGS})(?:\s[^<>]*=[^<>]*|\s*/?)>", re.IGNORECASE | re.DOTALL)
OPEN_TAG = re.compile(rf"<(?:!-[^>]*|/?(?:{TAGS})(?:\s[^<>]*=[^<>]*|\s*/?))$", re.IGNORECASE)
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\[\]]*)\]\([^)]*\)")
OPEN_LINK = re.compile(r"\[[^\[\]\n]*$|\]\([^)\n]*$")
ADDRESS = re.compile(r"[ ]?(?:\b(?:https?|ftp)://|\bwww\.)[^\s<>]*[^\s<>.,;:!?)\]\"'”’»]", re.IGNORECASE)
# A reply speaks for nobody else.
IMPERSONATION = re.compile(
    r"^([ \t>*_#-]*)(?:(?:message|note|notice|mensaje|aviso|nota)\s+(?:from|by|de|del)\s+)?"
    r"(?:(?:the|your|tu|el|la|su)\s+)?"
    r"(?:teacher|admin(?:istrator)?|principal|headmaster|profe(?:sor|sora)?|maestr[ao]|docente|director[a]?)"
    r"(?:\s+(?:says|said|writes|dice|escribe))?[*_]*:[*_ \t]*",
    re.IGNORECASE | re.MULTILINE,
)
CODE = re.compile(r"(```|`[^`\n]+`)")


Guards = tuple[frozenset[str], int, Callable[[str], bool]]


def nothing_kept(text: str) -> bool:
    return False


class Outgoing:
    """Feed it pieces, show what it gives back. `text` is all that was shown; `is_full`: no more will be.

    `keeps` is asked about all that would be shown; where it says yes, `is_withheld` and nothing more is shown.
    """

    def __init__(
        self, known_marks: frozenset[str], most_chars: int, keeps: Callable[[str], bool] = nothing_kept
    ) -> None:
        self.text = ""
        self.is_full = False
        self.is_withheld = False
        self._keeps = keeps
        self._known = known_marks
        self.most_chars = most_chars
        self._held = ""
        self._in_code = False

    @property
    def cites(self) -> bool:
        return bool(marks_in(self.text) & self._known)

    def feed(self, piece: str) -> str:
        """The sentences that `piece` finished, safe to show; often nothing."""
        self._held += piece
        end = self._last_end()
        ready, self._held = self._held[:end], self._held[end:]
        return self._shown(ready)

    def finish(self, is_cut: bool) -> str:
        """What was held back. With `is_cut` the text broke off: its end is shown if nothing else was."""
        rest, self._held = self._held, ""
        if not is_cut:
            return self._shown(rest)
        if self.text.strip() or not rest.strip():
            return ""
        return self._shown(_whole_words(rest, self.most_chars - 1) + "…")

    def _last_end(self) -> int:
        """Where the last finished sentence ends: never inside a link or a tag."""
        ends = [found.end() for found in SENTENCE_END.finditer(self._held)]
        for end in reversed(ends):
            if not (OPEN_TAG.search(self._held, 0, end) or OPEN_LINK.search(self._held, 0, end)):
                return end
        if len(self._held) < LONGEST_HELD:
            return 0
        return max((found.end() for found in PLAIN_BORDER.finditer(self._held)), default=0)

    def _shown(self, ready: str) -> str:
        if self.is_full or self.is_withheld or not ready:
            return ""
        safe = self._safe(ready)
        if self._keeps(self.text + safe):
            self.is_withheld = True
            return ""
        room = self.most_chars - len(self.text)
        if len(safe) > room:
            self.is_full = True
            safe = _cut_at_sentence(safe, room, is_first=not self.text.strip())
        self.text += safe
        return safe

    def _safe(self, ready: str) -> str:
        """Redaction comes last: what the other guards take out may have stood in the middle of an address."""
        return redacted("".join(self._plain(part) for part in CODE.split(without_controls(ready))))

    def _plain(self, part: str) -> str:
        if part == "```":
            self._in_code = not self._in_code
        if self._in_code or part.startswith("`"):
            return part
        part = LINK.sub(r"\1", IMAGE.sub("", TAG.sub("", IMPERSONATION.sub(r"\1", part))))
        return with_known_marks(ADDRESS.sub("", part), self._known)


def cleaned(text: str) -> str:
    """A short text of a model's, all at once."""
    gate = Outgoing(frozenset(), len(text) + 1)
    gate.feed(text)
    gate.finish(is_cut=False)
    return gate.text


def _cut_at_sentence(text: str, room: int, is_first: bool) -> str:
    ends = [found.end() for found in SENTENCE_END.finditer(text, 0, room)]
    if ends:
        return text[: ends[-1]]
    return _whole_words(text, room - 1) + "…" if is_first and room > 1 else ""


def _whole_words(text: str, room: int) -> str:
    return text if len(text) <= room else text[:room].rsplit(" ", 1)[0]

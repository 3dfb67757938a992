"""Text of others inside a prompt: it can't close its fence, and no word of it is a mark of a chat template."""

import re

# As the families of models write them; what a model's own vocabulary adds, its template takes apart.
CONTROLS = re.compile(
    r"<[|｜][^|｜<>\n]{1,40}[|｜]>|</?(?:s|bos|eos|pad|unk|think|thinking|tool_call|tool_response)>"
    r"|</?(?:start|end)_of_turn>|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<</?SYS>>",
    re.IGNORECASE,
)
# Nobody sees them, a model reads them.
UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
OPENING, CLOSING = re.compile("[<＜]{3,}"), re.compile("[>＞]{3,}")


def fenced(text: str) -> str:
    """What stands between <<< and >>> can say neither."""
    return CLOSING.sub("›››", OPENING.sub("‹‹‹", defused(text)))


def defused(text: str) -> str:
    """Readable as before, and no control token of any family."""
    return CONTROLS.sub(lambda found: f"{found[0][0]} {found[0][1:]}", UNSEEN.sub("", text))


def without_controls(text: str) -> str:
    """For what a model wrote."""
    return CONTROLS.sub("", UNSEEN.sub("", text))

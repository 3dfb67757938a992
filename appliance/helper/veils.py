"""What a student may be shown beside a reply under `strict`: a passage with a kept answer becomes a way to it."""

from collections.abc import Sequence
from dataclasses import replace

from appliance.helper.answers import Citation
from appliance.helper.phrases import say
from appliance.helper.strict import Strict

READ_AGAIN = "Read this part once more: it helps with your question."
READ_LESSON = "Your lesson"


def veiled(citations: Sequence[Citation], strict: Strict, language: str) -> tuple[Citation, ...]:
    return tuple(_veiled(citation, strict, language) for citation in citations)


def _veiled(citation: Citation, strict: Strict, language: str) -> Citation:
    text = say(language, READ_AGAIN) if strict.gives_away(citation.text) else citation.text
    source = say(language, READ_LESSON) if strict.gives_away(citation.source) else citation.source
    return replace(citation, source=source, text=text)

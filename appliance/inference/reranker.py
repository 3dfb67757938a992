"""How well a passage answers a question, by a small model that reads both together."""

import math
import re

from appliance.inference.llama import Batch, BrokenModel, Context, LoadFault, Model, Said, Shape

NO_RERANKER_FILE = "This file is no reranking model."
NO_HEAD = "This reranking model has no part that scores, so its scores would mean nothing: choose another."
PLACES = re.compile(r"(\{query\}|\{document\})")


class Reranker:
    """Scores from a reranking model, one passage at a time on one thread; more is better, the scale is its own."""

    LONGEST = 256
    LONGEST_QUESTION = 96

    def __init__(self, path: str, said: Said) -> None:
        self._model = Model(path, said)
        if not self._model.scores_pairs:
            raise LoadFault(NO_RERANKER_FILE)
        if not self._model.has_head:
            raise LoadFault(NO_HEAD)
        self._parts = _parts_of(self._model)
        frame = sum(len(part) for part in self._parts if isinstance(part, list))
        # a template's own words come on top; positions that BERT was not trained for abort the process
        self._longest = min(self.LONGEST + frame, self._model.context)
        self._room = self._longest - frame
        if self._room < 2:
            raise LoadFault(NO_RERANKER_FILE)
        self._batch = Batch(self._longest)
        shape = Shape(self._longest, 1, self._longest, threads=1, scores=True)
        self._context = Context(self._model, shape)
        self._most_read = 0

    def score(self, question: str, passage: str) -> float:
        """Raises BrokenModel."""
        tokens = self.tokens_of(question, passage)
        self._context.forget(0)
        self._batch.clear()
        self._batch.add(tokens, 0, 0, wants="all")
        self._context.run(self._batch)
        if len(tokens) > self._most_read:
            self._most_read = len(tokens)
            self._context.return_logits(len(tokens))
        score = self._context.score(0)
        if not math.isfinite(score):
            raise BrokenModel("the reranking model's numbers are not a number")
        return score

    def tokens_of(self, question: str, passage: str) -> list[int]:
        """Both texts as the model wants them, cut to what it can read."""
        asked = self._words(question)[: min(self.LONGEST_QUESTION, self._room // 2)]
        read = self._words(passage)[: self._room - len(asked)]
        texts = {"{query}": asked, "{document}": read}
        return [
            token for part in self._parts for token in (texts[part] if isinstance(part, str) else part)
        ] or [0]

    def close(self) -> None:
        self._context.close()
        self._model.close()

    def _words(self, text: str) -> list[int]:
        """Without marks, also where somebody wrote them out: a passage must not end its own template."""
        return self._model.tokenize(text, special=False, begin=False)


def _parts_of(model: Model) -> list[str | list[int]]:
    """The tokens around a pair, and in their midst the names of the two texts."""
    template = model.pair_template
    if not template:
        before, between, after = model.pair_marks
        return [before, "{query}", between, "{document}", after]
    pieces = [piece for piece in PLACES.split(template) if piece]
    return [
        piece if PLACES.fullmatch(piece) else model.tokenize(piece, special=True, begin=False)
        for piece in pieces
    ]

"""How one answer's tokens are picked: a chain of its own, with its seed, repeats, limits and grammar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.inference.llama import Context, L, Model
from appliance.inference.pieces import THOUGHT_CLOSES, THOUGHT_OPENS

RANDOM_SEED = 0xFFFFFFFF
BEST = 40  # tokens that one is picked from
REMEMBERED = 64  # tokens back within which a repeat is made less likely

MOST_BIAS = 100.0  # from here on a token is the only one, or none
# Far beyond any score a model gives, yet no infinity: where a grammar leaves nothing but banned tokens, llama.cpp would
# pick one that the grammar can't take, and end the process.
ALWAYS = 10_000.0
NEVER = -2 * ALWAYS  # the box's own bans, which no question lifts

# What begins a turn or stands in its head, in the files of the families whose templates the tests read. Some files keep
# such marks as tokens of their own without calling them control tokens.
TURN_MARKS = (
    "<|im_start|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<start_of_turn>",
    "<|start_of_role|>",
    "<|end_of_role|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "[INST]",
    "[/INST]",
)
SPOKEN = (THOUGHT_OPENS, THOUGHT_CLOSES)
# A family with one of these builds its answers of control tokens.
IN_ANSWERS = ("<|channel|>", "<|START_RESPONSE|>", "[THINK]")


@dataclass(frozen=True)
class Taste:
    """How the next token is picked; `biases` are tokens and what is added to their scores."""

    temperature: float
    top_p: float
    seed: int | None
    grammar: str
    biases: tuple[tuple[int, float], ...] = ()


class Biases:
    """Tokens and what is added to their scores, in llama.cpp's own form: made once, used by many chains."""

    def __init__(self, model: Model, pairs: Sequence[tuple[int, float]]) -> None:
        self._tokens = model.tokens
        self._pairs = (L.llama_logit_bias * len(pairs))(*pairs)

    def links(self) -> list[Any]:
        if not len(self._pairs):
            return []
        return [L.llama_sampler_init_logit_bias(self._tokens, len(self._pairs), self._pairs)]


class Sampler:
    """One answer's way of picking tokens."""

    def __init__(self, model: Model, taste: Taste, unspoken: Biases | None = None) -> None:
        """Raises ValueError when the grammar can't be read."""
        self.handle = L.llama_sampler_chain_init(L.llama_sampler_chain_default_params())
        # first, while every token still stands in its place: behind the others each would have to be looked for
        own = Biases(model, [(token, _strength(bias)) for token, bias in taste.biases])
        for link in (*(unspoken.links() if unspoken else ()), *own.links()):
            L.llama_sampler_chain_add(self.handle, link)
        if taste.grammar:
            rules = L.llama_sampler_init_grammar(model.vocab, taste.grammar.encode(), b"root")
            if not rules:
                self.close()
                raise ValueError("the grammar can't be read")
            L.llama_sampler_chain_add(self.handle, rules)
        for link in _greedy() if taste.temperature <= 0 else _varied(model, taste):
            L.llama_sampler_chain_add(self.handle, link)

    def pick(self, context: Context, place: int) -> int:
        """Only for a place whose logits were wanted: anything else aborts the process."""
        return int(L.llama_sampler_sample(self.handle, context.handle, place))

    def close(self) -> None:
        L.llama_sampler_free(self.handle)


def unspoken_of(model: Model) -> Biases:
    """Bans for what no answer has in it: control tokens that end nothing, and marks that begin a turn."""
    return Biases(model, [(token, NEVER) for token in marks_of(model)])


def marks_of(model: Model) -> list[int]:
    """Tokens for prompts alone; none in a family whose answers are made of such."""
    if any(_token_of(model, text) is not None for text in IN_ANSWERS):
        return []
    spoken = {_token_of(model, text) for text in SPOKEN}
    turns = {token for text in TURN_MARKS if (token := _token_of(model, text)) is not None}
    return sorted(
        token for token in turns.union(model.control_tokens) if token not in spoken and not model.ends(token)
    )


def _token_of(model: Model, text: str) -> int | None:
    """The one token that this text is as a mark; None where it is written with plain ones."""
    tokens = model.tokenize(text, special=True, begin=False)
    return tokens[0] if len(tokens) == 1 and not model.is_plain(tokens[0]) else None


def _strength(bias: float) -> float:
    if abs(bias) < MOST_BIAS:
        return bias
    return ALWAYS if bias > 0 else -ALWAYS


def _greedy() -> list[Any]:
    return [L.llama_sampler_init_greedy()]


def _varied(model: Model, taste: Taste) -> list[Any]:
    return [
        # The same in the end, and quicker: only those that may still be among the best are looked at for repeats.
        L.llama_sampler_init_top_k(BEST + REMEMBERED),
        L.llama_sampler_init_penalties(model.tokens, REMEMBERED, 1.1, 0.0, 0.0),
        L.llama_sampler_init_top_k(BEST),
        L.llama_sampler_init_top_p(taste.top_p, 1),
        L.llama_sampler_init_temp(taste.temperature),
        L.llama_sampler_init_dist(RANDOM_SEED if taste.seed is None else taste.seed & 0x7FFFFFFF),
    ]

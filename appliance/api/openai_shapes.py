"""What `/v1/chat/completions` takes and gives: OpenAI's shapes, as far as the box fills them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from appliance.api.answers import Usage
from appliance.api.llm import Temperature
from appliance.api.routes import Loose, MostTokens
from appliance.inference.protocol import MOST_BIASES

StopText = Annotated[str, Meta(min_length=1, max_length=200)]
StopTexts = Annotated[list[StopText], Meta(max_length=4)]
WHOLE_NUMBER = r"^(0|[1-9][0-9]{0,8})$"
Bias = Annotated[float, Meta(ge=-100, le=100)]
# The names are checked by hand: a sentence says more than msgspec does.
Biases = Annotated[
    dict[str, Bias],
    Meta(max_length=MOST_BIASES, extra_json_schema={"propertyNames": {"pattern": WHOLE_NUMBER}}),
]
FinishReason = Literal["stop", "length"]


class TextPart(Struct, tag="text"):
    text: Loose


class SaidMessage(Struct):
    """Text only; `developer` counts as `system`."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Loose | Annotated[list[TextPart], Meta(max_length=200)]
    name: str | None = None


class NamedSchema(Struct):
    schema: dict[str, Any]
    name: str = ""
    strict: bool | None = None
    description: str | None = None


class PlainText(Struct, tag="text"):
    pass


class JsonObject(Struct, tag="json_object"):
    pass


class JsonSchema(Struct, tag="json_schema"):
    json_schema: NamedSchema


class StreamOptions(Struct):
    include_usage: bool | None = None


class ChatAsked(Struct):
    """Any name of a model is taken: the one in use answers, and the answer says which it was."""

    messages: Annotated[list[SaidMessage], Meta(min_length=1, max_length=200)]
    model: str = ""
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: MostTokens | None = None
    max_completion_tokens: MostTokens | None = None
    temperature: Temperature | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    stop: StopText | StopTexts | None = None
    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    n: int | None = None
    logit_bias: Biases | None = None
    response_format: PlainText | JsonObject | JsonSchema | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    logprobs: bool | None = None
    user: str | None = None


class AnswerMessage(Struct):
    content: str
    role: Literal["assistant"] = "assistant"
    refusal: None = None


class Choice(Struct):
    message: AnswerMessage
    finish_reason: FinishReason
    index: int = 0
    logprobs: None = None


class Completion(Struct):
    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    object: Literal["chat.completion"] = "chat.completion"


class Delta(Struct, omit_defaults=True):
    role: str | UnsetType = UNSET
    content: str | UnsetType = UNSET


class DeltaChoice(Struct):
    delta: Delta
    finish_reason: FinishReason | None = None
    index: int = 0
    logprobs: None = None


class Chunk(Struct):
    """One `data:` line of a stream."""

    id: str
    created: int
    model: str
    choices: list[DeltaChoice]
    usage: Usage | UnsetType | None = UNSET
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"

"""The kinds of refusal: each carries a sentence for the person and a code for programs."""


class Sentence(str):
    """English that keeps its `%(name)s` template and the values beside it, so that it can still be translated.

    A sentence without values needs no Sentence: the constant text is what catalogues look up.
    """

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> "Sentence":
        sentence = super().__new__(cls, template % values if values else template)
        sentence.template, sentence.values = template, values
        return sentence


class Refusal(Exception):
    """Something was refused; `message` is a whole sentence that says what to do, `code` stays put for programs."""

    status = 500
    default_code = "refused"

    def __init__(self, message: str, code: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.field = field


class Invalid(Refusal):
    """What was sent can't be used; `field` names the input it belongs to."""

    status = 400
    default_code = "invalid"


class Infected(Refusal):
    """A virus scanner found something in what was sent."""

    status = 400
    default_code = "infected"


class Unauthorized(Refusal):
    """Nobody is signed in where somebody has to be."""

    status = 401
    default_code = "unauthorized"


class Forbidden(Refusal):
    """Known and not allowed."""

    status = 403
    default_code = "forbidden"


class NotFound(Refusal):
    """It isn't there, or it isn't yours: which of the two is not told."""

    status = 404
    default_code = "not_found"


class Conflict(Refusal):
    """It clashes with what is there already."""

    status = 409
    default_code = "conflict"


class TooLarge(Refusal):
    """More bytes than this place takes."""

    status = 413
    default_code = "too_large"


class Misdirected(Refusal):
    """Sent to a name that is not the box's."""

    status = 421
    default_code = "misdirected"


class RateLimited(Refusal):
    """Too many tries; `retry_after` is in seconds."""

    status = 429
    default_code = "rate_limited"

    def __init__(self, message: str, retry_after: int, code: str = "") -> None:
        super().__init__(message, code)
        self.retry_after = retry_after


class Busy(Refusal):
    """The line is full or the wait too long; trying again later helps."""

    status = 503
    default_code = "busy"


class Unavailable(Refusal):
    """A part of the box is missing or broken; trying again at once does not help."""

    status = 503
    default_code = "backend_unavailable"


class UpstreamFailed(Refusal):
    """Whoever was asked on the caller's behalf, such as a model, gave no answer that could be used."""

    status = 502
    default_code = "provider_error"


class StartRefused(Exception):
    """The box can't start; the text is one sentence for whoever stands at the console."""

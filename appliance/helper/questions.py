"""A question as it arrives, who asks it, and what makes it one that can be answered."""

import unicodedata
from dataclasses import dataclass

from appliance.errors import Invalid
from appliance.helper.scope import Audience

MESSAGE_CHARS = 8000
NOT_TEXT = "The helper could not read your question: reload the page and type it again."
NO_MESSAGE = "Type a question first."
TOO_LONG = "Your question is longer than 8000 characters: ask about one part of it at a time."


@dataclass(frozen=True)
class Asker:
    """`key` is `student:<class>:<id>` or `staff:<id>`; `network` is the address cut to its network."""

    key: str
    class_id: int
    network: str
    language: str

    @property
    def audience(self) -> Audience:
        return "student" if self.key.startswith("student:") else "staff"

    @property
    def id(self) -> int:
        return int(self.key.rsplit(":", 1)[1])


@dataclass(frozen=True)
class Question:
    """As it was sent: the fields may hold anything that JSON can. `fresh`: no answer that somebody else got."""

    message: str
    scope_token: str
    conversation_id: str = ""
    reset_conversation: bool = False
    request_id: str = ""
    fresh: bool = False


def checked(question: Question) -> str:
    """The message in readable signs. Raises Invalid: bad_json, missing_message, message_too_long."""
    for field in (question.message, question.scope_token, question.conversation_id):
        if not isinstance(field, str):
            raise Invalid(NOT_TEXT, "bad_json")
    message = _readable(question.message).strip()
    if not message:
        raise Invalid(NO_MESSAGE, "missing_message", field="message")
    if len(message) > MESSAGE_CHARS:
        raise Invalid(TOO_LONG, "message_too_long", field="message")
    return message


def _readable(text: str) -> str:
    """Without control characters and halves of characters, which neither a database nor a model can take."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))

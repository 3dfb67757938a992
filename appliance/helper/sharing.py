"""Where in a question's way another student's answer comes in, and where an answer is put by for the next one."""

from dataclasses import replace
from typing import TYPE_CHECKING

from appliance.helper.answers import Answer
from appliance.helper.conversations import Conversations
from appliance.helper.guards import nothing_kept
from appliance.helper.redaction import redacted
from appliance.helper.rules import Rules
from appliance.helper.shared_answers import Place, Shared, SharedAnswers, Wish, version_of
from appliance.helper.topics import leans_back
from appliance.helper.writing import Draft
from appliance.inference.engine import Prompt
from appliance.inference.router import Router
from appliance.settings import Settings
from appliance.storage.database import Clock

if TYPE_CHECKING:
    from appliance.helper.pipeline import Asked

REDACTED = "[REDACTED_"


def wish_of(settings: Settings, asked: "Asked", said: str, prompt: Prompt) -> Wish | None:
    """A student's first question, about something in the lesson and about nobody; None for every other.

    `said` is the question before anything was taken out of it.
    """
    memory, page = asked.conversation.memory, asked.page
    is_first = not (memory.turns or memory.summary)
    is_plain = asked.message == said and not leans_back(said) and asked.ground.on_topic
    if asked.asker.audience != "student" or not (is_first and is_plain and _shares(settings, page.rules)):
        return None
    # The rules are the first message of every prompt: a teacher who tunes anything makes other rules.
    rules = prompt.messages[0].content
    version = version_of(rules, page.lesson.body_student, str(settings.helper_response_max_chars))
    return Wish(asked.asker.key, Place(page.scope.class_id, page.place, asked.language, version), said)


def _shares(settings: Settings, rules: Rules) -> bool:
    return settings.helper_shared_answers_enabled and rules.shared_answers


class Sharing:
    def __init__(self, router: Router, conversations: Conversations, clock: Clock) -> None:
        self._router = router
        self._conversations = conversations
        self.answers = SharedAnswers(router, clock)

    async def instead(self, wish: Wish, asked: "Asked", draft: Draft) -> "Asked":
        """With another student's answer in the draft, and what it cites, where there is one."""
        ground, keeps = asked.ground, asked.strict.gives_away if asked.strict else nothing_kept
        shared = await self.answers.serve(wish, ground.citations, ground.shown, keeps)
        if shared is None:
            return asked
        draft.share(shared.text, shared.model, shared.backend)
        return replace(asked, ground=replace(ground, citations=shared.citations, shown=shared.citations))

    async def offer(self, wish: Wish, asked: "Asked", draft: Draft, answer: Answer) -> None:
        """For the next who asks the same; only what the model wrote whole, and not while the class is forgotten."""
        is_whole = draft.failed is None and not draft.truncated and not draft.is_shared
        if not (is_whole and answer.grounded) or REDACTED in redacted(draft.text):
            return
        vector = await self._router.embed(wish.question)
        if self._conversations.resets(asked.conversation.key) == asked.conversation.resets:
            shared = Shared(draft.text, draft.model, draft.backend, asked.ground.citations)
            self.answers.keep(wish, shared, vector)

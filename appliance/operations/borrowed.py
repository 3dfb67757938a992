"""Whether the borrowed model is allowed and there: asked over the network, so from the console alone."""

import asyncio

from appliance.errors import Sentence
from appliance.inference import remote
from appliance.operations.doctor import Finding
from appliance.settings import Settings

CHECK = "borrowed_model"


def look(settings: Settings) -> list[Finding]:
    """Nothing where no model is borrowed. No sentence names the address."""
    if not settings.is_remote:
        return []
    if not settings.helper_remote_mode_acknowledged:
        backend = settings.helper_llm_backend
        sentence = Sentence(
            "HELPER_LLM_BACKEND is %(backend)s, but nobody agreed to it: no model answers.", backend=backend
        )
        advice = "Set HELPER_REMOTE_MODE_ACKNOWLEDGED=1 if questions may be sent there, or HELPER_LLM_BACKEND=local."
        return [Finding(CHECK, "problem", sentence, advice)]
    wrong = asyncio.run(remote.whats_wrong(remote.server_of(settings), remote.waits_of(settings)))
    if wrong:
        advice = "Check LLM_BASE_URL, LLM_API_KEY and that machine. Meanwhile this box answers."
        return [Finding(CHECK, "problem", wrong, advice)]
    return [Finding(CHECK, "ok", "The server of the borrowed model is there and takes the key.")]

"""The comments that a teacher keeps, on every page where one is written: put in, and kept for next time."""

from sanic import Request

from appliance.errors import Invalid
from appliance.storage.database import Transaction
from appliance.web import forms
from appliance.web.rendering import translator
from appliance.work.saved_comments import save_comment


def puts_in(request: Request) -> bool:
    """The button for browsers without script: a kept comment goes into the field, and nothing is saved yet."""
    return forms.has(request, "put_in")


def with_kept(request: Request, *names: str) -> dict[str, str]:
    """The form as it was sent, with the chosen comment below what stands in the field."""
    typed = forms.typed(request, *names)
    chosen = forms.typed(request, "saved")["saved"] if puts_in(request) else ""
    words = "\n".join(part for part in (typed["comment"].strip(), chosen.strip()) if part)
    return {**typed, "comment": words} if chosen else typed


async def keep_if_asked(request: Request, tx: Transaction, staff_id: int, comment: str) -> str:
    """Why it could not be kept, where it could not: the review itself is saved all the same."""
    if not forms.text(request, "keep") or not comment.strip():
        return ""
    try:
        await save_comment(tx, staff_id, comment)
    except Invalid as refusal:
        translate = translator(request)
        return " ".join((translate("The comment was not kept for next time."), translate(refusal.message)))
    return ""

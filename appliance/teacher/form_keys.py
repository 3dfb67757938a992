"""Forms that make something: pressed twice they make it once."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

from sanic import Request

from appliance.classroom.pressed_forms import KEY_CHARACTERS, keep_outcome, outcome_of
from appliance.storage.database import Transaction
from appliance.web import forms
from appliance.web.identity import person_of


async def made_once(request: Request, tx: Transaction, make: Callable[[], Awaitable[int]]) -> int:
    """The id of what this showing of the form made, now or at its first press.

    Whoever goes back and says something else in it presses another form.
    """
    staff_id, key = person_of(request).id, forms.text(request, "form_key", KEY_CHARACTERS)
    key = f"{request.path} {key} {sha256(request.body).hexdigest()}" if key else ""
    outcome = await outcome_of(tx, staff_id, key)
    if outcome is not None:
        return int(outcome)
    made = await make()
    await keep_outcome(tx, staff_id, key, str(made))
    return made

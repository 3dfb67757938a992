"""The landing: what students of a class read first on their class page."""

from appliance.errors import Invalid
from appliance.storage.database import Transaction

TITLE_CHARACTERS = 200
MESSAGE_CHARACTERS = 4000


async def save_landing(tx: Transaction, class_id: int, title: str, message: str) -> None:
    """The message is Markdown; both may be empty. Raises Invalid."""
    title = " ".join(title.split())
    if len(title) > TITLE_CHARACTERS:
        raise Invalid("The title may have 200 characters at most.", "too_long", field="title")
    if len(message) > MESSAGE_CHARACTERS:
        raise Invalid("The message may have 4000 characters at most.", "too_long", field="message")
    await tx.execute(
        "UPDATE classes SET landing_title = :title, landing_message = :message WHERE id = :id",
        title=title,
        message=message.strip(),
        id=class_id,
    )

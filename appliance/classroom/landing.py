"""The landing: what students of a class read first on their class page."""

from appliance.classroom.media import media_of_class
from appliance.errors import Invalid
from appliance.storage.database import Transaction

TITLE_CHARACTERS = 200
MESSAGE_CHARACTERS = 4000


async def save_landing(tx: Transaction, class_id: int, title: str, message: str, picture: int = 0) -> None:
    """The message is Markdown; both may be empty. `picture` is one of the class's media, 0 for none. Raises Invalid."""
    title = " ".join(title.split())
    if len(title) > TITLE_CHARACTERS:
        raise Invalid("The title may have 200 characters at most.", "too_long", field="title")
    if len(message) > MESSAGE_CHARACTERS:
        raise Invalid("The message may have 4000 characters at most.", "too_long", field="message")
    if picture and picture not in {each.id for each in await media_of_class(tx, class_id) if each.is_image}:
        raise Invalid("Choose a picture.", "no_picture", field="picture")
    await tx.execute(
        """
        UPDATE classes
        SET landing_title = :title, landing_message = :message, landing_media_id = :picture
        WHERE id = :id
        """,
        picture=picture or None,
        title=title,
        message=message.strip(),
        id=class_id,
    )
